/**
 * Several files of one segment: which of them it is, and what the others are.
 */
import { createHash } from 'node:crypto'
import { PROFILES } from '../../../../domain/log/profile.ts'
import { openBytes, piecesOf } from '../../../log/jsonl/bytes.ts'
import { parseLine } from '../../../log/jsonl/lines.ts'
import { measureFile } from '../measure.ts'
import type { FoundRollout } from './find.ts'

/** What a file is beside the one that counts. */
export type Relation = 'same' | 'older' | 'longer' | 'divergent'

/** The file that counts, and what the others are. */
interface Resolved {
  readonly chosen: FoundRollout
  readonly others: ReadonlyArray<{ readonly file: FoundRollout; readonly relation: Relation }>
}

const digestOfStart = async (
  { source, compressed }: FoundRollout,
  bytes: number
): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of piecesOf(openBytes(source, compressed), 0, bytes)) hash.update(piece)
  return hash.digest('hex')
}

/** True when all of `shorter` stands at the beginning of `longer`. */
const isStart = async (shorter: FoundRollout, longer: FoundRollout): Promise<boolean> =>
  shorter.bytes <= longer.bytes && (await digestOfStart(longer, shorter.bytes)) === shorter.sha256

const PROFILE = PROFILES['0.169']

const eventsIn = async ({ source, compressed }: FoundRollout): Promise<number> => {
  let events = 0
  await measureFile(source, compressed, (line) => {
    if (typeof parseLine(line, PROFILE) !== 'string') events += 1
  })
  return events
}

const relationOf = async (file: FoundRollout, chosen: FoundRollout): Promise<Relation> => {
  if (file.sha256 === chosen.sha256) return 'same'
  if (await isStart(file, chosen)) return 'older'
  return (await isStart(chosen, file)) ? 'longer' : 'divergent'
}

/** More events, then more bytes, then the later time, then what is not archived, then the digest and the path. */
const bestOf = async (files: ReadonlyArray<FoundRollout>): Promise<FoundRollout | undefined> => {
  const isOne = new Set(files.map(({ sha256 }) => sha256)).size === 1
  const ranked = await Promise.all(
    files.map(async (file) => ({ file, events: isOne ? 0 : await eventsIn(file) }))
  )
  ranked.sort(
    (a, b) =>
      b.events - a.events ||
      b.file.bytes - a.file.bytes ||
      b.file.modifiedAtMs - a.file.modifiedAtMs ||
      Number(a.file.archived) - Number(b.file.archived) ||
      (a.file.sha256 + a.file.source < b.file.sha256 + b.file.source ? -1 : 1)
  )
  return ranked[0]?.file
}

/** Resolves the files of one segment; what the home has already is always the one that counts. */
export const resolve = async (
  files: ReadonlyArray<FoundRollout>,
  there: FoundRollout | null
): Promise<Resolved | null> => {
  const chosen = there ?? (await bestOf(files))
  if (chosen === undefined) return null
  const others: Array<Resolved['others'][number]> = []
  for (const file of files)
    if (file !== chosen) others.push({ file, relation: await relationOf(file, chosen) })
  return { chosen, others }
}
