import { expect } from 'chai'
import { appendFileSync } from 'node:fs'
import { IDLE_MS } from '../../adapters/rpc/follow/idle.ts'
import type { HostedTurn, TurnEnd, TurnHost } from '../../adapters/rpc/threads/turn-host.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import {
  clientOf,
  serverOf,
  shaken,
  unattended,
  type Client,
  type Message,
  type TestServer
} from '../support/rpc-client.ts'

// How threads are, who follows them and when they are unloaded: Codex's own tests by name.

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const GIT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
const UNKNOWN = '01a1ffff-0000-7000-8000-00000000ffff'

const idle = { type: 'idle' }
const active = { type: 'active', activeFlags: [] }
const status = (threadId: string, of: object): Message => ({
  method: 'thread/status/changed',
  params: { threadId, status: of }
})
const closed = (threadId: string): Message => ({ method: 'thread/closed', params: { threadId } })

/** A host whose turns end when a test says so. */
const scripted = () => {
  const turns: Array<{ readonly turn: HostedTurn; readonly end: (end: TurnEnd) => void }> = []
  const host: TurnHost = { run: (turn) => new Promise((end) => turns.push({ turn, end })) }
  return { host, last: () => turns[turns.length - 1] }
}

describe('thread status, subscriptions and idle unload', () => {
  let home = ''
  let nowMs = 0
  let server: TestServer
  let client: Client
  let other: Client
  const { host, last } = scripted()

  const serve = async (name = 'basic-142', profile: ProfileName = '0.142'): Promise<void> => {
    home = copyHome(name)
    nowMs = 1_800_000_000_000
    server = serverOf(home, { turns: host, profile }, { ...unattended(home), nowMs: () => nowMs })
    client = await shaken(clientOf(server))
    other = await shaken(clientOf(server))
  }
  /** What the other client is told after some time went by. */
  const after = async (ms: number): Promise<ReadonlyArray<Message>> => {
    const from = other.received.length
    await server.server.follow.sweep()
    nowMs += ms
    await server.server.follow.sweep()
    return other.received.slice(from)
  }
  const resultOf = async <A>(who: Client, method: string, params: object): Promise<A> =>
    (await who.ask(method, params))['result'] as A
  const loaded = async (): Promise<ReadonlyArray<string>> =>
    (await resultOf<{ data: ReadonlyArray<string> }>(other, 'thread/loaded/list', {})).data
  const statusOf = async (threadId: string): Promise<unknown> =>
    (await resultOf<{ thread: { status: unknown } }>(other, 'thread/read', { threadId })).thread
      .status
  const listed = async (threadId: string): Promise<unknown> => {
    const { data } = await resultOf<{ data: ReadonlyArray<{ id: string; status: unknown }> }>(
      other,
      'thread/list',
      { modelProviders: [] }
    )
    return data.find(({ id }) => id === threadId)?.status
  }
  const unsubscribe = (threadId = PLAIN) =>
    resultOf<{ status: string }>(client, 'thread/unsubscribe', { threadId })
  const startTurn = (threadId = PLAIN) =>
    client.ask('turn/start', { threadId, input: [{ type: 'text', text: 'go' }] })
  const endTurn = async (how: TurnEnd, threadId = PLAIN): Promise<void> => {
    const ended = server.server.live.find(threadId)?.turn?.ended
    last()?.end(how)
    await ended
  }

  beforeEach(() => serve())
  afterEach(async () => {
    await server.close()
    removeFolder(home)
  })

  it('thread_unsubscribe_keeps_thread_loaded_until_idle_timeout: then everyone is told', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    expect(await unsubscribe()).to.deep.equal({ status: 'unsubscribed' })
    expect(await after(IDLE_MS - 1)).to.deep.equal([])
    expect(await loaded()).to.deep.equal([PLAIN])
    expect(await after(1000)).to.deep.equal([status(PLAIN, { type: 'notLoaded' }), closed(PLAIN)])
    expect(await loaded()).to.deep.equal([])
    expect(await unsubscribe()).to.deep.equal({ status: 'notLoaded' })
  })

  it('thread_unsubscribe_during_turn_keeps_turn_running: and the thread loaded', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    await startTurn()
    await unsubscribe()
    expect(await after(2 * IDLE_MS)).to.deep.equal([])
    expect([await statusOf(PLAIN), last()?.turn.signal.aborted]).to.deep.equal([active, false])
    const from = other.received.length
    await endTurn({ status: 'completed' })
    expect(other.received.slice(from)).to.deep.equal([status(PLAIN, idle)])
  })

  it('thread_unsubscribe_preserves_cached_status_before_idle_unload: a failed turn shows', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    await startTurn()
    await endTurn({ status: 'failed', message: 'no' })
    await unsubscribe()
    const failed = { type: 'systemError' }
    expect([await statusOf(PLAIN), await listed(PLAIN)]).to.deep.equal([failed, failed])
    await after(1000)
    await client.ask('thread/resume', { threadId: PLAIN })
    expect(await statusOf(PLAIN)).to.deep.equal(failed)
  })

  it('thread_unsubscribe_reports_not_subscribed_before_idle_unload: the second time', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    await unsubscribe()
    expect(await unsubscribe()).to.deep.equal({ status: 'notSubscribed' })
  })

  it('websocket_disconnect_keeps_last_subscribed_thread_loaded_until_idle_timeout: as after unsubscribing', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    client.connection.close()
    expect(await after(IDLE_MS - 1)).to.deep.equal([])
    expect(await loaded()).to.deep.equal([PLAIN])
    expect(await after(1000)).to.deep.equal([status(PLAIN, { type: 'notLoaded' }), closed(PLAIN)])
  })

  it('keeps a thread loaded that somebody followed again in time', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    await unsubscribe()
    await after(IDLE_MS - 1000)
    await client.ask('thread/resume', { threadId: PLAIN })
    await after(1000)
    await unsubscribe()
    expect(await after(IDLE_MS - 1000)).to.deep.equal([])
    expect(await loaded()).to.deep.equal([PLAIN])
  })

  it('thread_archive_clears_stale_subscriptions_before_resume: the first client hears nothing', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    await client.ask('thread/archive', { threadId: PLAIN })
    await client.ask('thread/unarchive', { threadId: PLAIN })
    await other.ask('thread/resume', { threadId: PLAIN })
    await after(1000)
    const from = client.received.length
    const line = { timestamp: '2026-11-21T09:00:00.000Z', type: 'event_msg' }
    const located = await (await server.server.engine).locate(PLAIN)()
    if (located._tag === 'Left') throw new Error('no file')
    const begun = { ...line, payload: { type: 'task_started', turn_id: 'a' } }
    appendFileSync(located.right.path, `${JSON.stringify(begun)}\n`)
    const told = await after(1000)
    expect(told.map(({ method }) => method)).to.deep.equal([
      'thread/status/changed',
      'turn/started'
    ])
    expect(client.received.slice(from)).to.deep.equal([status(PLAIN, active)])
  })

  it('loaded_status_defaults_to_not_loaded_for_untracked_threads: and unknown ids have none', async () => {
    expect([await statusOf(PLAIN), await listed(GIT)]).to.deep.equal([
      { type: 'notLoaded' },
      { type: 'notLoaded' }
    ])
    expect(await unsubscribe(UNKNOWN)).to.deep.equal({ status: 'notLoaded' })
  })

  it('status_updates_track_single_thread: a turn of one says nothing of another', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    await client.ask('thread/resume', { threadId: GIT })
    await startTurn()
    expect([await statusOf(PLAIN), await statusOf(GIT)]).to.deep.equal([active, idle])
    await endTurn({ status: 'completed' })
    expect([await statusOf(PLAIN), await statusOf(GIT)]).to.deep.equal([idle, idle])
  })

  it('resolves_in_progress_turn_to_active_status: a turn that runs is shown as running', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    const { result } = (await startTurn()) as { readonly result: { turn: { id: string } } }
    const located = await (await server.server.engine).locate(PLAIN)()
    if (located._tag === 'Left') throw new Error('no file')
    const begun = {
      timestamp: '2026-11-21T09:00:00.000Z',
      type: 'event_msg',
      payload: { type: 'task_started', turn_id: result.turn.id }
    }
    appendFileSync(located.right.path, `${JSON.stringify(begun)}\n`)
    const shown = await resultOf<{
      thread: { status: unknown; turns: ReadonlyArray<{ status: string }> }
    }>(other, 'thread/resume', { threadId: PLAIN })
    expect([shown.thread.status, shown.thread.turns.at(-1)?.status]).to.deep.equal([
      active,
      'inProgress'
    ])
    await endTurn({ status: 'completed' })
  })

  it('tracks_non_interactive_thread_status: of a thread that codex exec began', async () => {
    await server.close()
    removeFolder(home)
    await serve('exec-cli-142')
    const [first] = (
      await resultOf<{ data: ReadonlyArray<{ id: string; source: string }> }>(
        client,
        'thread/list',
        { modelProviders: [], sourceKinds: ['exec'] }
      )
    ).data
    const { id = '', source } = first ?? {}
    await client.ask('thread/resume', { threadId: id })
    await startTurn(id)
    expect([source, await statusOf(id)]).to.deep.equal(['exec', active])
    await endTurn({ status: 'completed' }, id)
    expect(await statusOf(id)).to.deep.equal(idle)
  })

  it('note_thread_settings_reports_only_effective_changes: the same values say nothing', async () => {
    await client.ask('thread/resume', { threadId: PLAIN })
    const told = async (model: string): Promise<ReadonlyArray<unknown>> => {
      const from = client.received.length
      await client.ask('thread/settings/update', { threadId: PLAIN, model })
      return client.received.slice(from).flatMap(({ method }) => method ?? [])
    }
    expect([await told('other'), await told('other')]).to.deep.equal([
      ['thread/settings/updated'],
      []
    ])
  })

  it('replay_attribution_uses_already_loaded_history: tokens belong to a turn of the answer', async () => {
    const { result } = (await client.ask('thread/resume', { threadId: PLAIN })) as {
      readonly result: { thread: { turns: ReadonlyArray<{ id: string }> } }
    }
    const usage = client.received.find(({ method }) => method === 'thread/tokenUsage/updated')
    expect((usage?.['params'] as { turnId: string }).turnId).to.equal(
      result.thread.turns.at(-1)?.id
    )
  })
})
