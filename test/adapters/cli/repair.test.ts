// unroll repair at the command line: what it refuses, and what programs read of it.
import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import { FILE, homeOf, metaOf, saidOf, stateOf, THREAD } from '../../support/repairs.ts'
import { unroll } from './console.ts'

const TORN = saidOf('one').slice(0, 40)

describe('unroll repair', () => {
  let home = ''
  let other = ''
  beforeEach(() => {
    other = homeOf({})
    home = homeOf({ [FILE]: `${metaOf(THREAD)}\n${TORN}\n${saidOf('two')}\n` })
  })
  afterEach(() => [home, other].forEach(removeFolder))
  const run = (...words: ReadonlyArray<string>) =>
    unroll(['repair', ...words, '--home', home, '--index', 'memory'])
  const failed = async (...words: ReadonlyArray<string>) => {
    const before = stateOf(home)
    const { code, out } = await run(...words, '--json')
    expect(stateOf(home)).to.deep.equal(before)
    const { message } = JSON.parse(out) as { readonly message: string }
    return [code, message]
  }

  it('plans, applies, lists and takes back, as lines for programs', async () => {
    const before = stateOf(home)
    expect(await run('plan')).to.deep.equal({
      code: 0,
      out: `${FILE}\t${FILE}\ttorn_line\tline 1, which is no event, is blanked\n`,
      err: 'write it to a file to apply it: add --out FILE\n'
    })
    const file = join(home, 'plan.json')
    const told = await run('plan', '--out', join(other, 'plan.json'))
    expect(told.err).to.match(
      /\napply it: unroll repair apply \S+ --digest [0-9a-f]{64} --home \S+ --index memory\n$/
    )
    const made = await run('plan', THREAD, '--out', file, '--json')
    const { digest } = JSON.parse(made.out) as { readonly digest: string }
    expect(
      (await unroll(['repair', 'apply', file, '--digest', digest, '--home', other])).err
    ).to.equal(
      'unroll: the plan is for another home\n' +
        'name its home with --home DIR, or make a new plan: unroll repair plan --out FILE\n'
    )
    const unasked = await run('apply', file, '--digest', digest)
    expect([unasked.code, unasked.err.split('\n')[0]]).to.deep.equal([
      9,
      `unroll: not confirmed: Repair 1 file of ${home}?`
    ])
    const applied = await run('apply', file, '--digest', digest, '--yes')
    expect([applied.code, applied.out]).to.deep.equal([0, `${FILE}\n`])
    const listed = await run('list')
    expect(listed.out.split('\t').slice(2)).to.deep.equal(['repair', 'done', '1', `${THREAD}\n`])
    const undone = await run('undo')
    expect(undone.out).to.equal(`${FILE}\n`)
    const { 'plan.json': _, ...after } = stateOf(home)
    expect(after).to.deep.equal(before)
    const again = /^Restored 1 file\.\nundo: unroll undo (\S+) --home \S+ --index memory\n$/
    const [, id = ''] = again.exec(undone.err) ?? []
    expect([(await run('undo', id)).code, (await run('plan')).out]).to.deep.equal([0, ''])
  })

  it('refuses what it cannot do, with a code and a sentence', async () => {
    const file = join(home, 'plan.json')
    writeFileSync(file, '{}')
    const digest = '0'.repeat(64)
    expect(await failed('mend')).to.deep.include(2)
    expect(await failed('apply', file)).to.deep.equal([2, 'repair apply needs --digest DIGEST'])
    expect(await failed('apply', file, '--digest', digest)).to.deep.equal([
      6,
      'the plan is not the one with this digest'
    ])
    expect(await failed('apply', join(home, 'nothing'), '--digest', digest)).to.deep.include(5)
    expect(await failed('plan', '--out', file)).to.deep.include(5)
    expect(await failed('undo')).to.deep.equal([6, 'there is no repair to undo'])
    expect(await failed('undo', 'abc')).to.deep.equal([6, 'there is no repair abc'])
    expect(await failed('plan', '--store', 'esdb://localhost:2113')).to.deep.equal([
      6,
      'repair is about files, and a store holds the threads'
    ])
  })
})
