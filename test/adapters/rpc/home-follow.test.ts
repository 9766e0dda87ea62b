// Clients that follow a home hear what becomes of its threads, once, and nothing is looked at while nobody does. The clock is the
// test's, what happens is done by another engine or by hand, and what is expected is written by hand or counted in the files.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { createFollow } from '../../../adapters/rpc/follow/follow.ts'
import type { Engine } from '../../../replay/engine.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { openedEngine, right } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { asked, AT_MS, begun, done, said } from '../../support/followed-turn.ts'
import {
  clientOf,
  serverOf,
  shaken,
  unattended,
  type Client,
  type Message
} from '../../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const GIT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
const NEW = '01a1ffff-0000-7000-8000-0000000000aa'

interface Setting {
  readonly home: string
  readonly follower: Client
  readonly bystander: Client
  readonly other: Engine
  /** How often the server looked at the home so far. */
  readonly looks: () => number
  /** What the clients heard since they were asked last, a time later. */
  readonly told: (afterMs?: number) => Promise<ReadonlyArray<ReadonlyArray<Message>>>
  readonly close: () => Promise<void>
}

const setUp = async (): Promise<Setting> => {
  const home = copyHome('basic-142')
  let nowMs = AT_MS
  let looks = 0
  const watch = { ...unattended(home), nowMs: () => nowMs }
  const plain = serverOf(home, { strict: false }, watch)
  const counting = (engine: Engine): Engine => ({
    ...engine,
    census: () => async () => {
      looks += 1
      return engine.census()()
    }
  })
  const engine = plain.server.engine.then(counting)
  const following = createFollow({ ...plain.server, engine, watch })
  const server = { ...plain, server: { ...plain.server, follow: following } }
  const [follower, bystander] = [await shaken(clientOf(server)), await shaken(clientOf(server))]
  const other = await openedEngine({ home, index: 'memory', profile: '0.142', strict: false })
  const heard = [0, 0]
  const told = async (afterMs = 1000): Promise<ReadonlyArray<ReadonlyArray<Message>>> => {
    nowMs += afterMs
    await server.server.follow.sweep()
    return [follower, bystander].map(({ received }, i) => {
      const news = received.slice(heard[i])
      heard[i] = received.length
      return news.filter(({ method }) => String(method).startsWith('unroll/'))
    })
  }
  const close = async (): Promise<void> => {
    await following.close()
    await plain.close()
    await other.close()
    removeFolder(home)
  }
  await told()
  return { home, follower, bystander, other, looks: () => looks, told, close }
}

const follow = (client: Client, on: boolean): Promise<Message> =>
  client.ask('unroll/home/follow', { on })

const changed = (...threads: ReadonlyArray<object>): ReadonlyArray<Message> => [
  { method: 'unroll/home/changed', params: { threads } }
]

const linesIn = (home: string, threadId: string): number =>
  rolloutsOf(home).find((file) => file.threadId === threadId)?.lines.length ?? 0

const lastMs = (home: string, threadId: string): number => {
  const last =
    rolloutsOf(home)
      .find((file) => file.threadId === threadId)
      ?.lines.at(-1) ?? ''
  return Date.parse((JSON.parse(last) as { readonly timestamp: string }).timestamp)
}

const copyThread = (home: string, threadId: string, copyId: string): void => {
  const from = rolloutsOf(home).find((file) => file.threadId === threadId)?.path ?? ''
  const path = from.replace(threadId, copyId)
  mkdirSync(dirname(path), { recursive: true })
  copyFileSync(from, path)
}

describe('following a home', () => {
  let setting: Setting
  beforeEach(async () => {
    setting = await setUp()
  })
  afterEach(() => setting.close())

  it('tells who follows it what became of threads, once, and nobody else', async () => {
    const { home, follower, other, told } = setting
    expect(await follow(follower, true)).to.deep.equal({ result: {} })
    expect(await told()).to.deep.equal([[], []])
    await right(other.append(PLAIN, [begun, asked('Is it so?'), said('Yes.'), done]))
    const of = (threadId: string) => ({
      lastEventAtMs: lastMs(home, threadId),
      revision: linesIn(home, threadId)
    })
    expect(await told()).to.deep.equal([
      changed({ threadId: PLAIN, what: 'updated', ...of(PLAIN) }),
      []
    ])
    expect(await told()).to.deep.equal([[], []])
    await right(other.rename(PLAIN, 'so it is'))
    expect(await told()).to.deep.equal([
      changed({ threadId: PLAIN, what: 'renamed', ...of(PLAIN) }),
      []
    ])
    await right(other.archive(PLAIN))
    expect(await told()).to.deep.equal([
      changed({ threadId: PLAIN, what: 'archived', ...of(PLAIN) }),
      []
    ])
    await right(other.unarchive(PLAIN))
    copyThread(home, GIT, NEW)
    expect(await told()).to.deep.equal([
      changed(
        { threadId: PLAIN, what: 'unarchived', ...of(PLAIN) },
        { threadId: NEW, what: 'added', ...of(NEW) }
      ),
      []
    ])
    const gone = of(GIT)
    rmSync(rolloutsOf(home).find(({ threadId }) => threadId === GIT)?.path ?? '')
    expect(await told()).to.deep.equal([changed({ threadId: GIT, what: 'gone', ...gone }), []])
  })

  it('tells what happened within a second together, and not sooner', async () => {
    const { follower, other, told } = setting
    await follow(follower, true)
    await told()
    await right(other.append(PLAIN, [begun]))
    expect(await told(100)).to.deep.equal([[], []])
    await right(other.append(PLAIN, [said('Yes.')]))
    await right(other.append(GIT, [begun]))
    expect(await told(400)).to.deep.equal([[], []])
    const [[message] = []] = await told(500)
    const { threads } = message?.['params'] as {
      readonly threads: ReadonlyArray<{ readonly threadId: string; readonly what: string }>
    }
    expect(threads.map(({ threadId, what }) => [threadId, what])).to.have.deep.members([
      [PLAIN, 'updated'],
      [GIT, 'updated']
    ])
  })

  it('tells what a client of this server did as well', async () => {
    const { home, follower, bystander, told } = setting
    await follow(follower, true)
    await bystander.ask('thread/name/set', { threadId: PLAIN, name: 'mine' })
    expect(await told()).to.deep.equal([
      changed({
        ...{ threadId: PLAIN, what: 'renamed', lastEventAtMs: lastMs(home, PLAIN) },
        revision: linesIn(home, PLAIN)
      }),
      []
    ])
  })

  it('says no more than that it was much when it was', async () => {
    const { home, follower, told } = setting
    await follow(follower, true)
    for (let n = 0; n < 201; n++)
      copyThread(home, GIT, `01a1ffff-0000-7000-8000-${String(n).padStart(12, '0')}`)
    const many = { method: 'unroll/home/changed', params: { many: true } }
    expect(await told()).to.deep.equal([[many], []])
  })

  it('begins where the client began, also where another follows already', async () => {
    const { follower, bystander, other, told } = setting
    await right(other.append(PLAIN, [begun]))
    await follow(follower, true)
    expect(await told()).to.deep.equal([[], []])
    await right(other.append(PLAIN, [said('Yes.')]))
    await follow(bystander, true)
    const [first, second] = await told()
    expect([first?.length, second?.length]).to.deep.equal([1, 0])
  })

  it('looks once a second while somebody follows, and never else', async () => {
    const { follower, looks, told } = setting
    for (let rounds = 0; rounds < 5; rounds++) await told()
    expect(looks()).to.equal(0)
    await follow(follower, true)
    await follow(follower, true)
    expect(looks()).to.equal(1)
    for (let rounds = 0; rounds < 20; rounds++) await told(100)
    expect(looks()).to.equal(3)
    await follow(follower, false)
    for (let rounds = 0; rounds < 5; rounds++) await told()
    expect(looks()).to.equal(3)
    await follow(follower, true)
    follower.connection.close()
    for (let rounds = 0; rounds < 5; rounds++) await told()
    expect(looks()).to.equal(4)
  })

  it('looks every third second after ten without news, and every second again after some', async () => {
    const { follower, other, looks, told } = setting
    await follow(follower, true)
    for (let rounds = 0; rounds < 9; rounds++) await told()
    const before = looks()
    for (let rounds = 0; rounds < 9; rounds++) await told()
    expect(looks() - before).to.equal(3)
    await right(other.append(PLAIN, [said('Yes.')]))
    const news = [await told(), await told(), await told()].map(([mine]) => mine?.length ?? 0)
    expect(news.reduce((sum, n) => sum + n, 0)).to.equal(1)
    const after = looks()
    for (let rounds = 0; rounds < 5; rounds++) await told()
    expect(looks() - after).to.equal(5)
  })

  it('reads nothing of threads that stayed as they are', async () => {
    const { home } = setting
    const engine = await openedEngine({ home, index: 'memory', profile: '0.142', strict: false })
    const first = await engine.census()()
    const second = await engine.census()()
    expect(E.isRight(first) && E.isRight(second) && first.right === second.right).to.equal(true)
    await engine.close()
  })

  it('is refused without a word on what is wanted', async () => {
    const { follower } = setting
    const { error } = await follower.ask('unroll/home/follow', {})
    expect(error).to.deep.equal({
      code: -32600,
      message: 'Invalid request: missing field `on`'
    })
  })
})
