/**
 * Plays a recorded script against this server on a copy of its home, and tells where the two differ.
 */
import { join } from 'node:path'
import type { ProfileName } from '../../domain/profile.ts'
import { copyHome, FIXTURES, removeFolder } from './fixture-home.ts'
import { beforeOf, createRun, differences, filesOf, type Before, type Run } from './normalise.ts'
import { stepsOf, type FileChange, type Script } from './recorded-mutations.ts'
import { clientOf, serverOf, shaken, withEngineOf, type Message } from './rpc-client.ts'
import { withStandInWrites } from './stand-in-writes.ts'
import type { Writes } from '../../adapters/rpc/writes.ts'

/** One message or file that was compared. */
export interface Compared {
  readonly home: string
  readonly script: string
  readonly method: string
  /** Which message: `response`, the method of a notification, `order`, or `file`. */
  readonly what: string
  readonly equal: boolean
  /** Members in which they differ. */
  readonly paths: ReadonlyArray<string>
  readonly ours: unknown
  readonly theirs: unknown
}

/** Notifications of what this server has not: tools of other servers, limits of an account, read receipts. */
const NOT_OURS = /^(mcpServer\/startupStatus\/updated|account\/rateLimits\/updated|warning)$/

const RUN_MS_MAX = 10 * 60 * 1000
const STAND_INS = ['{{CODEX_HOME}}', '$CODEX_HOME', '/workspace/codex-home']

const befores = new Map<string, Before>()
const knownBefore = (home: string): Before => {
  const known = befores.get(home)
  if (known !== undefined) return known
  const folder = join(FIXTURES, 'homes', home)
  const before = beforeOf(join(folder, 'home'), join(folder, 'home-mtimes.json'))
  befores.set(home, before)
  return before
}

const whatOf = (message: Message | undefined): string =>
  message === undefined
    ? 'nothing'
    : 'method' in message
      ? String(message['method'])
      : 'error' in message
        ? 'error'
        : 'response'

const withoutId = (message: Message): Message =>
  Object.fromEntries(Object.entries(message).filter(([key]) => key !== 'id'))

/** New threads come first in a list by time whatever the clock of this machine says. */
const withNewestFirst = (message: Message): Message => {
  const result = message['result'] as { readonly data?: ReadonlyArray<unknown> } | undefined
  if (!Array.isArray(result?.data)) return message
  const isNew = (one: unknown): boolean => JSON.stringify(one).includes('"createdAt":"<now>"')
  const data = result.data as ReadonlyArray<unknown>
  return {
    ...message,
    result: { ...result, data: [...data.filter(isNew), ...data.filter((one) => !isNew(one))] }
  }
}

/** The request of a recording, about the threads of this run. */
const translated = (request: unknown, ours: Run, theirs: Run, home: string): unknown => {
  let text = JSON.stringify(request)
  theirs.ids.forEach((id, at) => {
    text = text.replaceAll(id, ours.ids[at] ?? id)
  })
  for (const standIn of STAND_INS) text = text.replaceAll(standIn, home)
  return JSON.parse(text)
}

const linesOf = (text: string): ReadonlyArray<string> =>
  Buffer.from(text, 'latin1').toString('utf8').split('\n').slice(0, -1)

const changesOf = (
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>
): Readonly<Record<string, FileChange>> => {
  const changes: Record<string, FileChange> = {}
  for (const [path, text] of before) {
    const now = after.get(path)
    if (now === undefined) changes[path] = { change: 'removed' }
    else if (now !== text && now.startsWith(text))
      changes[path] = { change: 'appended', lines: linesOf(now.slice(text.length)) }
    else if (now !== text) changes[path] = { change: 'rewritten' }
  }
  for (const [path, text] of after)
    if (!before.has(path)) changes[path] = { change: 'created', lines: linesOf(text) }
  return changes
}

/** Lines that are no events are compared as nothing: Codex leaves them out of what it copies. */
const parsedLine = (line: string): ReadonlyArray<unknown> => {
  try {
    return [JSON.parse(line)]
  } catch {
    return []
  }
}

const parsedChanges = (changes: Readonly<Record<string, FileChange>>, run: Run): unknown =>
  Object.entries(changes)
    .filter(([, { change }]) => change !== 'mtime-only')
    .map(([path, { change, lines }]) => {
      const parsed = Array.isArray(lines)
        ? (lines as ReadonlyArray<string>).flatMap(parsedLine)
        : []
      return run.normal({ path, change, lines: change === 'rewritten' ? [] : parsed })
    })

/** The functions of the engine by which the methods change files. */
const NEEDS: Readonly<Record<string, ReadonlyArray<keyof Writes>>> = {
  'thread/rollback': ['rollback'],
  'thread/archive': ['archive'],
  'thread/unarchive': ['unarchive'],
  'thread/delete': ['remove'],
  'thread/name/set': ['rename'],
  'thread/metadata/update': ['updateMetadata'],
  'thread/memoryMode/set': ['setMemoryMode'],
  'thread/inject_items': ['injectItems'],
  'thread/goal/set': ['setGoal'],
  'thread/goal/clear': ['clearGoal'],
  'review/start': ['startReview']
}

/** True when the engine itself can do all that a script asks for; otherwise tests lend it a hand. */
export const isByEngine = (script: Script, engine: object): boolean =>
  stepsOf(script)
    .flatMap(({ request: { method } }) =>
      // A fork takes its parent's name along in 0.142.
      method === 'thread/fork' && script.reader.startsWith('0.142')
        ? (['rename'] as const)
        : (NEEDS[method] ?? [])
    )
    .every((name) => name in engine)

/** A script that was played. */
export interface Replayed {
  readonly compared: ReadonlyArray<Compared>
  /** False when the engine of the test was lent a hand; then files are not compared. */
  readonly byEngine: boolean
}

/** Plays one script. */
export const replayScript = async (name: string, script: Script): Promise<Replayed> => {
  const before = knownBefore(name)
  const home = copyHome(name)
  const startedMs = Date.now()
  const profile = script.reader.slice(0, 5) as ProfileName
  const plain = serverOf(home, { profile, strict: true, version: script.reader })
  const byEngine = isByEngine(script, await plain.server.engine())
  const server = withEngineOf(plain, (engine) => withStandInWrites(engine, home))
  const client = await shaken(clientOf(server), { experimentalApi: true }, 'lab')
  const isOurNow = (ms: number): boolean => Math.abs(ms - startedMs) < RUN_MS_MAX
  const ours = createRun(before, [home, ...STAND_INS], isOurNow)
  const theirs = createRun(before, STAND_INS, (ms) => ms > before.untilMs)
  const compared: Array<Compared> = []
  const id = { home: name, script: script.name }
  const files = filesOf(home)
  let requestId = 100
  try {
    for (const { request, messages } of stepsOf(script)) {
      requestId += 1
      const { method, params } = translated(request, ours, theirs, home) as typeof request
      const sent = JSON.stringify({ id: requestId, method, params })
      const received = await client.send(sent)
      const wanted = messages.filter(({ method: of }) => !NOT_OURS.test(String(of)))
      const pairs = Math.max(received.length, wanted.length)
      const order = [received, wanted].map((all) => all.map(whatOf))
      const isOrdered = JSON.stringify(order[0]) === JSON.stringify(order[1])
      if (!isOrdered) {
        compared.push({
          ...{ ...id, method, what: 'order', equal: false, paths: ['order'] },
          ...{ ours: order[0], theirs: order[1] }
        })
      }
      for (let at = 0; at < pairs; at++) {
        const [mine, other] = [
          received[at],
          isOrdered ? wanted[at] : wanted.find((one) => whatOf(one) === whatOf(received[at]))
        ]
        if (mine === undefined || other === undefined) continue
        const pair = [
          withNewestFirst(ours.normal(withoutId(mine))),
          withNewestFirst(theirs.normal(withoutId(other)))
        ]
        const paths = [...new Set(differences(pair[0], pair[1]))]
        compared.push({
          ...{ ...id, method, what: whatOf(mine), equal: paths.length === 0, paths },
          ...{ ours: pair[0], theirs: pair[1] }
        })
      }
    }
    if (script.files !== null && byEngine) {
      const mine = parsedChanges(changesOf(files, filesOf(home)), ours)
      const other = parsedChanges(script.files, theirs)
      const paths = [...new Set(differences(mine, other))]
      compared.push({
        ...{ ...id, method: 'files', what: 'file', equal: paths.length === 0, paths },
        ...{ ours: mine, theirs: other }
      })
    }
    return { compared, byEngine }
  } finally {
    await client.close()
    removeFolder(home)
  }
}
