/**
 * What is wrong beside the rollouts: names, the logs and locks of unroll, temporary files.
 */
import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findingOf, type Finding } from '../../../domain/upkeep/check/finding.ts'
import { toOperationRecord, type Began } from '../../../domain/changes/operations.ts'
import { isJsonObject, parsedJson } from '../../../domain/json.ts'
import { HOME_LOCKS } from '../../home/hold.ts'
import { QUESTIONS_FOLDER } from '../../home/question-log.ts'
import { isHalfLock, isLeftBehind } from '../../home/lock-file.ts'
import { staleLocks } from '../../log/jsonl/writer-lock.ts'
import type { CheckPace } from './pace.ts'
import { sidecarLines, type SidecarLine } from './sidecar-lines.ts'
import { isAbandoned, reasonOf } from './walk.ts'

interface Sidecars {
  readonly home: string
  readonly pace: CheckPace
  readonly nowMs: number
  /** Threads that have a file; null when that is unknown because a folder could not be listed. */
  readonly threadIds: ReadonlySet<string> | null
}

const at = (path: string, { offsetBytes, bytes, revision, terminated }: SidecarLine) => ({
  path,
  range: { offsetBytes, bytes },
  revision,
  facts: { terminated }
})

const OWN = '.unroll'

/** The words for something in `.unroll` that cannot be read, which does not affect the rollouts. */
const UNSEEN = {
  severity: 'warning',
  affected: 'Existing locks, logs and seals of unroll are not checked; the rollouts are.'
} as const

/** What `read` finds; a system error becomes a finding. */
async function* withReadErrors(
  path: string,
  read: () => AsyncGenerator<Finding> | Generator<Finding>
): AsyncGenerator<Finding> {
  try {
    yield* read()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause
    const isOwn = path === OWN || path.startsWith(`${OWN}/`)
    yield findingOf('unreadable_file', {
      path,
      ...(isOwn ? UNSEEN : {}),
      facts: { reason: reasonOf(cause) }
    })
  }
}

/** Nothing for a file that is missing; a finding for anything but a plain file. */
const readable = (
  { home }: Sidecars,
  path: string,
  read: () => AsyncGenerator<Finding>
): AsyncGenerator<Finding> =>
  withReadErrors(path, async function* () {
    const stat = lstatSync(join(home, path), { throwIfNoEntry: false })
    if (stat === undefined) return
    if (stat.isFile()) yield* read()
    else yield findingOf('not_a_plain_file', { path, facts: { is: 'link or folder' } })
  })

const NAMES = 'session_index.jsonl'

async function* names(sidecars: Sidecars): AsyncGenerator<Finding> {
  const last = new Map<string, SidecarLine>()
  for await (const line of sidecarLines(join(sidecars.home, NAMES), sidecars.pace)) {
    const entry = parsedJson(line.text ?? '')
    const { id, thread_name: name } = isJsonObject(entry) ? entry : {}
    if (typeof id !== 'string' || typeof name !== 'string') {
      yield findingOf('damaged_name_line', at(NAMES, line))
    } else last.set(id.toLowerCase(), { ...line, text: null })
  }
  const { threadIds } = sidecars
  if (threadIds === null) return
  for (const [id, line] of last)
    if (!threadIds.has(id))
      yield findingOf('stale_name', { ...at(NAMES, line), facts: { id: id.slice(0, 80) } })
}

const OPERATIONS = `${OWN}/operations.jsonl`

const isRunning = (pid: unknown): boolean => {
  if (typeof pid !== 'number' || pid === process.pid) return pid === process.pid
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const unfinished = (line: SidecarLine, began: Began): Finding =>
  findingOf('unfinished_operation', {
    ...at(OPERATIONS, line),
    threadId: typeof began.threadIds[0] === 'string' ? began.threadIds[0] : null,
    facts: { operationId: began.id, operation: began.operation, began: began.at }
  })

async function* operations({ home, pace }: Sidecars): AsyncGenerator<Finding> {
  const open = new Map<string, readonly [SidecarLine, Began]>()
  for await (const line of sidecarLines(join(home, OPERATIONS), pace)) {
    const record = toOperationRecord(parsedJson(line.text ?? ''))
    if (record === null) yield findingOf('damaged_log_line', at(OPERATIONS, line))
    else if (record.record === 'ended') open.delete(record.id)
    else open.set(record.id, [{ ...line, text: null }, record])
  }
  for (const [line, began] of open.values())
    if (!isRunning(began.by.pid)) yield unfinished(line, began)
}

async function* records({ home, pace }: Sidecars, path: string): AsyncGenerator<Finding> {
  for await (const line of sidecarLines(join(home, path), pace))
    if (!isJsonObject(parsedJson(line.text ?? '')))
      yield findingOf('damaged_log_line', at(path, line))
}

/** Names in a folder; none when it is missing or cannot be listed. */
const listed = (path: string): ReadonlyArray<string> => {
  try {
    return readdirSync(path).sort()
  } catch {
    return []
  }
}

/** Temporary files in `.unroll`: copies on their way, and locks that were being made. */
const TEMPORARY = /(\.tmp|\.lock\.\d+|\.lock\.next(\.\d+)?)$/

function* locks({ home }: Sidecars): Generator<Finding> {
  for (const { name, threadId } of staleLocks(home))
    yield findingOf('stale_lock', { threadId, path: `${OWN}/locks/${name}`, facts: {} })
  for (const name of HOME_LOCKS)
    if (isLeftBehind(join(home, OWN, name)))
      yield findingOf('stale_lock', {
        path: `${OWN}/${name}`,
        affected: 'Nothing, when no operation is unfinished; the next one that moves files looks.'
      })
}

/** Leftovers in `.unroll` and one level below it: the trash keeps each operation in a folder of its own. */
function* leftovers({ home, nowMs }: Sidecars): Generator<Finding> {
  const folders = [OWN, ...listed(join(home, OWN, 'trash')).map((name) => `${OWN}/trash/${name}`)]
  for (const folder of folders)
    for (const name of listed(join(home, folder)))
      if (
        isHalfLock(name) ||
        (TEMPORARY.test(name) && isAbandoned(join(home, folder, name), nowMs))
      )
        yield findingOf('leftover_file', { path: `${folder}/${name}` })
}

async function* ownFindings(sidecars: Sidecars): AsyncGenerator<Finding> {
  const own = join(sidecars.home, OWN)
  if (lstatSync(own, { throwIfNoEntry: false })?.isDirectory() !== true) return
  for (const name of readdirSync(own).sort()) {
    const path = `${OWN}/${name}`
    if (path === OPERATIONS) yield* readable(sidecars, path, () => operations(sidecars))
    else if (name.endsWith('.jsonl')) yield* readable(sidecars, path, () => records(sidecars, path))
  }
  for (const name of listed(join(sidecars.home, QUESTIONS_FOLDER))) {
    const path = `${QUESTIONS_FOLDER}/${name}`
    if (name.endsWith('.jsonl')) yield* readable(sidecars, path, () => records(sidecars, path))
  }
  yield* locks(sidecars)
  yield* leftovers(sidecars)
}

export async function* sidecarFindings(sidecars: Sidecars): AsyncGenerator<Finding> {
  yield* readable(sidecars, NAMES, () => names(sidecars))
  yield* withReadErrors(OWN, () => ownFindings(sidecars))
}
