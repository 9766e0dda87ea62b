/**
 * What the name and the folder of a rollout say.
 */

const NAME =
  /^rollout-(\d{4})-(\d\d)-(\d\d)T(\d\d)-(\d\d)-(\d\d)-([0-9a-f-]{36})(_([0-9a-f-]{36}))?\.jsonl(\.zst)?$/
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ROLLOUT = /\.jsonl(\.zst)?$/i
/** Of the TypeScript client: one document. Its name tells a day and no time, and its folder is `sessions` itself. */
const DOCUMENT = /^rollout-.*?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/i
/** The end of a name that unroll finds, whatever stands before it. */
const FOUND =
  /^rollout-.*?(?:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl(?:\.zst)?$/i

type NameProblem = 'no_rollout_name' | 'no_such_time'

/** A file that may be a rollout, as its path tells. */
export interface RolloutName {
  /** Null when the name does not tell; then unroll does not see the file. */
  readonly threadId: string | null
  readonly segmentId: string | null
  readonly compressed: boolean
  readonly archived: boolean
  readonly problem: NameProblem | null
  /** The folder it belongs to, relative to the home; null when the name does not tell. */
  readonly folder: string | null
}

const nameIn = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** True for the path of a file that holds lines of JSON, compressed or not, or a document of a rollout's name. */
export const isRolloutLike = (path: string): boolean =>
  ROLLOUT.test(path) || DOCUMENT.test(nameIn(path))

const isTime = (parts: ReadonlyArray<string>): boolean => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  if (hour > 23 || minute > 59 || second > 60) return false
  const at = new Date(Date.UTC(year, month - 1, day))
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day
}

/** Reads a path of a home, `/` between its parts. */
export const rolloutName = (path: string): RolloutName => {
  const name = nameIn(path)
  const archived = path.startsWith('archived_sessions/')
  const document = DOCUMENT.exec(name)?.[1]?.toLowerCase()
  if (document !== undefined) {
    const ids = { threadId: document, segmentId: document }
    return { ...ids, compressed: true, archived, problem: null, folder: null }
  }
  const compressed = /\.zst$/i.test(name)
  const found = FOUND.exec(name)
  const segmentId = found?.[2]?.toLowerCase() ?? null
  const threadId = found?.[1]?.toLowerCase() ?? segmentId
  const parts = NAME.exec(name)
  const isWhole =
    parts !== null && ID.test(parts[7] ?? '') && (parts[9] === undefined || ID.test(parts[9]))
  const time = isWhole ? parts.slice(1, 7) : null
  const problem = time === null ? 'no_rollout_name' : isTime(time) ? null : 'no_such_time'
  const day = problem === null && time !== null ? `sessions/${time.slice(0, 3).join('/')}` : null
  const folder = archived ? 'archived_sessions' : day
  return { threadId, segmentId, compressed, archived, problem, folder }
}
