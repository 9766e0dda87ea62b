import { expect } from 'chai'
import { START } from '../../../adapters/library.ts'
import type { Engine } from '../../../replay/engine.ts'
import { right, openedEngine } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const FORK = '01a1fcde-3abc-7921-ae69-8e353aa02221'

describe('unroll diff', () => {
  let home = ''
  const unroll = inHome(() => home)
  before(() => {
    home = copyHome('fork-rollback-142')
  })
  after(() => removeFolder(home))

  const over = async <A>(revision: number, use: (engine: Engine) => Promise<A>): Promise<A> => {
    const engine = await openedEngine({ home, at: { threadId: ROOT, revision } })
    try {
      return await use(engine)
    } finally {
      await engine.close()
    }
  }

  it('finds a difference exactly where the answers differ', async () => {
    const answers = (revision: number) =>
      over(revision, async (engine) => {
        const { turns } = await right(engine.readThread(ROOT, true))
        const context = await right(engine.context(ROOT))
        const usage = await right(engine.usage({ by: 'model', threadId: ROOT }))
        return JSON.stringify([turns, context, usage.groups])
      })
    for (const [a, b] of [
      [30, 30],
      [30, 31],
      [50, 80],
      [91, 92]
    ] as const) {
      const sides = [`${ROOT}@${a}`, `${ROOT}@${b}`]
      const parts = ['--of', 'turns', '--of', 'context', '--of', 'usage']
      const { code, out } = await unroll(['diff', ...sides, ...parts])
      const isEqual = (await answers(a)) === (await answers(b))
      expect([a, b, code, out === '']).to.deep.equal([a, b, isEqual ? 0 : 1, isEqual])
    }
  })

  it('tells the turns that came and went, so that the one list makes the other', async () => {
    const turnsAt = (revision: number) =>
      over(revision, async (engine) => (await right(engine.readThread(ROOT, true))).turns)
    const { out } = await unroll(['diff', `${ROOT}@60`, `${ROOT}@92`, '--json'])
    const ids = (await turnsAt(60)).map(({ id }) => id)
    for (const { change, key, place } of jsonLines(out)) {
      if (change === 'removed') ids.splice(ids.indexOf(key as string), 1)
      if (change === 'added') ids.splice(place as number, 0, key as string)
    }
    expect(ids).to.deep.equal((await turnsAt(92)).map(({ id }) => id))
  })

  it('compares with now where a side names no point, and a thread with its fork', async () => {
    const events = await over(92, async (engine) => {
      let count = 0
      for await (const { lines } of await right(engine.events(ROOT, START))) count += lines.length
      return count
    })
    expect(events).to.equal(92)
    expect(await unroll(['diff', `${ROOT}@92`])).to.deep.equal({ code: 0, out: '', err: '' })
    const { code, out } = await unroll(['diff', ROOT, FORK, '--json'])
    expect([code, jsonLines(out).map(({ of, change }) => [of, change])]).to.deep.equal([
      1,
      [
        ['turns', 'removed'],
        ['turns', 'added']
      ]
    ])
  })

  it('says in a line what each difference is', async () => {
    const { out, code } = await unroll(['diff', `${ROOT}@91`, '--color', 'never'], { tty: true })
    expect(code).to.equal(1)
    expect(out).to.match(/^~ turns {4}[0-9a-f-]{13} {2}status "[a-zA-Z]+" → "completed"/)
  })

  it('refuses a side that is not there', async () => {
    expect((await unroll(['diff', 'nobody@3'])).code).to.equal(3)
    expect((await unroll(['diff', `${ROOT}@9999`])).code).to.equal(2)
  })
})
