// Clients are told what other processes do to the threads they follow: from the log, in Codex's words, and once.
import { expect } from 'chai'
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { basename, join } from 'node:path'
import { SILENCE_MS } from '../../../adapters/rpc/follow/followed.ts'
import type { FileWatch } from '../../../adapters/home/file-watch.ts'
import type { NewEvent } from '../../../domain/changes/new-event.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import type { Engine } from '../../../replay/engine.ts'
import { right, openedEngine } from '../../support/engines.ts'
import { copyHome, FIXTURES, removeFolder } from '../../support/fixture-home.ts'
import { asked, AT_MS, begun, done, event, said, TURN } from '../../support/followed-turn.ts'
import {
  clientOf,
  serverOf,
  shaken,
  unattended,
  type Client,
  type Message,
  type TestServer
} from '../../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const GIT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
const PLAIN_130 = '01a1fcdb-413a-7b00-a3c9-e149f48223b9'
const PLAIN_169 = '01a1fd04-6a2b-7862-91d1-5af381f25378'
const LONG = '01a1fcf0-83af-7753-9105-268919d49185'

const idle = { type: 'idle' }
const active = { type: 'active', activeFlags: [] }
const status = (threadId: string, of: object): Message => ({
  method: 'thread/status/changed',
  params: { threadId, status: of }
})
const bare = {
  id: TURN,
  items: [],
  itemsView: 'notLoaded',
  error: null,
  startedAt: 1795251600,
  completedAt: null,
  durationMs: null
}

/** A home of another process, a server, and two clients of which one follows a thread. */
interface Setting {
  readonly home: string
  readonly server: TestServer
  readonly other: Engine
  readonly follower: Client
  readonly bystander: Client
  readonly write: (...events: ReadonlyArray<NewEvent>) => Promise<void>
  /** What each of both was told since it was asked last. */
  readonly told: (afterMs?: number) => Promise<{
    readonly follower: ReadonlyArray<Message>
    readonly bystander: ReadonlyArray<Message>
  }>
}

interface Options {
  readonly profile?: ProfileName
  readonly strict?: boolean
  readonly home?: string
  readonly threadId?: string
  readonly watch?: Partial<FileWatch>
}

const settings: Array<Setting> = []

const setUp = async (options: Options = {}): Promise<Setting> => {
  const { profile = '0.142', strict = true, threadId = PLAIN } = options
  const home = copyHome(options.home ?? 'basic-142')
  let nowMs = AT_MS
  const watch = { ...unattended(home), nowMs: () => nowMs, ...options.watch }
  const server = serverOf(home, { profile, strict, reviews: true }, watch)
  const follower = await shaken(clientOf(server))
  const bystander = await shaken(clientOf(server))
  await follower.ask('thread/resume', { threadId })
  const other = await openedEngine({ home, index: 'memory', profile, strict })
  let from = [follower.received.length, bystander.received.length] as const
  const setting: Setting = {
    ...{ home, server, other, follower, bystander },
    write: async (...events) => void (await right(other.append(threadId, events))),
    told: async (afterMs = 1000) => {
      nowMs += afterMs
      await server.server.follow.sweep()
      const [a, b] = from
      from = [follower.received.length, bystander.received.length]
      return { follower: follower.received.slice(a), bystander: bystander.received.slice(b) }
    }
  }
  settings.push(setting)
  await setting.told()
  return setting
}

const methods = (messages: ReadonlyArray<Message>): ReadonlyArray<unknown> =>
  messages.map(({ method }) => method)

describe('live follow', () => {
  afterEach(async () => {
    for (const { server, other, home } of settings.splice(0)) {
      await server.close()
      await other.close()
      removeFolder(home)
    }
  })

  it('tells who follows the thread of a turn, word by word, and everyone how the thread is', async () => {
    const { write, told } = await setUp()
    await write(begun, asked('Is it so?'), said('Yes.'), done)
    const user = {
      type: 'userMessage',
      id: 'item-8',
      clientId: null,
      content: [{ type: 'text', text: 'Is it so?', text_elements: [] }]
    }
    const agent = {
      type: 'agentMessage',
      id: 'item-9',
      text: 'Yes.',
      phase: null,
      memoryCitation: null
    }
    const place = { threadId: PLAIN, turnId: TURN }
    const { follower, bystander } = await told()
    expect(follower).to.deep.equal([
      status(PLAIN, active),
      {
        method: 'turn/started',
        params: { threadId: PLAIN, turn: { ...bare, status: 'inProgress' } }
      },
      { method: 'item/started', params: { item: user, ...place, startedAtMs: AT_MS } },
      { method: 'item/completed', params: { item: user, ...place, completedAtMs: AT_MS } },
      {
        method: 'item/started',
        params: { item: { ...agent, text: '' }, ...place, startedAtMs: AT_MS }
      },
      { method: 'item/completed', params: { item: agent, ...place, completedAtMs: AT_MS } },
      status(PLAIN, idle),
      {
        method: 'turn/completed',
        params: {
          threadId: PLAIN,
          turn: { ...bare, status: 'completed', completedAt: 1795251601, durationMs: 900 }
        }
      }
    ])
    expect(bystander).to.deep.equal([status(PLAIN, active), status(PLAIN, idle)])
  })

  it('tells nothing twice, and nothing of a thread that is only loaded', async () => {
    const { write, told, follower } = await setUp()
    await write(begun, said('Yes.'), done)
    await told()
    expect((await told()).follower).to.deep.equal([])
    await follower.ask('thread/unsubscribe', { threadId: PLAIN })
    await told()
    await write(event({ type: 'task_started', turn_id: `${TURN}2` }))
    expect((await told()).bystander).to.deep.equal([])
  })

  it('begins where the client joined, whatever was written before the first look', async () => {
    const { write, told, bystander } = await setUp({ threadId: GIT })
    await bystander.ask('thread/resume', { threadId: GIT })
    await write(begun)
    expect(methods((await told()).bystander)).to.include('turn/started')
  })

  it('leaves what this server changes itself to the answers of its methods', async () => {
    const { told, follower } = await setUp()
    await follower.ask('thread/rollback', { threadId: PLAIN, numTurns: 1 })
    await follower.ask('thread/name/set', { threadId: PLAIN, name: 'mine' })
    await follower.ask('thread/goal/set', { threadId: PLAIN, objective: 'mine' })
    await follower.ask('review/start', {
      threadId: PLAIN,
      target: { type: 'custom', instructions: 'mine' }
    })
    const before = methods((await told(0)).follower)
    expect(before).to.include.members(['thread/name/updated', 'thread/goal/updated'])
    expect((await told()).follower).to.deep.equal([])
  })

  it('tells a half-written turn as active, shows it as running, and goes on with it', async () => {
    const { write, told, follower } = await setUp()
    await write(begun, said('One.'))
    await told()
    const page = async (): Promise<unknown> => {
      const { result } = await follower.ask('thread/turns/list', { threadId: PLAIN, limit: 1 })
      return (result as { data: ReadonlyArray<{ status: string }> }).data[0]?.status
    }
    const shown = async (): Promise<unknown> => {
      const { result } = await follower.ask('thread/read', { threadId: PLAIN })
      return (result as { thread: { status: unknown } }).thread.status
    }
    expect([await page(), await shown()]).to.deep.equal(['inProgress', active])
    await told()
    await write(said('Two.'), done)
    expect(methods((await told()).follower)).to.deep.equal([
      'item/started',
      'item/completed',
      'thread/status/changed',
      'turn/completed'
    ])
    expect([await page(), await shown()]).to.deep.equal(['completed', idle])
  })

  for (const [profile, home] of [
    ['0.142', 'basic-142'],
    ['0.169', 'basic-169']
  ] as const) {
    it(`knows that a review is over whose inner turn has no end, in ${profile}`, async () => {
      const threadId = profile === '0.169' ? '01a1fd04-6a2b-7862-91d1-5af381f25378' : PLAIN
      const { other, told, follower, server } = await setUp({ profile, home, threadId })
      const target = { type: 'custom', instructions: 'look' } as const
      const { turnId, reviewTurnId } = await right(other.startReview(threadId, target))
      const begun = await told()
      expect(methods(begun.follower)).to.include('turn/started')
      expect(server.server.live.find(threadId)?.writtenTurnId).to.equal(reviewTurnId)
      await right(other.completeReview(threadId, 'All is well.'))
      const ended = (await told()).follower
      const turns = ended.flatMap(({ method, params }) =>
        method === 'turn/completed' ? [(params as { turn: { id: string } }).turn.id] : []
      )
      expect(turns).to.deep.equal([profile === '0.169' ? turnId : reviewTurnId])
      const live = server.server.live.find(threadId)
      expect([live?.status, live?.writtenTurnId]).to.deep.equal([idle, null])
      const { result } = await follower.ask('thread/turns/list', { threadId })
      const statuses = (result as { data: ReadonlyArray<{ status: string }> }).data
      expect(statuses.filter(({ status }) => status === 'inProgress')).to.deep.equal([])
    })
  }

  it('takes a turn up that was begun before anybody followed', async () => {
    const home = copyHome('basic-142')
    const other = await openedEngine({ home, index: 'memory', profile: '0.142', strict: true })
    await right(other.append(PLAIN, [begun, said('One.')]))
    let nowMs = AT_MS
    const server = serverOf(home, {}, { ...unattended(home), nowMs: () => nowMs })
    const client = await shaken(clientOf(server))
    await client.ask('thread/resume', { threadId: PLAIN })
    await right(other.append(PLAIN, [said('Two.'), done]))
    const from = client.received.length
    nowMs += 1000
    await server.server.follow.sweep()
    expect(methods(client.received.slice(from))).to.deep.equal([
      'thread/status/changed',
      'item/started',
      'item/completed',
      'thread/status/changed',
      'turn/completed'
    ])
    await server.close()
    await other.close()
    removeFolder(home)
  })

  it('takes a turn for interrupted when nothing was written for long, and up again when it goes on', async () => {
    const { write, told } = await setUp()
    await write(begun)
    await told()
    expect((await told(SILENCE_MS - 1000)).follower).to.deep.equal([])
    expect((await told(1000)).follower).to.deep.equal([
      status(PLAIN, idle),
      {
        method: 'turn/completed',
        params: { threadId: PLAIN, turn: { ...bare, status: 'interrupted' } }
      }
    ])
    await write(done)
    const { follower } = await told()
    expect(methods(follower)).to.deep.equal([
      'thread/status/changed',
      'thread/status/changed',
      'turn/completed'
    ])
  })

  it('takes a turn for interrupted as soon as its Codex let go of the thread', async () => {
    let isHeld = true
    const { write, told } = await setUp({ watch: { isHeld: () => isHeld } })
    await write(begun)
    await told()
    expect((await told(2 * SILENCE_MS)).follower).to.deep.equal([])
    await write(said('Here I am.'))
    await told()
    isHeld = false
    await told()
    expect(methods((await told()).follower)).to.deep.equal([
      'thread/status/changed',
      'turn/completed'
    ])
  })

  it('tells who follows a thread that it was rolled back, and nobody in the words of an old Codex', async () => {
    for (const strict of [true, false]) {
      const { other, told } = await setUp({ strict })
      await right(other.rollback(PLAIN, 1))
      const { follower, bystander } = await told()
      expect(methods(follower)).to.deep.equal([
        'thread/tokenUsage/updated',
        ...(strict ? [] : ['thread/reverted'])
      ])
      expect(bystander).to.deep.equal([])
    }
  })

  it('does not tell of turns that are gone again when they are noticed', async () => {
    const { other, write, told } = await setUp({ strict: false })
    await write(begun, said('Yes.'), done)
    await right(other.rollback(PLAIN, 1))
    expect(methods((await told()).follower)).to.deep.equal([
      'thread/tokenUsage/updated',
      'thread/reverted'
    ])
  })

  it('tells everyone of a name, of a thread that nobody loaded too', async () => {
    const { other, told } = await setUp()
    await right(other.rename(PLAIN, 'Ours'))
    await right(other.rename(GIT, 'Theirs'))
    const expected = [
      { method: 'thread/name/updated', params: { threadId: PLAIN, threadName: 'Ours' } },
      { method: 'thread/name/updated', params: { threadId: GIT, threadName: 'Theirs' } }
    ]
    const { follower, bystander } = await told()
    expect([follower, bystander]).to.deep.equal([expected, expected])
    expect((await told()).follower).to.deep.equal([])
  })

  it('tells the name that a fork takes from its source only with the thread itself', async () => {
    const { bystander, follower, told } = await setUp()
    await follower.ask('thread/name/set', { threadId: PLAIN, name: 'Kept' })
    const before = bystander.received.length
    await follower.ask('thread/fork', { threadId: PLAIN })
    const [started] = bystander.received.slice(before)
    expect(started).to.have.nested.property('params.thread.name', 'Kept')
    await told()
    expect(methods(bystander.received.slice(before))).to.not.include('thread/name/updated')
  })

  it('tells everyone of a goal, and of its end', async () => {
    const { other, told } = await setUp()
    await right(other.setGoal(PLAIN, { objective: 'theirs' }))
    await right(other.clearGoal(PLAIN))
    const { bystander } = await told()
    expect(methods(bystander)).to.deep.equal(['thread/goal/updated', 'thread/goal/cleared'])
  })

  it('unloads a thread that was archived, and ends what was followed', async () => {
    const { other, told, follower } = await setUp()
    await right(other.archive(PLAIN))
    expect((await told()).bystander).to.deep.equal([
      status(PLAIN, { type: 'notLoaded' }),
      { method: 'thread/archived', params: { threadId: PLAIN } }
    ])
    expect(await follower.ask('thread/unsubscribe', { threadId: PLAIN })).to.deep.equal({
      result: { status: 'notLoaded' }
    })
  })

  it('believes that a thread was deleted when it is still gone at the next look', async () => {
    const { other, told } = await setUp()
    await right(other.remove(PLAIN))
    expect((await told()).follower).to.deep.equal([])
    expect((await told()).follower).to.deep.equal([
      status(PLAIN, { type: 'notLoaded' }),
      { method: 'thread/deleted', params: { threadId: PLAIN } }
    ])
  })

  it('says that a thread was closed where deleting is not known', async () => {
    const { other, told } = await setUp({
      profile: '0.130',
      home: 'basic-130',
      threadId: PLAIN_130
    })
    const located = await other.locate(PLAIN_130)()
    if (located._tag === 'Right') rmSync(located.right.path)
    await told()
    expect(methods((await told()).follower)).to.deep.equal([
      'thread/status/changed',
      'thread/closed'
    ])
  })

  it('goes on through a file that moved or was replaced by the same lines', async () => {
    const { other, write, told } = await setUp()
    const located = await other.locate(PLAIN)()
    if (located._tag === 'Left') throw new Error('no file')
    const { path } = located.right
    writeFileSync(`${path}.new`, readFileSync(path))
    renameSync(`${path}.new`, path)
    await write(begun)
    expect(methods((await told()).follower)).to.deep.equal([
      'thread/status/changed',
      'turn/started'
    ])
  })

  it('says that a thread is another one when its file shrank, and tells what follows', async () => {
    const { other, told } = await setUp({ strict: false })
    const located = await other.locate(PLAIN)()
    if (located._tag === 'Left') throw new Error('no file')
    const { path } = located.right
    const [first = ''] = readFileSync(path, 'utf8').split(/(?<=\n)/)
    writeFileSync(path, first)
    expect(methods((await told()).follower)).to.deep.equal(['thread/reverted'])
    appendFileSync(path, `${JSON.stringify(begun)}\n`)
    expect(methods((await told()).follower)).to.deep.equal([
      'thread/status/changed',
      'turn/started'
    ])
  })

  it('waits for the end of a line that is half written', async () => {
    const { other, told } = await setUp()
    const located = await other.locate(PLAIN)()
    if (located._tag === 'Left') throw new Error('no file')
    const line = `${JSON.stringify(begun)}\n`
    appendFileSync(located.right.path, line.slice(0, 60))
    expect((await told()).follower).to.deep.equal([])
    appendFileSync(located.right.path, line.slice(60))
    expect(methods((await told()).follower)).to.deep.equal([
      'thread/status/changed',
      'turn/started'
    ])
  })

  it('finds the file in which a thread goes on after a revert, and tells what stands in it', async () => {
    const { other, told, write } = await setUp({
      ...{ profile: '0.169', home: 'basic-169', threadId: PLAIN_169 }
    })
    const page = await right(other.listTurns(PLAIN_169, { limit: 1, sortDirection: 'desc' }))
    await right(other.revert(PLAIN_169, page.data[0]?.id ?? '', { force: true }))
    await write(begun)
    const heard: Array<Message> = []
    for (let looks = 0; looks < 5; looks++) heard.push(...(await told()).bystander)
    expect(methods(heard)).to.deep.equal(['thread/reverted', 'thread/status/changed'])
  })

  it('goes on through a file that was compressed', async () => {
    const place = { home: 'unicode-long-142', threadId: LONG, strict: false }
    const { other, write, told } = await setUp(place)
    const located = await other.locate(LONG)()
    if (located._tag === 'Left') throw new Error('no file')
    const { path } = located.right
    copyFileSync(join(FIXTURES, 'compressed', `${basename(path)}.zst`), `${path}.zst`)
    rmSync(path)
    expect((await told()).follower).to.deep.equal([])
    await write(begun)
    expect(methods((await told()).follower)).to.deep.equal([
      'thread/status/changed',
      'turn/started'
    ])
  })

  it('does not let one busy thread keep the others waiting', async () => {
    const { server, other, write, told, follower } = await setUp()
    await follower.ask('thread/resume', { threadId: GIT })
    await told()
    let free: () => void = () => undefined
    const blocked = new Promise<void>((resolve) => (free = resolve))
    const task = { run: () => blocked, isWanted: () => true }
    void server.server.live.schedule({ name: `thread:${GIT}`, mode: 'exclusive' }, task)
    await right(other.append(GIT, [begun]))
    void told()
    await write(begun)
    void told()
    const heard = new Promise<void>((resolve) =>
      server.server.live.onNotice(({ method }) => {
        if (method === 'turn/started') resolve()
      })
    )
    await heard
    free()
  })
})
