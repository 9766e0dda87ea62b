/**
 * The cheap part of the comparison with Codex's databases: file names against rows, without an index and without reading a
 * rollout that has a row.
 */
import { realpathSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { findingOf, type Finding } from '../../../domain/upkeep/check/finding.ts'
import { parityOf, type Parity } from '../../../domain/upkeep/codex-state/parity.ts'
import type { CodexThreads } from '../../../domain/upkeep/codex-state/state.ts'
import { databasePath, sqliteHome, type DatabaseName } from './places.ts'
import { headlessOf, rolloutsOf, type Rollouts } from './rollouts.ts'
import { threadState, type DatabaseRead } from './tables.ts'

export interface ComparedHome {
  readonly rollouts: Rollouts
  readonly headless: ReadonlySet<string>
  readonly state: DatabaseRead<CodexThreads>
  /** Null where the database cannot be read. */
  readonly parity: Parity | null
  readonly findings: ReadonlyArray<Finding>
}

/** A path as a finding names it: relative to the home where it is in it. */
export const shownPath = (home: string, path: string): string => {
  const inside = relative(home, path)
  return inside.startsWith('..') ? path : inside.split(sep).join('/')
}

export const unreadableFinding = (
  home: string,
  path: string,
  name: DatabaseName,
  why: string
): Finding =>
  findingOf('state_unreadable', { path: shownPath(home, path), facts: { database: name, why } })

const spellings = (home: string): ReadonlyArray<string> => {
  try {
    return [...new Set([home, realpathSync(home)])]
  } catch {
    return [home]
  }
}

export interface CompareOptions {
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly nowMs: number
}

/**
 * Compares the files of a home with the rows of Codex's database. `firstLines`: those of `all` files are read, or only of
 * those that have no row.
 */
export const compareHome = async (
  { home, env, nowMs }: CompareOptions,
  firstLines: 'all' | 'unknown'
): Promise<ComparedHome> => {
  const path = databasePath(sqliteHome(home, env), 'state')
  const rollouts = rolloutsOf(home)
  const state = await threadState(path)
  const { files } = rollouts
  const none = { rollouts, state, parity: null }
  if (state.kind === 'unreadable') {
    const findings = [unreadableFinding(home, path, 'state', state.why)]
    return { ...none, headless: new Set(), findings }
  }
  if (state.kind === 'missing') {
    const shown = shownPath(home, path)
    const found = findingOf('state_missing', { path: shown, facts: { files: files.length } })
    return { ...none, headless: new Set(), findings: files.length === 0 ? [] : [found] }
  }
  const rows = new Set(state.value.threads.map(({ id }) => id))
  const unknown = files.filter(({ threadId }) => threadId === null || !rows.has(threadId))
  const headless = headlessOf(home, firstLines === 'all' ? files : unknown)
  const parity = parityOf({ homes: spellings(home), files, headless, state: state.value, nowMs })
  return { rollouts, headless, state, parity, findings: parity.findings }
}

/**
 * What is at odds between the files of a home and Codex's database, for a check of the home. A home without a database is
 * fine, and folders that cannot be read are found by the check itself.
 */
export const stateFindings = async (options: CompareOptions): Promise<ReadonlyArray<Finding>> => {
  try {
    const { findings } = await compareHome(options, 'unknown')
    return findings.filter(({ kind }) => kind !== 'state_missing')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause
    return []
  }
}
