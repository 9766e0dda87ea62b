/**
 * A recorded session of a client with the real app-server, played to this one: the client says the same, and a host tells
 * what the real server told of its turns. Ids that a server makes are translated.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { openAnalytics } from '../../adapters/rpc/analytics/observer.ts'
import { createLive } from '../../adapters/rpc/threads/live.ts'
import type { HostedTurn, TurnEnd, TurnHost } from '../../adapters/rpc/threads/turn-host.ts'
import type { Json, JsonObject } from '../../domain/json.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { noTelemetry } from '../../replay/telemetry.ts'
import { FIXTURES, removeFolder, temporaryFolder } from './fixture-home.ts'
import { clientOf, serverOf } from './rpc-client.ts'

interface Said {
  readonly process: string
  readonly from: 'client' | 'server'
  /** When, Unix milliseconds. */
  readonly at: number
  readonly message: {
    readonly id?: number
    readonly method?: string
    readonly params?: JsonObject
    readonly result?: JsonObject
    readonly error?: JsonObject
  }
}

/** What was said between a client and the real server, in order. */
export const recordedSession = (run: string): ReadonlyArray<Said> =>
  brotliDecompressSync(readFileSync(join(FIXTURES, 'ledger', run, 'requests.jsonl.br')))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Said)

/** True when a run was recorded with its session. */
export const hasSession = (run: string): boolean =>
  existsSync(join(FIXTURES, 'ledger', run, 'requests.jsonl.br'))

export const profileOfRun = (run: string): ProfileName =>
  run.endsWith('-130') ? '0.130' : run.endsWith('-142') ? '0.142' : '0.169'

/** Requests that are played; the recorded client does other things besides, which no analytics tell of. */
const PLAYED: ReadonlySet<string> = new Set([
  'initialize',
  'thread/start',
  'turn/start',
  'turn/steer',
  'turn/interrupt'
])

/** What a host tells; the server tells the rest by itself. */
const HOSTED = /^(item\/(started|completed)|turn\/diff\/updated|thread\/tokenUsage\/updated)$/

interface Running {
  readonly turn: HostedTurn
  readonly end: (end: TurnEnd) => void
  readonly ended: Promise<void>
}

const textAt = (value: Json | undefined, ...path: ReadonlyArray<string>): string => {
  const found = path.reduce<Json | undefined>(
    (at, name) => (at as JsonObject | undefined)?.[name],
    value
  )
  return typeof found === 'string' ? found : ''
}

/** Ids of the recording, and what this server has for them. */
const createNames = () => {
  const ours = new Map<string, string>()
  const translated = (text: string): string =>
    [...ours].reduce((now, [theirs, our]) => now.replaceAll(theirs, our), text)
  return {
    same: (theirs: string, our: string) => void ours.set(theirs, our),
    translated,
    of: <A>(value: A): A => JSON.parse(translated(JSON.stringify(value))) as A
  }
}

const SANDBOX_MODES: Readonly<Record<string, string>> = {
  dangerFullAccess: 'danger-full-access',
  readOnly: 'read-only',
  workspaceWrite: 'workspace-write'
}

const configOf = (session: ReadonlyArray<Said>): string => {
  const started = session.find(({ message }) => textAt(message.result, 'thread', 'id') !== '')
  const result = started?.message.result
  return [
    `model = "${textAt(result, 'model')}"`,
    `model_provider = "${textAt(result, 'modelProvider')}"`,
    `approval_policy = "${textAt(result, 'approvalPolicy')}"`,
    `sandbox_mode = "${SANDBOX_MODES[textAt(result, 'sandbox', 'type')]}"`
  ].join('\n')
}

const endOf = (turn: JsonObject): TurnEnd => {
  const status = turn['status']
  if (status !== 'failed') return { status: status as 'completed' | 'interrupted' }
  const error = turn['error'] as JsonObject
  return {
    status,
    message: textAt(error, 'message'),
    codexErrorInfo: error['codexErrorInfo'] ?? null
  }
}

/** Plays a run with one process. */
export const playSession = async (run: string) => {
  const session = recordedSession(run)
  const home = temporaryFolder()
  const capturePath = join(home, 'capture.jsonl')
  writeFileSync(join(home, 'config.toml'), configOf(session))
  const names = createNames()
  let atMs = 0
  let running: Running | null = null
  const host: TurnHost = {
    run: (turn) =>
      new Promise((end) => {
        const loaded = live.find(turn.threadId)
        turn.onSteer(() => undefined)
        running = { turn, end, ended: loaded?.turn?.ended ?? Promise.resolve() }
      })
  }
  const live = createLive()
  const profile = profileOfRun(run)
  const logged: Array<string> = []
  const parts = { outlet: { capturePath }, live, profile, transport: 'stdio' as const }
  const log = (line: string) => void logged.push(line)
  const analytics = openAnalytics({ ...parts, nowMs: () => atMs }, log, noTelemetry)
  if (analytics === null) throw new Error('there is nowhere to capture')
  const server = serverOf(home, { profile, live, turns: host, analytics: analytics.observer })
  const client = clientOf(server)
  const asked = new Set<string>()
  const answers = new Map<number, Promise<unknown>>()
  const refusals: Array<{ readonly theirs: Json; readonly ours: unknown }> = []

  const fromClient = async ({ id, method, params, ...reply }: Said['message']): Promise<void> => {
    if (method === undefined) {
      await client.send(JSON.stringify({ id, ...reply }))
      await answers.get(id ?? -1)
    } else if (PLAYED.has(method)) {
      asked.add(`${id}`)
      await client.send(JSON.stringify({ id, method, params: names.of(params) }))
    }
  }

  const fromServer = async (said: Said): Promise<void> => {
    const { id, method, params = {}, result, error } = said.message
    if (method === undefined) {
      if (!asked.has(`${id}`)) return
      const response = client.received.find((message) => message['id'] === id && !message['method'])
      const answered = response?.['result'] as JsonObject | undefined
      if (error !== undefined)
        refusals.push({ theirs: names.of(error), ours: response?.['error'] ?? null })
      for (const kind of ['thread', 'turn'])
        if (textAt(result, kind, 'id') !== '')
          names.same(textAt(result, kind, 'id'), textAt(answered, kind, 'id'))
      return
    }
    if (running === null) return
    const { turn, end, ended } = running
    if (id !== undefined) answers.set(id, turn.ask(method, names.of(params)))
    else if (HOSTED.test(method)) turn.notify(method, names.of(params))
    else if (method === 'turn/completed') {
      end(endOf(params['turn'] as JsonObject))
      await ended
    }
  }

  for (const said of session) {
    atMs = said.at
    await (said.from === 'client' ? fromClient(said.message) : fromServer(said))
    await analytics.idle()
  }
  await analytics.close()
  await server.close()
  const captured = readFileSync(capturePath, 'utf8')
  removeFolder(home)
  return { captured, translated: names.translated, logged, refusals }
}
