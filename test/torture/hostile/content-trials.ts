/**
 * Hostile content at its full size, one process for each kind: what it costs in memory, and how long the process was deaf.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { removeFolder } from '../../support/fixture-home.ts'
import { emptyHome, rolloutPath, THREAD } from '../../support/rollouts.ts'
import { writeHostile, type HostileKind } from './kinds.ts'

/** The result for a kind. */
export interface ContentCost {
  readonly fileBytes: number
  readonly overBaseBytes: number
  /** By question, the longest stretch of processor time without a turn of the event loop. */
  readonly stallsMs: Readonly<Record<string, number>>
  readonly problems: ReadonlyArray<string>
}

const CHILD = fileURLToPath(new URL('./content-child.ts', import.meta.url))
const DEADLINE_MS = 600_000

/** Asks everything about a rollout of a kind. */
export const contentCost = (kind: HostileKind, size: number): ContentCost => {
  const home = emptyHome()
  try {
    const path = rolloutPath(home, THREAD)
    writeHostile(path, kind, size)
    const { size: fileBytes } = statSync(path)
    const child = spawnSync(
      process.execPath,
      ['--import', 'tsx', CHILD, home, join(home, 'index')],
      { encoding: 'utf8', timeout: DEADLINE_MS }
    )
    if (child.status === 0)
      return { fileBytes, ...(JSON.parse(child.stdout) as Omit<ContentCost, 'fileBytes'>) }
    const why = `the process ended with ${child.signal ?? child.status}: ${child.stderr.slice(-300)}`
    return { fileBytes, overBaseBytes: 0, stallsMs: {}, problems: [why] }
  } finally {
    removeFolder(home)
  }
}
