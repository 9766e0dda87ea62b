/**
 * Sessions as a person or a program asks for them: all of an agent, or some by path or name, told one by one.
 */
import type * as E from 'fp-ts/lib/Either.js'
import { basename, join } from 'node:path'
import { v4 } from 'uuid'
import type { StoreError } from '../../domain/errors.ts'
import type { SessionSource } from '../../domain/imports/source.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import type { FoundSession } from './detect.ts'
import { recordHistory } from './history.ts'
import type { ImportTarget } from './importing.ts'
import { sessionAt, sessionFiles, type SessionFile } from './place.ts'
import {
  holdingImports,
  importSessions,
  type ImportChoices,
  type SessionOutcome
} from './sessions.ts'
import { canonicalPath } from '../home/places.ts'

/** An agent, and the folder in which its sessions lie. */
export interface SourceFolder {
  readonly source: SessionSource
  readonly folder: string
}

/** A session that can be imported, and whose it is. */
export interface ImportableSession extends FoundSession {
  readonly agent: string
}

/** What came of a session. */
export interface ImportedSession {
  /** `imported`: a new thread; `appended`: its thread has the rest now; `known`: imported before; `empty`: nothing to import; `failed`. */
  readonly outcome: 'imported' | 'appended' | 'known' | 'empty' | 'failed'
  readonly agent: string
  readonly path: string
  readonly threadId: string | null
  readonly title: string | null
  readonly messages: number | null
  readonly reason: string | null
}

/** A session that was found by what a person typed. */
export interface NamedSession extends SourceFolder {
  readonly file: SessionFile
}

/** The sessions that a text means: a path, a file name, or its beginning. */
export const namedSessions = (
  folders: ReadonlyArray<SourceFolder>,
  text: string,
  path: string
): ReadonlyArray<NamedSession> =>
  folders.flatMap(({ source, folder }) => {
    const root = canonicalPath(folder)
    if (root === null) return []
    const direct = sessionAt(root, source, path)
    if (direct !== null) return [{ source, folder, file: direct }]
    return sessionFiles(root, source)
      .files.filter(({ name, isLink }) => !isLink && basename(name).startsWith(text))
      .map((file) => ({ source, folder, file }))
  })

const rowOf = (agent: string, path: string, outcome: SessionOutcome): ImportedSession => {
  const base = { outcome: outcome.kind, agent, path, threadId: null, title: null, messages: null }
  switch (outcome.kind) {
    case 'imported':
    case 'appended': {
      const { title, messages } = outcome.survey
      return { ...base, threadId: outcome.threadId, title, messages, reason: null }
    }
    case 'known':
      return { ...base, threadId: outcome.threadId, reason: null }
    case 'empty':
      return { ...base, reason: outcome.why }
    case 'failed':
      return { ...base, reason: outcome.message }
  }
}

const historyRow = ({ agent, outcome, path, threadId, title, reason }: ImportedSession) =>
  outcome === 'failed'
    ? {
        item_type: 'SESSIONS',
        error_type: null,
        sub_error_type: null,
        failure_stage: 'session_prepare',
        message: reason ?? '',
        cwd: null,
        source: path
      }
    : { item_type: 'SESSIONS', cwd: null, source: path, target: threadId, title, agent }

/** Imports sessions of one or more agents, one import for all of them; `told` hears of each as it ends. */
export const importNamed = async (
  target: ImportTarget,
  era: ProfileName,
  sessions: ReadonlyArray<NamedSession>,
  choices: ImportChoices,
  told: (row: ImportedSession, file: SessionFile) => void
): Promise<E.Either<StoreError, ReadonlyArray<ImportedSession>>> => {
  const rows: Array<ImportedSession> = []
  const sources = [...new Set(sessions.map(({ source }) => source))]
  return holdingImports(target, async () => {
    for (const source of sources) {
      const own = sessions.filter((session) => session.source === source)
      const root = canonicalPath(own[0]?.folder ?? '') ?? ''
      const files = own.map(({ file }) => file)
      await importSessions(target, { root, source, era }, files, choices, (file, outcome) => {
        const row = rowOf(source.name, file.path, outcome)
        rows.push(row)
        told(row, file)
      })
    }
    const done = rows.filter(({ outcome }) => outcome === 'imported' || outcome === 'appended')
    const failures = rows.filter(({ outcome }) => outcome === 'failed')
    recordHistory(target.home, {
      importId: v4(),
      providerId: null,
      completedAtMs: target.nowMs(),
      successes: done.map(historyRow),
      failures: failures.map(historyRow)
    })
    return rows
  })
}

/** The folder of an agent's sessions: below a folder that somebody names instead of `~/.claude`, else below the user's home. */
export const sourceFolder = (
  source: SessionSource,
  userHome: string,
  instead: string | undefined
): SourceFolder => ({
  source,
  folder:
    instead === undefined
      ? join(userHome, source.root)
      : join(instead, source.root.split('/').slice(1).join('/'))
})
