/**
 * Which sessions of an agent can be imported.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import type { JsonObject } from '../../domain/json.ts'
import { lookUp, type ImportLedger } from '../../domain/imports/ledger.ts'
import type { SessionSource } from '../../domain/imports/source.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { homeLedger } from './ledger-file.ts'
import { sessionFiles, type SessionFile } from './place.ts'
import { isWhole, surveyOf, withSession, type Reading, type Survey } from './survey.ts'
import { canonicalPath } from '../home/places.ts'

/** Where sessions are looked for, and which. */
export interface SessionsRequest {
  readonly home: string
  /** Absolute path of the folder of the sessions. */
  readonly folder: string
  readonly source: SessionSource
  readonly era: ProfileName
  /** How many of the newest files are looked into; in 0.130 the most that are given. */
  readonly max: number
  /** The most that are given. */
  readonly maxFound?: number
  /** Older ones are left out; null for none. */
  readonly days: number | null
  readonly nowMs: number
}

/** A session that can be imported. */
export interface FoundSession {
  readonly path: string
  readonly cwd: string
  readonly title: string | null
  readonly modifiedAtMs: number
  readonly sizeBytes: number
  readonly messages: number
}

/** What was found, and what was left out. */
export interface DetectedSessions {
  readonly sessions: ReadonlyArray<FoundSession>
  /** Sentences about what was passed over. */
  readonly notes: ReadonlyArray<string>
}

/** As many as Codex gives, and as old. */
export const SESSIONS_MAX = 50
export const SESSION_DAYS_MAX = 30

const DAY_MS = 24 * 3600 * 1000

/** The folder of an agent's sessions below the home of a user. */
export const folderOf = (userHome: string, source: SessionSource): string =>
  join(userHome, source.root)

const notesOf = (folder: string, passedOver: number, tooMany: boolean): ReadonlyArray<string> => [
  ...(passedOver === 0
    ? []
    : [
        `${passedOver === 1 ? '1 file' : `${passedOver} files`} below ${folder} passed over: links, or files of others`
      ]),
  ...(tooMany ? [`there are more files below ${folder} than are looked at`] : [])
]

const found = ({ path, modifiedAtMs, sizeBytes }: SessionFile, survey: Survey): FoundSession => ({
  path,
  cwd: survey.cwd ?? '',
  title: survey.title,
  modifiedAtMs,
  sizeBytes,
  messages: survey.messages
})

/** True unless the ledger has a file as it is now, as far as its path and time tell. */
const isUnknown = (
  ledger: ImportLedger,
  { path, modifiedAtNs }: SessionFile,
  era: ProfileName
): boolean => lookUp(ledger, path, modifiedAtNs, era).kind !== 'imported'

const lookInto = async (
  reading: Reading,
  { records }: ImportLedger,
  file: SessionFile,
  unread: Array<string>
): Promise<Survey | null> => {
  // A link stands for a candidate, and nothing is read through it.
  if (file.isLink) return null
  const known = records.filter(({ sourcePath }) => sourcePath === file.path)
  try {
    const survey = await withSession(reading, file, (open, sizeBytes) =>
      surveyOf(open, sizeBytes, reading, file, known.length > 0)
    )
    const isImported = known.some(({ sha256 }) => sha256 === survey.sha256)
    return isWhole(survey, reading) && !isImported ? survey : null
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code !== 'ENOENT') unread.push(`${file.path} is left out: ${message}`)
    return null
  }
}

const byName = (a: SessionFile, b: SessionFile): number => (a.path < b.path ? -1 : 1)

/** The newest sessions that are not imported yet; left when the ledger cannot be read. */
export const detectSessions = async (
  request: SessionsRequest
): Promise<E.Either<string, DetectedSessions>> => {
  const { source, era, max, days, nowMs } = request
  const root = canonicalPath(request.folder)
  if (root === null) return E.right({ sessions: [], notes: [] })
  const ledger = homeLedger(request.home)
  if (E.isLeft(ledger)) return ledger
  const { files, passedOver, tooMany } = sessionFiles(root, source)
  const notes = notesOf(request.folder, passedOver.length, tooMany)
  const reading = { root, source, era }
  const sinceMs = days === null ? Number.NEGATIVE_INFINITY : nowMs - days * DAY_MS
  const sessions: Array<FoundSession> = []
  const unread: Array<string> = []
  if (era !== '0.130') {
    const newest = files
      .filter(({ modifiedAtMs }) => Math.floor(modifiedAtMs / 1000) >= Math.floor(sinceMs / 1000))
      .toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs || byName(a, b))
    // The newest that are not imported yet are looked into, and some of them are none.
    const candidates = newest.filter((file) => isUnknown(ledger.right, file, era)).slice(0, max)
    for (const file of candidates) {
      if (sessions.length === request.maxFound) break
      const survey = await lookInto(reading, ledger.right, file, unread)
      if (survey !== null) sessions.push(found(file, survey))
    }
    return E.right({ sessions, notes: [...notes, ...unread] })
  }
  const dated: Array<readonly [number, SessionFile, Survey]> = []
  for (const file of files) {
    const survey = await lookInto(reading, ledger.right, file, unread)
    const at = survey?.newestAt ?? null
    if (survey !== null && at !== null && at * 1000 >= sinceMs) dated.push([at, file, survey])
  }
  dated.sort(([a, one], [b, other]) => b - a || byName(one, other))
  for (const [, file, survey] of dated.slice(0, Math.min(max, request.maxFound ?? max)))
    sessions.push(found(file, survey))
  return E.right({ sessions, notes: [...notes, ...unread] })
}

/** Sessions as clients see them. */
export const sessionDetails = (sessions: ReadonlyArray<FoundSession>): ReadonlyArray<JsonObject> =>
  sessions.map(({ path, cwd, title }) => ({ path, cwd, title }))
