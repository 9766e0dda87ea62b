// An option can be a flag of one command and take a value in another: `threads --search TEXT`, `pick TEXT --search`.
import { expect } from 'chai'
import { parseCommandLine } from '../../../adapters/cli/args.ts'

const read = (...argv: ReadonlyArray<string>) => {
  const parsed = parseCommandLine(argv)
  if (!parsed.ok) return parsed.failure.message
  const { command, args, values } = parsed.input
  return [command.name, args, Object.fromEntries(values)]
}

describe('arguments', () => {
  it('are read as the command has them', () => {
    expect(read('threads', '--search', 'kettle')).to.deep.equal([
      'threads',
      [],
      { search: ['kettle'] }
    ])
    expect(read('pick', '--search', 'kettle')).to.deep.equal(['pick', ['kettle'], { search: [''] }])
    expect(read('pick', 'kettle', '--search')).to.deep.equal(['pick', ['kettle'], { search: [''] }])
    expect(read('pick', '--search=kettle')).to.equal('--search takes no value')
    expect(read('threads', '--search')).to.equal('--search needs a value')
  })
})
