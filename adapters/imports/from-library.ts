/**
 * Importing as a program asks for it: any agent, also one that unroll does not know.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { notPossible, type StoreError } from '../../domain/errors.ts'
import type { SessionSource } from '../../domain/imports/source.ts'
import { NEWEST_ERA, type ProfileName } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { configuredProvider } from '../home/config.ts'
import { homeOperations } from '../home/operations.ts'
import { detectSessions, type FoundSession } from './detect.ts'
import { importNamed, sourceFolder, type ImportedSession } from './import-sessions.ts'
import { sessionAt } from './place.ts'
import { canonicalPath } from '../home/places.ts'

/** Sessions of one agent. */
export interface SessionsOfAgent {
  /** Path of `$CODEX_HOME`. */
  readonly home: string
  readonly source: SessionSource
  /** The folder of the sessions. Default: `source.root` in the home of the user. */
  readonly folder?: string
  /** How threads are written. Default: as the newest Codex does. */
  readonly profile?: ProfileName
  /** The most that are found, newest first. Default: all. */
  readonly max?: number
  /** Leaves out what was not modified in so many days. Default: nothing. */
  readonly days?: number
}

/** What is imported of them, and how. */
export interface SessionsToImport extends SessionsOfAgent {
  /** An engine over the same home; the caller closes it. */
  readonly engine: Pick<Engine, 'locate' | 'append'>
  /** Paths of sessions. Default: every one that can be imported. */
  readonly paths?: ReadonlyArray<string>
  /** Makes a new thread of a session that was rewritten since, or whose thread was deleted. */
  readonly again?: boolean
  /** Whom new threads are credited to. Default: `unroll`. */
  readonly originator?: string
  /** Hears of each session as it ends. */
  readonly onSession?: (session: ImportedSession) => void
}

const folderIn = ({ source, folder }: SessionsOfAgent): string =>
  folder === undefined ? sourceFolder(source, homedir(), undefined).folder : resolve(folder)

/** Finds the sessions that can be imported. */
export const findSessions = async (
  request: SessionsOfAgent
): Promise<E.Either<StoreError, ReadonlyArray<FoundSession>>> => {
  const { home, source, profile = NEWEST_ERA, max, days } = request
  const found = await detectSessions({
    ...{ home: resolve(home), folder: folderIn(request), source, era: profile },
    ...(max === undefined ? {} : { maxFound: max }),
    max: Infinity,
    days: days ?? null,
    nowMs: Date.now()
  })
  return E.bimap(
    (why: string) => notPossible(why, 'move the ledger of imports away, or mend it'),
    ({ sessions }: { readonly sessions: ReadonlyArray<FoundSession> }) => sessions
  )(found)
}

/** Makes threads of sessions. */
export const importFound = async (
  request: SessionsToImport
): Promise<E.Either<StoreError, ReadonlyArray<ImportedSession>>> => {
  const { source, profile = NEWEST_ERA, paths, engine, again = false, onSession } = request
  const home = resolve(request.home)
  const folder = folderIn(request)
  const found = paths === undefined ? await findSessions(request) : E.right([])
  if (E.isLeft(found)) return found
  const root = canonicalPath(folder) ?? ''
  const wanted = paths ?? found.right.map(({ path }) => path)
  const missing = wanted.find((path) => sessionAt(root, source, resolve(path)) === null)
  if (missing !== undefined) {
    const message = `there is no session of ${source.name} at ${missing}`
    return E.left({ _tag: 'InvalidRequest', message })
  }
  const sessions = wanted.flatMap((path) => {
    const file = sessionAt(root, source, resolve(path))
    return file === null ? [] : [{ source, folder, file }]
  })
  const target = {
    ...{ home, operations: homeOperations(home), actor: 'library' },
    originator: request.originator ?? 'unroll',
    modelProvider: configuredProvider(home),
    engine: () => Promise.resolve(engine),
    nowMs: Date.now
  }
  return importNamed(target, profile, sessions, { appends: true, again }, (row) => onSession?.(row))
}
