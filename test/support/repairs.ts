/**
 * Damaged homes for tests of repairs: what is done to a file by hand, and the finding that reports it.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { findingOf, type Finding, type FindingPlace } from '../../domain/upkeep/check/finding.ts'
import type { ProblemKind } from '../../domain/upkeep/check/kinds.ts'
import { printPlan, type RepairPlan } from '../../domain/upkeep/repair/plan.ts'
import { planDigest } from '../../adapters/upkeep/repair/repair.ts'
import { temporaryFolder } from './fixture-home.ts'

/** A thread, its file, and the time that file has. */
export const THREAD = '01a1fd09-70c5-78c3-918b-98120b068bc3'
export const FILE = `sessions/2026/11/21/rollout-2026-11-21T07-36-56-${THREAD}.jsonl`
export const OTHER = '01a1fd09-71b0-7eb2-9cc8-3091d156fa49'
export const OTHER_FILE = `sessions/2026/11/21/rollout-2026-11-21T07-36-57-${OTHER}.jsonl`
const MODIFIED_AT_MS = 1_795_246_616_000

/** A line with a time, as Codex writes it. */
export const lineOf = (type: string, payload: object, ordinal?: number): string =>
  JSON.stringify({
    timestamp: '2026-11-21T07:36:56.000Z',
    ...(ordinal === undefined ? {} : { ordinal }),
    type,
    payload
  })

export const metaOf = (id: string, ordinal?: number): string =>
  lineOf(
    'session_meta',
    {
      ...{ id, timestamp: '2026-11-21T07:36:56.000Z', cwd: '/work', originator: 'lab' },
      ...{ cli_version: '0.142.5', source: 'vscode' },
      ...(ordinal === undefined ? {} : { history_mode: 'paginated' })
    },
    ordinal
  )

export const saidOf = (message: string, ordinal?: number): string =>
  lineOf('event_msg', { type: 'user_message', message }, ordinal)

/** Writes a file of a home, with the time files of these tests have. */
export const writeFile = (home: string, path: string, content: string | Buffer): void => {
  mkdirSync(dirname(join(home, path)), { recursive: true })
  writeFileSync(join(home, path), content)
  utimesSync(join(home, path), MODIFIED_AT_MS / 1000, MODIFIED_AT_MS / 1000)
}

export const homeOf = (files: Readonly<Record<string, string | Buffer>>): string => {
  const home = temporaryFolder()
  for (const [path, content] of Object.entries(files)) writeFile(home, path, content)
  return home
}

/** A finding about the whole of a line that stands at an offset. */
export const foundAt = (
  kind: ProblemKind,
  offsetBytes: number,
  bytes: number,
  place: FindingPlace = {}
): Finding =>
  findingOf(kind, { threadId: THREAD, path: FILE, range: { offsetBytes, bytes }, ...place })

/** Every file of a home but those of unroll itself: digest, time and mode of each. */
export const stateOf = (home: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.startsWith(join(home, '.unroll')))
      .toSorted()
      .map((path) => {
        const { mtimeMs, mode } = statSync(path)
        const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
        return [path.slice(home.length + 1), `${digest} ${Math.round(mtimeMs)} ${mode}`] as const
      })
  )

/** A plan as the file of it, and its digest. */
export const filed = (plan: RepairPlan) => {
  const bytes = Buffer.from(printPlan(plan))
  return { bytes, digest: planDigest(bytes) }
}
