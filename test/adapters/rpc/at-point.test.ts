// Requests about an earlier point. The goal: the answer is that of a server whose files end there. The method: every reading method
// asked at the point, and asked of the same home with its files cut by hand.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { createPastEngines } from '../../../adapters/rpc/threads/past-engines.ts'
import type { Engine } from '../../../replay/engine.ts'
import { cutAtTime, cutFile, rolloutsOf, timeIn } from '../../support/cut-home.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Message } from '../../support/rpc-client.ts'

type Asked = readonly [method: string, params: Readonly<Record<string, unknown>>]

const HOMES = ['fork-rollback-142', 'compaction-142', 'agents-142'] as const

const ofHome: ReadonlyArray<Asked> = [
  ['thread/list', { limit: 100, modelProviders: [] }],
  ['thread/search', { searchTerm: 'the', limit: 20 }],
  ['unroll/usage/read', { by: 'thread' }],
  ['unroll/tools/list', {}],
  ['unroll/audit/list', { limit: 50 }]
]

const ofThread = (threadId: string): ReadonlyArray<Asked> => [
  ['thread/read', { threadId, includeTurns: true }],
  ['thread/turns/list', { threadId, itemsView: 'full' }],
  ['thread/items/list', { threadId, sortDirection: 'desc' }],
  ['thread/searchOccurrences', { threadId, searchTerm: 'the' }],
  ['unroll/turns/range', { threadId, from: 0, count: 100 }],
  ['unroll/usage/read', { by: 'turn', threadId }],
  ['unroll/tools/summary', { threadId }]
]

const answers = async (
  home: string,
  asked: ReadonlyArray<Asked>,
  at?: object
): Promise<ReadonlyArray<Message>> => {
  const client = await initialized(home, { strict: false })
  const all: Array<Message> = []
  try {
    for (const [method, params] of asked)
      all.push(await client.ask(method, at === undefined ? params : { ...params, at }))
    return all
  } finally {
    await client.close()
  }
}

const messageOf = ({ error }: Message): unknown => (error as { readonly message: string }).message

describe('requests about an earlier point', () => {
  let home = ''
  afterEach(() => removeFolder(home))

  for (const name of HOMES) {
    it(`are answered as by ${name} when its files ended at that time`, async () => {
      home = copyHome(name)
      const rollouts = rolloutsOf(home)
      const times = rollouts.flatMap(({ lines }) => lines.map(timeIn).filter((ms) => ms !== null))
      const timeMs = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
      const past = await answers(home, ofHome, { timeMs })
      cutAtTime(home, timeMs)
      expect(past).to.deep.equal(await answers(home, ofHome))
    })

    it(`are answered as by ${name} when a file ended before that revision`, async () => {
      home = copyHome(name)
      const file = rolloutsOf(home).toSorted((a, b) => b.lines.length - a.lines.length)[0]
      if (file === undefined) throw new Error('a home without files')
      const revision = Math.ceil(file.lines.length / 2)
      const past = await answers(home, ofThread(file.threadId), { revision })
      cutFile(file, revision)
      expect(past).to.deep.equal(await answers(home, ofThread(file.threadId)))
    })
  }

  it('name a turn by its id too, behind whose last line they look', async () => {
    home = copyHome('fork-rollback-142')
    const client = await initialized(home, { strict: false })
    const threadId = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
    const range = async (at?: object) => {
      const { result } = await client.ask('unroll/turns/range', { threadId, from: 0, at })
      return result as { readonly total: number; readonly data: ReadonlyArray<{ id: string }> }
    }
    const now = await range()
    const first = now.data[0]?.id ?? ''
    const then = await range({ turnId: first })
    expect([then.total, then.data.map(({ id }) => id)]).to.deep.equal([1, [first]])
    expect(now.total).to.be.greaterThan(1)
    await client.close()
  })

  it('are refused where no point is named, or more than one, or one that was never there', async () => {
    home = copyHome('fork-rollback-142')
    const threadId = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
    const client = await initialized(home, { strict: false })
    const refusal = async (at: unknown, method = 'thread/turns/list') =>
      messageOf(await client.ask(method, { threadId, at }))
    const which = 'at needs exactly one of revision, turnId and timeMs'
    expect(await refusal({})).to.equal(which)
    expect(await refusal({ revision: 1, timeMs: 1 })).to.equal(which)
    expect(await refusal({ revision: 'x' })).to.match(/^Invalid request: invalid type: string/)
    expect(await refusal({ turnId: 'nothing' })).to.include('nothing')
    expect(messageOf(await client.ask('thread/list', { at: { revision: 3 } }))).to.equal(
      'at needs timeMs where no thread is named'
    )
    expect(await client.ask('thread/turns/list', { threadId, at: null })).to.have.property('result')
    await client.close()
  })

  it('are unknown to a strict server, which answers about now', async () => {
    home = copyHome('fork-rollback-142')
    const asked = { limit: 100, modelProviders: [] }
    const client = await initialized(home, { strict: true })
    expect(await client.ask('thread/list', { ...asked, at: { timeMs: 0 } })).to.deep.equal(
      await client.ask('thread/list', asked)
    )
    await client.close()
  })
})

describe('engines of the past', () => {
  const opened: Array<number> = []
  const closed: Array<number> = []
  const givenUp: Array<number> = []
  let due: Array<() => void> = []
  const pool = () =>
    createPastEngines(
      async (point) => {
        const { timeMs } = point as { readonly timeMs: number }
        opened.push(timeMs)
        if (timeMs < 0) return E.left({ _tag: 'StreamNotFound', streamId: String(timeMs) })
        return E.right({
          giveUp: () => void givenUp.push(timeMs),
          close: async () => void closed.push(timeMs)
        } as unknown as Engine)
      },
      (_, then) => {
        due.push(then)
        return () => void (due = due.filter((one) => one !== then))
      }
    )
  beforeEach(() => {
    opened.length = 0
    closed.length = 0
    givenUp.length = 0
    due = []
  })

  it('are opened once for a point, and the four that were asked last are kept', async () => {
    const past = pool()
    for (const timeMs of [1, 2, 3, 4, 1, 5, 1])
      expect(await past.ask({ timeMs }, async () => timeMs)).to.deep.equal(E.right(timeMs))
    expect(opened).to.deep.equal([1, 2, 3, 4, 5])
    expect(closed).to.deep.equal([2])
    await past.close()
    expect(closed.toSorted()).to.deep.equal([1, 2, 3, 4, 5])
  })

  it('give up what they do when nobody waits for it any more, and are closed behind it', async () => {
    const past = pool()
    const answers: Array<() => void> = []
    const asked = (stop?: AbortSignal): Promise<unknown> =>
      past.ask({ timeMs: 1 }, () => new Promise<void>((resolve) => answers.push(resolve)), stop)
    const [first, second] = [new AbortController(), new AbortController()]
    const running = [asked(first.signal), asked(second.signal)]
    await new Promise((resolve) => setImmediate(resolve))
    first.abort()
    await new Promise((resolve) => setImmediate(resolve))
    expect([givenUp, closed]).to.deep.equal([[], []])
    second.abort()
    await new Promise((resolve) => setImmediate(resolve))
    expect([givenUp, closed]).to.deep.equal([[1], []])
    for (const answer of answers) answer()
    await Promise.all(running)
    await past.close()
    expect(closed).to.deep.equal([1])
    expect(await past.ask({ timeMs: 1 }, async () => 'again')).to.deep.equal(E.right('again'))
    expect(opened).to.deep.equal([1, 1])
  })

  it('are closed a while after the last question, and never under one', async () => {
    const past = pool()
    let answer: () => void = () => undefined
    const asking = past.ask({ timeMs: 1 }, () => new Promise<void>((done) => (answer = done)))
    await past.ask({ timeMs: 1 }, async () => undefined)
    expect(due).to.deep.equal([])
    for (const timeMs of [2, 3, 4, 5]) await past.ask({ timeMs }, async () => undefined)
    expect(closed).to.deep.equal([])
    answer()
    await asking
    const [first] = due
    first?.()
    await past.close()
    expect(closed.toSorted()).to.deep.equal([1, 2, 3, 4, 5])
  })

  it('are not kept where there is no such point', async () => {
    const past = pool()
    for (let times = 0; times < 2; times++)
      expect(await past.ask({ timeMs: -1 }, async () => 'never')).to.have.property('left')
    expect(opened).to.deep.equal([-1, -1])
    await past.close()
    expect(closed).to.deep.equal([])
  })
})
