/**
 * Importing sessions: one import at a time in a home, and of it a few sessions at once. No session becomes two threads, and what a
 * process began that was killed is finished by the next one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe, type StoreError } from '../../domain/errors.ts'
import { foldOperation, startOperations } from '../../domain/changes/operations.ts'
import { lookUp, type LedgerRecord } from '../../domain/imports/ledger.ts'
import { endOf } from '../../replay/change/life/recorded.ts'
import { isThere } from '../home/own-folder.ts'
import { holdHome } from '../home/hold.ts'
import { removeQuietly } from '../home/plain-file.ts'
import { homeNames } from '../home/names.ts'
import { join } from 'node:path'
import { growThread } from './growth.ts'
import {
  makeThread,
  settleImport,
  takenBack,
  temporaryOf,
  type ImportArguments,
  type ImportTarget
} from './importing.ts'
import { addToLedger, homeLedger } from './ledger-file.ts'
import { sessionAt, type SessionFile } from './place.ts'
import { isWhole, surveyOf, withSession, type Reading, type Survey } from './survey.ts'

/** What came of one session. */
export type SessionOutcome =
  | { readonly kind: 'imported' | 'appended'; readonly threadId: string; readonly survey: Survey }
  /** It is in the ledger, as it is now. */
  | { readonly kind: 'known'; readonly threadId: string }
  /** There is nothing to make a thread of, and why. */
  | { readonly kind: 'empty'; readonly why: string }
  | {
      readonly kind: 'failed'
      readonly stage: FailureStage
      readonly message: string
      /** True for one whose thread cannot be appended to. */
      readonly isRewritten?: boolean
    }

type FailureStage = 'session_missing' | 'session_prepare' | 'session_persist' | 'session_permit'

/** How sessions are imported that were imported before and are different now. */
export interface ImportChoices {
  /** Appends what is new to their threads; else they become threads of their own. */
  readonly appends: boolean
  /** Makes a thread of its own of one that was rewritten, or whose thread was deleted. */
  readonly again: boolean
}

const AT_ONCE = 5
/** An import of many sessions takes as long as it takes. */
const WAIT_MS_MAX = 24 * 3600 * 1000

const failed = (stage: FailureStage, message: string): SessionOutcome => ({
  kind: 'failed',
  stage,
  message
})

/** What is wrong with a path that is no session of this agent. */
export const notDetected = (path: string): SessionOutcome =>
  failed('session_missing', `external agent session was not detected for import: ${path}`)

const prepareFailed = (why: string): SessionOutcome =>
  failed('session_prepare', `failed to prepare external agent session: ${why}`)

const refreshed = (
  { home, step }: ImportTarget,
  { era }: Reading,
  { path, modifiedAtNs }: SessionFile,
  record: LedgerRecord,
  { sha256, title }: Survey
): void =>
  addToLedger(
    home,
    { ...record, sourcePath: path, sha256, modifiedAtNs, title },
    era,
    record.sha256,
    step
  )

interface Opened {
  readonly file: number
  readonly survey: Survey
}

const madeAnew = async (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  source: Opened
): Promise<SessionOutcome> => {
  const made = await makeThread(target, reading, session, source)
  if (E.isLeft(made)) return failed('session_persist', describe(made.left))
  return { kind: 'imported', threadId: made.right, survey: source.survey }
}

const grown = async (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  source: Opened,
  record: LedgerRecord,
  again: boolean
): Promise<SessionOutcome> => {
  const { threadId } = record
  const what = await growThread(target, reading, session, source, threadId)
  if (what.kind === 'gone' || (what.kind === 'refused' && again))
    return madeAnew(target, reading, session, source)
  if (what.kind === 'refused')
    return { kind: 'failed', stage: 'session_prepare', message: what.why, isRewritten: true }
  refreshed(target, reading, session, record, source.survey)
  if (what.kind === 'same') return { kind: 'known', threadId }
  return { kind: 'appended', threadId, survey: source.survey }
}

/** True when the thread that was made of a session was deleted since. */
const isGone = async ({ engine }: ImportTarget, { threadId }: LedgerRecord): Promise<boolean> => {
  const found = await (await engine()).locate(threadId)()
  return E.isLeft(found) && found.left._tag === 'StreamNotFound'
}

const importOpen = async (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  file: number,
  sizeBytes: number,
  { appends, again }: ImportChoices
): Promise<SessionOutcome> => {
  const survey = await surveyOf(file, sizeBytes, reading, session)
  if (!survey.hasUser) return { kind: 'empty', why: 'it has no user message' }
  if (!isWhole(survey, reading)) {
    const why =
      survey.newestAt === null ? 'none of its messages has a time' : 'its directory is gone'
    return { kind: 'empty', why }
  }
  const source = { file, survey }
  // What another process imported meanwhile counts.
  const ledger = homeLedger(target.home)
  if (E.isLeft(ledger)) return prepareFailed(ledger.left)
  const known = lookUp(ledger.right, session.path, session.modifiedAtNs, '0.130')
  const records = known.kind === 'unclear' ? known.records : []
  const same = records.find(({ sha256 }) => sha256 === survey.sha256)
  if (same !== undefined && !(again && (await isGone(target, same)))) {
    if (same.modifiedAtNs !== session.modifiedAtNs && reading.era !== '0.130')
      refreshed(target, reading, session, same, survey)
    return { kind: 'known', threadId: same.threadId }
  }
  const last = records.at(-1)
  return last === undefined || !appends || same !== undefined
    ? madeAnew(target, reading, session, source)
    : grown(target, reading, session, source, last, again)
}

const importOne = async (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  choices: ImportChoices
): Promise<SessionOutcome> => {
  const ledger = homeLedger(target.home)
  if (E.isLeft(ledger)) return prepareFailed(ledger.left)
  // 0.142 goes by the time of a file where it looks for sessions, and by the digest where it imports one.
  const era = reading.era === '0.142' ? '0.130' : reading.era
  const known = lookUp(ledger.right, session.path, session.modifiedAtNs, era)
  if (known.kind === 'imported' && !(choices.again && (await isGone(target, known.record))))
    return { kind: 'known', threadId: known.record.threadId }
  try {
    return await withSession(reading, session, (file, sizeBytes) =>
      importOpen(target, reading, session, file, sizeBytes, choices)
    )
  } catch (cause) {
    return prepareFailed((cause as Error).message)
  }
}

/** Finishes what processes began that were killed: what there is of a thread is made known, or there is nothing of it. */
const finishImports = async (target: ImportTarget): Promise<void> => {
  const { home, operations } = target
  const fold = startOperations()
  const names = homeNames(home)
  for await (const record of operations.readOwn()) {
    const operation = foldOperation(fold, record)
    if (operation === null || operation.state !== 'unfinished') continue
    const { began } = operation
    if (began.operation !== 'import') continue
    const given = began.arguments as unknown as ImportArguments
    const path = join(home, given.path)
    const isMade = isThere(path)
    removeQuietly(temporaryOf(path, given.threadId))
    if (isMade) settleImport(target, given, names.nameOf(given.threadId) !== null)
    const done: E.Either<StoreError, ReturnType<typeof takenBack>> = isMade
      ? E.right(takenBack(target, given))
      : E.left({ _tag: 'InvalidRequest', message: 'it was cut off before there was a thread' })
    const noted = await operations.append(endOf(operations, began.id, done), true)
    if (E.isLeft(noted)) throw new Error(describe(noted.left))
  }
}

/** A session that is to be imported: its path, or the file itself. */
export interface WantedSession {
  readonly path: string
  /** Null for a path that is no session. */
  readonly file: SessionFile | null
}

/** Looks at paths without opening anything. */
export const wantedSessions = (
  root: string | null,
  { source }: Pick<Reading, 'source'>,
  paths: ReadonlyArray<string>
): ReadonlyArray<WantedSession> =>
  paths.map((path) => ({ path, file: root === null ? null : sessionAt(root, source, path) }))

/** Runs the import of a home while no other does, after finishing what was cut off. */
export const holdingImports = async <A>(
  target: ImportTarget,
  run: () => Promise<A>
): Promise<E.Either<StoreError, A>> => {
  const hold = await holdHome(target.home, 'imports', WAIT_MS_MAX)
  if (E.isLeft(hold)) return hold
  let isFinished = false
  try {
    if (hold.right.leftOver) await finishImports(target)
    isFinished = true
    return E.right(await run())
  } finally {
    await hold.right.release(isFinished)
  }
}

/** Imports sessions; `told` hears of each as it ends. Must run under `holdingImports`. */
export const importSessions = async (
  target: ImportTarget,
  reading: Reading,
  sessions: ReadonlyArray<SessionFile>,
  choices: ImportChoices,
  told: (session: SessionFile, outcome: SessionOutcome) => void
): Promise<void> => {
  const waiting = [...new Map(sessions.map((session) => [session.path, session])).values()].values()
  const worker = async (): Promise<void> => {
    for (const session of waiting) told(session, await importOne(target, reading, session, choices))
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, sessions.length) }, worker))
}
