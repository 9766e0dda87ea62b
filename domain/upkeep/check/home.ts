/**
 * What is wrong with the files of a home as their names, places and kinds tell, without opening one.
 */
import { isReadBefore, plainPath } from '../../rollout-file.ts'
import { findingOf, type Finding } from './finding.ts'
import { isRolloutLike, rolloutName, type RolloutName } from './names.ts'

export interface HomeEntry {
  /** Relative to the home, `/` between its parts. */
  readonly path: string
  readonly is: 'file' | 'link' | 'pipe' | 'socket' | 'device' | 'unreadable_folder'
  /** Why the system does not let it be looked at. */
  readonly reason?: string
  /** True for a temporary file that nobody has touched for long. */
  readonly isOld?: boolean
}

/** A plain file that is a rollout, or may be one. */
export interface RolloutEntry extends RolloutName {
  readonly path: string
}

/** The rollouts among the entries of a home. */
export const rolloutsOf = (entries: ReadonlyArray<HomeEntry>): ReadonlyArray<RolloutEntry> =>
  entries.flatMap(({ path, is }) =>
    is === 'file' && isRolloutLike(path) ? [{ path, ...rolloutName(path) }] : []
  )

/** The file that is read for each segment. */
export const shownFiles = (
  rollouts: ReadonlyArray<RolloutEntry>
): ReadonlyMap<string, RolloutEntry> => {
  const shown = new Map<string, RolloutEntry>()
  for (const rollout of rollouts) {
    if (rollout.segmentId === null) continue
    const other = shown.get(rollout.segmentId)
    if (other === undefined || isReadBefore(rollout, other)) shown.set(rollout.segmentId, rollout)
  }
  return shown
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

const DAY = /^sessions\/\d{4}\/\d\d\/\d\d$/
/** Codex lists a file in the folder of any day. */
const OTHER_DAY = {
  severity: 'note',
  affected: 'Lists by time may show it at another place.'
} as const

const ofPlace = (rollout: RolloutEntry): ReadonlyArray<Finding> => {
  const { path, threadId, problem, folder } = rollout
  const findings: Array<Finding> = []
  if (problem !== null) {
    const unseen =
      threadId === null ? { affected: 'The thread is not seen, by unroll or by Codex.' } : {}
    findings.push(findingOf('bad_filename', { threadId, path, facts: { problem }, ...unseen }))
  }
  if (folder !== null && folderOf(path) !== folder) {
    const another = DAY.test(folderOf(path)) ? OTHER_DAY : {}
    findings.push(
      findingOf('wrong_folder', { threadId, path, facts: { expected: folder }, ...another })
    )
  }
  return findings
}

const ofTwin = (rollout: RolloutEntry, shown: RolloutEntry): Finding => {
  const { path, threadId } = rollout
  const isTwin = plainPath(rollout.path) === plainPath(shown.path)
  const kind = isTwin ? 'twin_compressed' : 'duplicate_thread'
  return findingOf(kind, { threadId, path, facts: { shown: shown.path } })
}

const ofEntry = ({ path, is, reason, isOld }: HomeEntry): Finding | null => {
  if (is === 'file') return isOld === true ? findingOf('leftover_file', { path }) : null
  if (is === 'unreadable_folder')
    return findingOf('unreadable_file', { path, facts: { reason: reason ?? '' } })
  return findingOf('not_a_plain_file', { path, facts: { is } })
}

/** Findings of one entry and of its place, as far as the others are known. */
export const entryFindings = (
  entry: HomeEntry,
  rollout: RolloutEntry | undefined,
  shown: ReadonlyMap<string, RolloutEntry>
): ReadonlyArray<Finding> => {
  if (rollout === undefined) {
    const finding = ofEntry(entry)
    return finding === null ? [] : [finding]
  }
  const winner = rollout.segmentId === null ? undefined : shown.get(rollout.segmentId)
  const isLoser = winner !== undefined && winner.path !== rollout.path
  return [...ofPlace(rollout), ...(isLoser ? [ofTwin(rollout, winner)] : [])]
}
