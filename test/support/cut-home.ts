/**
 * Homes cut by hand to what they would be had writing ended earlier. Written the plainest way, from the bytes of the files, for
 * comparison with what time travel answers.
 */
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A rollout of a home as it stands. */
export interface RolloutFile {
  readonly path: string
  /** Of the thread, and of the segment when the file is not the first one. */
  readonly threadId: string
  readonly segmentId: string
  /** Without blank ones, with their newlines. */
  readonly lines: ReadonlyArray<string>
}

const NAME = /^rollout-.*?([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?\.jsonl$/

/** Every plain rollout of a home, oldest first; bytes are kept as Latin-1. */
export const rolloutsOf = (home: string): ReadonlyArray<RolloutFile> =>
  ['sessions', 'archived_sessions']
    .flatMap((root) => {
      try {
        return readdirSync(join(home, root), { recursive: true, encoding: 'utf8' }).map((path) =>
          join(home, root, path)
        )
      } catch {
        return []
      }
    })
    .filter((path) => NAME.test(basename(path)))
    .map((path) => {
      const [, threadId = '', segmentId = threadId] = NAME.exec(basename(path)) ?? []
      const text = readFileSync(path, 'latin1')
      const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
      return { path, threadId, segmentId, lines: lines.filter((line) => line.trim() !== '') }
    })
    .sort((a, b) => (basename(a.path) < basename(b.path) ? -1 : 1))

/** The time a line says, as a script would read it. */
export const timeIn = (line: string): number | null => {
  try {
    const { timestamp } = JSON.parse(line) as { readonly timestamp?: unknown }
    const ms = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN
    return Number.isNaN(ms) ? null : ms
  } catch {
    return null
  }
}

/** Sets the time of a file; a little later, since seconds with fractions are not exact. */
const touch = (path: string, ms: number): void =>
  utimesSync(path, (ms + 0.3) / 1000, (ms + 0.3) / 1000)

/** Writes the first lines of a file in its place, with the time of the last of them; none deletes it. */
export const cutFile = ({ path, lines }: RolloutFile, count: number): void => {
  if (count >= lines.length) return
  if (count === 0) return rmSync(path)
  const kept = lines.slice(0, count)
  const { mtimeMs } = statSync(path)
  const ms = kept.map(timeIn).findLast((time) => time !== null) ?? mtimeMs
  writeFileSync(path, kept.join(''), 'latin1')
  touch(path, ms)
}

/** Cuts every file before its first line of a later time. */
export const cutAtTime = (home: string, timeMs: number): void => {
  for (const file of rolloutsOf(home)) {
    const later = file.lines.findIndex((line) => (timeIn(line) ?? -Infinity) > timeMs)
    if (later === -1) {
      const { mtimeMs } = statSync(file.path)
      const lastMs = file.lines.map(timeIn).findLast((time) => time !== null) ?? timeMs
      if (mtimeMs > timeMs) touch(file.path, lastMs)
      continue
    }
    const isBegun = file.lines.slice(0, later).some((line) => timeIn(line) !== null)
    cutFile(file, isBegun ? later : 0)
  }
  const names = join(home, 'session_index.jsonl')
  try {
    const lines = readFileSync(names, 'utf8').split('\n')
    const kept = lines.filter((line) => {
      const at = /"updated_at":"([^"]*)"/.exec(line)?.[1]
      return at !== undefined && Date.parse(at) <= timeMs
    })
    writeFileSync(names, kept.map((line) => `${line}\n`).join(''))
  } catch {
    // A home in which nothing was named.
  }
}
