/**
 * What there is to know of a session before it is imported, found in one pass.
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync } from 'node:fs'
import { readLine } from '../../domain/imports/line.ts'
import type { SourceSpend } from '../../domain/imports/provenance.ts'
import type { ImportedMessage, SessionLine, SessionSource } from '../../domain/imports/source.ts'
import { evolveTitle, nameOf, NO_TITLE, titleOf } from '../../domain/imports/title.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { linesOf, type TextLine } from './lines.ts'
import { openSession, type SessionFile } from './place.ts'
import { isReachableFolder } from '../home/places.ts'

/** A session as its file says it. */
export interface Survey {
  /** Bytes that were read: what is appended meanwhile is not part of it. */
  readonly sizeBytes: number
  readonly sha256: string
  readonly title: string | null
  /** What its thread is called; null where its beginning says as much. */
  readonly name: string | null
  /** Where it worked; null when nothing tells. */
  readonly cwd: string | null
  readonly messages: number
  /** True when somebody asked something. */
  readonly hasUser: boolean
  /** Unix seconds of its newest message; null when none has a time. */
  readonly newestAt: number | null
  /** Where each of its turns begins. */
  readonly turns: ReadonlyArray<number>
  readonly spends: ReadonlyArray<SourceSpend>
}

/** A source and how it is read. */
export interface Reading {
  /** Canonical folder of the sessions. */
  readonly root: string
  readonly source: SessionSource
  readonly era: ProfileName
}

/** A message with the time that stands in for one it lacks. */
export const timed = (
  message: ImportedMessage,
  { source }: Reading,
  { modifiedAtMs }: SessionFile
): ImportedMessage =>
  message.at !== null || source.fallbackTime === 'none'
    ? message
    : { ...message, at: Math.floor(modifiedAtMs / 1000) }

/** An open session, of which the bytes that were there when it was opened are read. */
export const withSession = async <A>(
  reading: Reading,
  session: SessionFile,
  use: (file: number, sizeBytes: number) => Promise<A>
): Promise<A> => {
  const file = openSession(reading.root, session)
  try {
    return await use(file, fstatSync(file).size)
  } finally {
    closeSync(file)
  }
}

/** What a line says, and where it begins. */
interface PlacedLine extends Pick<TextLine, 'offsetBytes'> {
  readonly line: SessionLine
}

/** What an open file says, line by line, the lines of a chunk together. */
export async function* sessionLines(
  file: number,
  sizeBytes: number,
  { source, era }: Reading,
  glance?: { readonly seen: (bytes: Buffer) => void }
): AsyncIterable<ReadonlyArray<PlacedLine>> {
  for await (const lines of linesOf(file, sizeBytes, glance?.seen))
    yield lines.flatMap(({ text, offsetBytes }) => {
      const line = readLine(text, source, era, glance !== undefined)
      return line === null ? [] : [{ line, offsetBytes }]
    })
}

/** Reads an open session once. Its digest takes as long as all the rest; where nobody asks for it, it is that of nothing. */
export const surveyOf = async (
  file: number,
  sizeBytes: number,
  reading: Reading,
  session: SessionFile,
  isDigested = true
): Promise<Survey> => {
  const { source, era } = reading
  const digest = createHash('sha256')
  const seen = (bytes: Buffer): void => void (isDigested && digest.update(bytes))
  const turns: Array<number> = []
  const spends = new Map<string, SourceSpend>()
  let title = NO_TITLE
  let cwd: string | null = null
  let messages = 0
  let newestAt: number | null = null
  const take = ({ line, offsetBytes }: PlacedLine): void => {
    title = evolveTitle(title, line, era)
    if (line.cwd !== undefined && cwd === null) cwd = line.cwd
    const { spending, message } = line
    if (message?.role === 'user') turns.push(offsetBytes)
    if (spending !== undefined) {
      const turn = turns.length === 0 ? null : turns.length
      spends.set(spending.key ?? String(offsetBytes), { ...spending, turn, offsetBytes })
    }
    if (message === undefined) return
    messages += 1
    const { at } = timed(message, reading, session)
    if (at !== null && (newestAt === null || at > newestAt)) newestAt = at
  }
  for await (const lines of sessionLines(file, sizeBytes, reading, { seen })) lines.forEach(take)
  return {
    sizeBytes,
    sha256: digest.digest('hex'),
    title: titleOf(title, era),
    name: nameOf(title, era),
    cwd: cwd ?? source.fallbackCwd(session.name, isReachableFolder),
    messages,
    hasUser: title.hasUser,
    newestAt,
    turns,
    spends: [...spends.values()]
  }
}

/** True for a session that is worth a thread: something was said, at some time, in a directory that is there. */
export const isWhole = ({ cwd, messages, newestAt }: Survey, { source }: Reading): boolean =>
  messages > 0 &&
  newestAt !== null &&
  cwd !== null &&
  (!source.needsDirectory || isReachableFolder(cwd))
