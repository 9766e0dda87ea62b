/**
 * Two runs of one script side by side: their messages in order, and what they left of the files.
 */
import { createRun, differences, filesOf, type Before, type Run } from './normalise.ts'
import type { FileChange, Step } from './recorded-mutations.ts'
import type { Message } from './rpc-client.ts'

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

/** Notifications of what this server does not have: tools of other servers, limits of an account, read receipts. */
const NOT_OURS = /^(mcpServer\/startupStatus\/updated|account\/rateLimits\/updated|warning)$/

/** What stands in recordings for the path of the home. */
export const STAND_INS = ['{{CODEX_HOME}}', '$CODEX_HOME', '/workspace/codex-home']

/** No run takes longer. */
const RUN_MS_MAX = 10 * 60 * 1000

/** The run of a process that is working now, in a home. */
export const runNow = (before: Before, home: string): Run => {
  const startedMs = Date.now()
  return createRun(before, [home, ...STAND_INS], (ms) => Math.abs(ms - startedMs) < RUN_MS_MAX)
}

/** The run of a recording: what is newer than the home is new. */
export const runThen = (before: Before): Run =>
  createRun(before, STAND_INS, (ms) => ms > before.untilMs)

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
export const translated = (
  request: Step['request'],
  ours: Run,
  theirs: Run,
  home: string
): Step['request'] => {
  let text = JSON.stringify(request)
  theirs.ids.forEach((id, at) => {
    text = text.replaceAll(id, ours.ids[at] ?? id)
  })
  for (const standIn of STAND_INS) text = text.replaceAll(standIn, home)
  return JSON.parse(text) as Step['request']
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

/** Lines that are no events are ignored: Codex leaves them out of what it copies. */
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

/** Compares what two runs were answered to one request. */
export const compareMessages = (
  id: Pick<Compared, 'home' | 'script' | 'method'>,
  [ours, received]: readonly [Run, ReadonlyArray<Message>],
  [theirs, all]: readonly [Run, ReadonlyArray<Message>]
): ReadonlyArray<Compared> => {
  const wanted = all.filter(({ method }) => !NOT_OURS.test(String(method)))
  const order = [received.map(whatOf), wanted.map(whatOf)]
  const isOrdered = JSON.stringify(order[0]) === JSON.stringify(order[1])
  const compared: Array<Compared> = isOrdered
    ? []
    : [
        {
          ...{ ...id, what: 'order', equal: false, paths: ['order'] },
          ...{ ours: order[0], theirs: order[1] }
        }
      ]
  received.forEach((mine, at) => {
    const other = isOrdered ? wanted[at] : wanted.find((one) => whatOf(one) === whatOf(mine))
    if (other === undefined) return
    const pair = [
      withNewestFirst(ours.normal(withoutId(mine))),
      withNewestFirst(theirs.normal(withoutId(other)))
    ]
    const paths = [...new Set(differences(pair[0], pair[1]))]
    compared.push({
      ...{ ...id, what: whatOf(mine), equal: paths.length === 0, paths },
      ...{ ours: pair[0], theirs: pair[1] }
    })
  })
  return compared
}

/** What changed in a home since its files were read. */
export const changesSince = (
  before: ReadonlyMap<string, string>,
  home: string
): Readonly<Record<string, FileChange>> => changesOf(before, filesOf(home))

/** Compares what two runs did to their files. */
export const compareFiles = (
  id: Pick<Compared, 'home' | 'script'>,
  [ours, mine]: readonly [Run, Readonly<Record<string, FileChange>>],
  [theirs, other]: readonly [Run, Readonly<Record<string, FileChange>>]
): Compared => {
  const pair = [parsedChanges(mine, ours), parsedChanges(other, theirs)]
  const paths = [...new Set(differences(pair[0], pair[1]))]
  return {
    ...{ ...id, method: 'files', what: 'file', equal: paths.length === 0, paths },
    ...{ ours: pair[0], theirs: pair[1] }
  }
}
