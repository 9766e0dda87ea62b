/**
 * One recorded run: a model, a home, servers one after the other, and the things a scenario does with them.
 */
import type { Message } from '../../support/rpc-client.ts'
import {
  pause,
  runCommand,
  startClient,
  type Answering,
  type Client,
  type Logged
} from './client.ts'
import { DEMO, HOME, prepare, type Settings } from './home.ts'
import { startModel, type Asked, type Model, type Reply, type Script, type Usage } from './model.ts'
import { command, halfText, reply, startIds, text, tool } from './say.ts'

/** What a scenario works with. */
export interface Run {
  /** 130, 142 or 169. */
  readonly era: number
  readonly model: Model
  readonly log: ReadonlyArray<Logged>
  readonly notes: Array<string>
  readonly labels: Record<string, string>
  readonly answering: Record<string, Answering>
  /** The server that runs now. */
  readonly client: () => Client
  readonly start: (which?: 'earlier') => Promise<Client>
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
  /** Asks, waits for silence, throws when the answer is an error. */
  readonly ask: (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>
  /** The same, but an error is noted. */
  readonly attempt: (method: string, params: object) => Promise<Message>
  readonly thread: (label: string, params?: object) => Promise<string>
  readonly fork: (threadId: string, label: string, params?: object) => Promise<string>
  /** Starts a turn; answers its id. */
  readonly begin: (
    threadId: string,
    scripts: ReadonlyArray<Script>,
    params?: object
  ) => Promise<string>
  readonly ended: (turnId: string) => Promise<void>
  /** A whole turn. */
  readonly turn: (
    threadId: string,
    scripts: ReadonlyArray<Script>,
    params?: object
  ) => Promise<string>
  /** `codex` with other arguments, beside a server or without one. */
  readonly command: (...args: ReadonlyArray<string>) => Promise<void>
  readonly close: () => Promise<void>
}

/** An answer to a request of the main thread, or of any. */
export const script = (
  purpose: string,
  answer: Reply | ((asked: Asked) => Reply),
  isFor?: (asked: Asked) => boolean
): Script => ({ purpose, reply: answer, ...(isFor === undefined ? {} : { isFor }) })

/** One sentence. */
export const says = (purpose = 'answer', usage?: Usage): Script =>
  script(purpose, () =>
    reply([text(`This is an ${purpose}.`)], usage === undefined ? {} : { usage })
  )

/** Items, and no more. */
export const does = (
  items: () => Parameters<typeof reply>[0],
  purpose = 'tools',
  more: Partial<Reply> = {}
): Script => script(purpose, () => reply(items(), more))

const resultOf = (message: Message, method: string): Readonly<Record<string, unknown>> => {
  if (message['error'] !== undefined)
    throw new Error(`${method}: ${JSON.stringify(message['error'])}`)
  return message['result'] as Readonly<Record<string, unknown>>
}

const idOf = (result: Readonly<Record<string, unknown>>, key: string): string =>
  (result[key] as { id: string }).id

/** Whether a message ends a turn. */
export const isEndOf =
  (turnId: string) =>
  ({ method, params }: Message): boolean =>
    method === 'turn/completed' && (params as { turn: { id: string } }).turn.id === turnId

/** Whether an item of a type has started. */
export const isStartOf =
  (type: string) =>
  ({ method, params }: Message): boolean =>
    method === 'item/started' && (params as { item: { type: string } }).item.type === type

/** The binaries of a run. */
export interface Binaries {
  readonly codex: string
  readonly earlier: string | null
  /** 130, 142 or 169. */
  readonly era: number
}

/** Opens a run; nothing is started yet. */
export const openRun = async (
  { codex, earlier, era }: Binaries,
  settings: Settings
): Promise<Run> => {
  const model = await startModel()
  startIds()
  prepare(model.port, settings)
  const log: Array<Logged> = []
  const notes: Array<string> = []
  const labels: Record<string, string> = {}
  const answering: Record<string, Answering> = {}
  let client: Client | null = null
  let servers = 0
  const now = (): Client => {
    if (client === null) throw new Error('no server runs')
    return client
  }
  const start: Run['start'] = async (which) => {
    servers += 1
    const binary = which === 'earlier' ? (earlier ?? codex) : codex
    const name = `server-${servers}`
    client = await startClient({
      codex: binary,
      home: HOME,
      directory: DEMO,
      process: name,
      log,
      answering
    })
    return client
  }
  const ask: Run['ask'] = async (method, params) => {
    const result = resultOf(await now().call(method, params), method)
    await now().quiet()
    return result
  }
  const attempt: Run['attempt'] = async (method, params) => {
    const message = await now().call(method, params)
    if (message['error'] !== undefined) notes.push(`${method}: ${JSON.stringify(message['error'])}`)
    await now().quiet()
    return message
  }
  const named = (threadId: string, label: string): string => {
    labels[threadId] = label
    return threadId
  }
  const thread: Run['thread'] = async (label, params = {}) =>
    named(idOf(await ask('thread/start', { cwd: DEMO, ...params }), 'thread'), label)
  const fork: Run['fork'] = async (threadId, label, params = {}) =>
    named(idOf(await ask('thread/fork', { threadId, ...params }), 'thread'), label)
  let questions = 0
  const begin: Run['begin'] = async (threadId, scripts, params = {}) => {
    questions += 1
    model.expect(...scripts)
    const input = [{ type: 'text', text: `Question ${questions}` }]
    const message = await now().call('turn/start', { threadId, input, ...params })
    return idOf(resultOf(message, 'turn/start'), 'turn')
  }
  const ended: Run['ended'] = async (turnId) => {
    await now().seen(isEndOf(turnId), `the end of turn ${turnId}`)
    await now().quiet()
    for (const purpose of model.left()) notes.push(`nobody asked for: ${purpose}`)
  }
  const turn: Run['turn'] = async (threadId, scripts, params) => {
    const turnId = await begin(threadId, scripts, params)
    await ended(turnId)
    return turnId
  }
  const stop: Run['stop'] = async () => {
    await client?.stop()
    client = null
  }
  const kill: Run['kill'] = async () => {
    await client?.kill()
    client = null
    model.left()
  }
  const command: Run['command'] = async (...args) => {
    const said = await runCommand(codex, args, HOME, DEMO)
    if (said !== '') notes.push(`${args[0] ?? ''}: ${said}`)
    for (const purpose of model.left()) notes.push(`nobody asked for: ${purpose}`)
  }
  const close: Run['close'] = async () => {
    await stop()
    await model.close()
  }
  return {
    ...{ era, model, log, notes, labels, answering, client: now, start, stop, kill, close },
    ...{ ask, attempt, thread, fork, begin, ended, turn, command }
  }
}

/** Interrupts a turn while the model speaks, or while a command runs. */
export const interrupted = async (
  run: Run,
  threadId: string,
  during: 'stream' | 'command'
): Promise<string> => {
  const from = run.client().mark()
  const isSpeaking = during === 'stream'
  const answer = isSpeaking
    ? script('stream', () => reply([halfText('This never en')], { ends: 'hang' }))
    : does(() => [tool('exec_command', { cmd: 'sleep 30', yield_time_ms: 20_000 })])
  const turnId = await run.begin(threadId, [answer])
  const isDelta = ({ method }: Message): boolean => method === 'item/agentMessage/delta'
  await run.client().seen(isSpeaking ? isDelta : isStartOf('commandExecution'), during, from)
  await run.client().quiet()
  await run.client().call('turn/interrupt', { threadId, turnId })
  await run.ended(turnId)
  return turnId
}

/** Compacts a thread by hand. */
export const compacted = async (
  run: Run,
  threadId: string,
  scripts: ReadonlyArray<Script>
): Promise<void> => {
  const from = run.client().mark()
  run.model.expect(...scripts)
  await run.client().call('thread/compact/start', { threadId })
  const isEnd = ({ method, params }: Message): boolean =>
    method === 'turn/completed' && (params as { threadId: string }).threadId === threadId
  await run.client().seen(isEnd, 'the end of a compaction', from)
  await run.client().quiet()
  for (const purpose of run.model.left()) run.notes.push(`nobody asked for: ${purpose}`)
}

/** Takes the last turns back: a rollback, or a revert in 0.169. */
export const takenBack = async (run: Run, threadId: string, count: number): Promise<void> => {
  if (run.era < 169) {
    await run.attempt('thread/rollback', { threadId, numTurns: count })
    return
  }
  const listed = await run.ask('thread/turns/list', {
    threadId,
    limit: count,
    itemsView: 'notLoaded'
  })
  const turns = listed['data'] as ReadonlyArray<{ id: string }>
  await run.attempt('thread/revert', { threadId, beforeTurnId: turns.at(-1)?.id })
}

/** The answer of the model when it is asked to compact. */
export const summary = (): Script =>
  script('compaction', () => reply([text('LAB SUMMARY of it all.')]))

/** Kills the server while a command runs, and loads the thread again. */
export const killed = async (run: Run, threadId: string, before: number): Promise<void> => {
  const from = run.client().mark()
  const echo = () => does(() => [command('echo one')])
  await run.begin(threadId, [
    ...Array.from({ length: before }, echo),
    does(() => [command('sleep 30', { yield_time_ms: 20_000 })], 'tools before a kill')
  ])
  await run
    .client()
    .seen(
      ({ method, params }) =>
        method === 'item/started' && JSON.stringify(params).includes('sleep 30'),
      'the last command',
      from
    )
  await pause(200)
  await run.kill()
  await run.start()
  await run.ask('thread/resume', { threadId })
}
