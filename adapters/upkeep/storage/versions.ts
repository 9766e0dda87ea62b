/**
 * Which Codex a home is used with, by its newest rollout.
 */
import { basename, join } from 'node:path'
import { PROFILES } from '../../../domain/log/profile.ts'
import { openBytes } from '../../log/jsonl/bytes.ts'
import { readFirstLine } from '../../log/jsonl/first-line.ts'
import { parseLine } from '../../log/jsonl/lines.ts'
import type { RolloutFile } from './files.ts'

/** Versions 0.x before this x do not read compressed rollouts, as far as is known. */
const READS_COMPRESSED = 142

const isTooOld = (version: string): boolean => {
  const [, minor] = /^0\.(\d+)\./.exec(version) ?? []
  return minor !== undefined && Number(minor) < READS_COMPRESSED
}

const versionIn = (home: string, { path, compressed }: RolloutFile): string | null => {
  const source = openBytes(join(home, path), compressed)
  try {
    const line = readFirstLine(source)
    const parsed = line === null ? null : parseLine(line, PROFILES['0.169'])
    return parsed === null || typeof parsed === 'string' || parsed.type !== 'session_meta'
      ? null
      : (parsed.payload.cli_version ?? null)
  } finally {
    source.close()
  }
}

/** The version that wrote the newest rollout, when it cannot read compressed ones; else null. */
export const tooOldCodex = (home: string, files: ReadonlyArray<RolloutFile>): string | null => {
  const newest = files.reduce<RolloutFile | null>(
    (last, file) => (last === null || basename(file.path) > basename(last.path) ? file : last),
    null
  )
  const version = newest === null ? null : versionIn(home, newest)
  return version !== null && isTooOld(version) ? version : null
}
