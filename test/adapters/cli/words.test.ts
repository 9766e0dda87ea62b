// Words that people bring from other tools, and short options: what is an alias, what is answered with the right command, and
// that none of these sentences names a command that does not exist.
import { expect } from 'chai'
import { COMMANDS, commandOf, formsOf, wordOf } from '../../../adapters/cli/table/commands.ts'
import { PEER_SENTENCES, PEER_WORDS } from '../../../adapters/cli/table/peers.ts'
import { copySample, removeFolder } from '../../support/fixture-home.ts'
import { inHome, unroll } from './console.ts'

describe('command line: words of other tools', () => {
  it('has one command for each name and alias', () => {
    const names = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases])
    expect(new Set(names).size).to.equal(names.length)
    for (const { words = [] } of COMMANDS) {
      const inside = words.flatMap(({ name, aliases = [] }) => [name, ...aliases])
      expect(new Set(inside).size).to.equal(inside.length)
    }
  })

  it('answers no word that is a command itself, and only with commands that exist', () => {
    const words = [...Object.keys(PEER_WORDS), ...Object.keys(PEER_SENTENCES)]
    expect(words.filter((word) => commandOf(word) !== undefined)).to.deep.equal([])
    const titles = new Set(
      COMMANDS.flatMap((one) => [one.name, ...formsOf(one).map((f) => f.title)])
    )
    const strange = Object.values(PEER_WORDS).flatMap((all) =>
      all.filter((one) => !titles.has(one))
    )
    expect(strange).to.deep.equal([])
  })

  it('says what each of them is called here', async () => {
    for (const [word, titles] of Object.entries(PEER_WORDS)) {
      const { code, out, err } = await unroll([word, 'x', '--deep'])
      expect([code, out]).to.deep.equal([2, ''])
      const [first, second = ''] = err.split('\n')
      expect(first).to.equal(`unroll: unknown command "${word}"`)
      for (const title of titles) {
        const [name = '', inside = ''] = title.split(' ')
        const command = commandOf(name)
        const does = (command && wordOf(command, inside))?.summary ?? command?.summary ?? ''
        expect(second).to.contain(`"unroll ${title}" (`)
        expect(second.toLowerCase()).to.contain(does.toLowerCase().replace(/\.$/, ''))
      }
    }
    const { err } = await unroll(['fsck'])
    expect(err).to.equal(
      'unroll: unknown command "fsck"\nyou may mean "unroll check" (check rollouts for damage)\n'
    )
  })

  it('says of what needs a model who has one', async () => {
    for (const word of Object.keys(PEER_SENTENCES)) {
      const { code, err } = await unroll([word])
      expect(code).to.equal(2)
      expect(err).to.contain(PEER_SENTENCES[word] ?? '-')
    }
  })
})

describe('command line: aliases and short options', () => {
  let home = ''
  before(() => (home = copySample()))
  after(() => removeFolder(home))
  const run = inHome(() => home)

  it('runs the command of an alias', async () => {
    const threads = await run(['threads'])
    expect(threads.code).to.equal(0)
    expect(threads.out).not.to.equal('')
    expect(await run(['ls'])).to.deep.equal(threads)
    expect(await run(['list'])).to.deep.equal(threads)
    expect(await unroll(['help', 'ls'])).to.deep.equal(await unroll(['help', 'threads']))
  })

  it('takes -C for the home, -n for the limit and --no-color', async () => {
    const long = await unroll(['threads', '--home', home, '--index', 'memory', '--limit', '1'])
    const short = await unroll(['threads', '-C', home, '--index', 'memory', '-n', '1'])
    expect(short).to.deep.equal(long)
    const painted = await run(['threads', '--color', 'always'], { tty: true })
    const plain = await run(['threads', '--color', 'never'], { tty: true })
    expect(painted.out).not.to.equal(plain.out)
    const none = await run(['threads', '--no-color'], { tty: true, env: { FORCE_COLOR: '1' } })
    expect(none).to.deep.equal(plain)
  })

  it('prints the version for no command but its own', async () => {
    const { code, err } = await run(['threads', '-V'])
    expect([code, err.split('\n')[0]]).to.deep.equal([2, 'unroll: threads has no option -V'])
  })
})
