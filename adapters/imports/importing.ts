/**
 * What an import needs of a home, and the thread that it makes of a session.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstatSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { v7 } from 'uuid'
import { threadMeta } from '../../domain/changes/new-thread.ts'
import { printSource } from '../../domain/imports/provenance.ts'
import { printEvent, type NewEvent } from '../../domain/changes/new-event.ts'
import { importEnd, importMessage, NO_MESSAGES } from '../../domain/imports/events.ts'
import { PROFILES } from '../../domain/log/profile.ts'
import { streamId } from '../../domain/ids.ts'
import type { StoreError } from '../../domain/errors.ts'
import type { OperationLog } from '../../replay/home-ports.ts'
import { recorded, type Performed } from '../../replay/change/life/recorded.ts'
import type { Engine } from '../../replay/engine.ts'
import { ioFailure } from '../../replay/guarded.ts'
import { segmentPath } from '../log/jsonl/create.ts'
import { makeFolder } from '../home/own-folder.ts'
import { refuseLinks, removeQuietly, writeWhole } from '../home/plain-file.ts'
import { createFile } from '../home/replace-file.ts'
import { appendImport } from '../home/import-log.ts'
import { appendName } from '../home/session-index.ts'
import { addToLedger } from './ledger-file.ts'
import type { SessionFile } from './place.ts'
import { sessionLines, timed, type Reading, type Survey } from './survey.ts'

/** A home that sessions are imported into. */
export interface ImportTarget {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  readonly operations: OperationLog
  /** Who asks, as the operation log names it. */
  readonly actor: string
  /** Whom new threads are credited to. */
  readonly originator: string
  readonly modelProvider: string
  /** Finds threads that were imported before, and appends to them. */
  readonly engine: () => Promise<Pick<Engine, 'locate' | 'append'>>
  readonly nowMs: () => number
  /** Called between the stages; a trial ends the process there. */
  readonly step?: () => void
}

/** Bytes of lines that are written at once. */
const BATCH_BYTES = 1024 * 1024

/** A thread that is being made: what is needed to finish it after a kill. */
export interface PlannedThread {
  readonly threadId: string
  readonly atMs: number
  /** Absolute path of its rollout. */
  readonly path: string
}

/** Plans the thread of a session. */
export const planThread = ({ home, nowMs }: ImportTarget): PlannedThread => {
  const atMs = nowMs()
  const threadId = v7({ msecs: atMs })
  const id = streamId(threadId)
  return { threadId, atMs, path: segmentPath(home, { streamId: id, segmentId: id, atMs }) }
}

const writeRollout = async (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  source: { readonly file: number; readonly survey: Survey },
  { threadId, atMs }: PlannedThread,
  rollout: number
): Promise<void> => {
  const { era } = reading
  const at = new Date(atMs).toISOString()
  let batch: Array<string> = []
  let held = 0
  const put = (events: ReadonlyArray<NewEvent>, isLast = false): void => {
    for (const event of events) {
      const line = `${printEvent(event, null)}\n`
      batch.push(line)
      held += line.length
    }
    if (!isLast && held < BATCH_BYTES) return
    writeWhole(rollout, batch.join(''))
    batch = []
    held = 0
  }
  const { cwd } = source.survey
  const thread = {
    cwd: cwd ?? target.home,
    originator: target.originator,
    historyMode: 'legacy' as const
  }
  put([threadMeta(threadId, thread, target.modelProvider, PROFILES[era], at, v7({ msecs: atMs }))])
  let fold = NO_MESSAGES
  for await (const lines of sessionLines(source.file, source.survey.sizeBytes, reading))
    for (const { line } of lines) {
      if (line.message === undefined) continue
      const [next, events] = importMessage(fold, timed(line.message, reading, session), era, at)
      fold = next
      put(events)
    }
  put(importEnd(fold, era, at), true)
}

/** Keeps where a thread comes from, before there is anything of it: a kill leaves no thread without. */
export const keepSource = (
  { home, nowMs }: Pick<ImportTarget, 'home' | 'nowMs'>,
  { source }: Reading,
  { path: sourcePath }: SessionFile,
  { sha256, sizeBytes, turns, spends }: Survey,
  threadId: string
): void => {
  const at = new Date(nowMs()).toISOString()
  const from = { source: source.name, sourcePath, sha256, sourceBytes: sizeBytes }
  appendImport(home, printSource({ threadId, at, ...from, turns, spends }))
}

/** Where a rollout is written before it appears; found again after a kill. */
export const temporaryOf = (path: string, threadId: string): string =>
  join(dirname(path), `.${basename(path)}.${threadId}.tmp`)

/** Arguments of the operation: enough to finish it after a kill. */
const argumentsOf = (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  survey: Survey,
  planned: PlannedThread
) => ({
  threadId: planned.threadId,
  source: reading.source.name,
  sourcePath: session.path,
  sha256: survey.sha256,
  sourceBytes: survey.sizeBytes,
  modifiedAtNs: session.modifiedAtNs,
  title: survey.title,
  name: survey.name,
  profile: reading.era,
  path: relative(target.home, planned.path).split(sep).join('/')
})

/** The arguments of an import in the operation log. */
export type ImportArguments = ReturnType<typeof argumentsOf>

/** What is left to do when the rollout is there: the ledger, and the name. */
export const settleImport = (
  { home, nowMs, step = () => undefined }: ImportTarget,
  done: ImportArguments,
  isNamed: boolean
): void => {
  const record = {
    sourcePath: done.sourcePath,
    sha256: done.sha256,
    threadId: done.threadId,
    importedAt: Math.floor(nowMs() / 1000),
    modifiedAtNs: done.modifiedAtNs,
    title: done.title
  }
  addToLedger(home, record, done.profile, null, step)
  step()
  if (done.name !== null && !isNamed) appendName(home, done.threadId, done.name, nowMs())
  step()
}

/** How the making of a thread is taken back: it goes to the trash while nothing was added to it. */
export const takenBack = (
  { home }: Pick<ImportTarget, 'home'>,
  { threadId, path }: Pick<ImportArguments, 'threadId' | 'path'>
): Performed<string> => {
  const { size } = lstatSync(join(home, path))
  return {
    answer: threadId,
    after: null,
    inverse: {
      operation: 'delete',
      arguments: { threadId, threadIds: [threadId], files: { [path]: size } }
    }
  }
}

/** Makes the thread of a session: its rollout appears whole, then the ledger has it, then it is named. */
export const makeThread = async (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  source: { readonly file: number; readonly survey: Survey }
): Promise<E.Either<StoreError, string>> => {
  const planned = planThread(target)
  const given = argumentsOf(target, reading, session, source.survey, planned)
  const request = {
    operation: 'import',
    threadId: planned.threadId,
    arguments: given,
    actor: target.actor,
    durable: true
  }
  return recorded({ operations: target.operations }, request, null, async () => {
    const { home, step = () => undefined } = target
    const folder = dirname(planned.path)
    const temporary = temporaryOf(planned.path, planned.threadId)
    try {
      step()
      refuseLinks(home, folder)
      makeFolder(folder)
      keepSource(target, reading, session, source.survey, planned.threadId)
      step()
      const write = (rollout: number): Promise<void> =>
        writeRollout(target, reading, session, source, planned, rollout)
      await createFile(planned.path, write, { temporary, mode: 0o600, step })
      settleImport(target, given, false)
      return E.right(takenBack(target, given))
    } catch (cause) {
      removeQuietly(temporary)
      return E.left(ioFailure(cause, planned.path))
    }
  })
}
