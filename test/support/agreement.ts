/**
 * A recorded home, changed by unroll: which threads it is tried on, and what unroll in strict mode answers about it then.
 */
import type { Engine } from '../../adapters/library.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { Refused, type Change, type Subject } from './changes.ts'
import { runNow } from './compare-runs.ts'
import { right, withEngine } from './engines.ts'
import { knownBefore } from './mutation-replay.ts'
import { clientOf, serverOf, shaken, type Message } from './rpc-client.ts'

/** A request that is asked of both. */
export interface Question {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface Answered extends Question {
  readonly response: Message
}

/** The era a version of Codex belongs to. */
export const eraOfVersion = (version: string): ProfileName => version.slice(0, 5) as ProfileName

/** What is asked about the home. */
export const ABOUT_HOME: ReadonlyArray<Question> = [false, true].map((archived) => ({
  method: 'thread/list',
  params: { limit: 100, modelProviders: [], archived }
}))

/** What is asked about a thread, without its turns. */
export const aboutThread = (threadId: string): Question => ({
  method: 'thread/read',
  params: { threadId }
})

/** The question for a thread with all turns. */
export const readWhole = (threadId: string): Question => ({
  method: 'thread/read',
  params: { threadId, includeTurns: true }
})

/** What is asked about the turns of a thread. */
export const aboutTurns = (threadId: string): ReadonlyArray<Question> => [
  readWhole(threadId),
  {
    method: 'thread/turns/list',
    params: { threadId, limit: 100, sortDirection: 'asc', itemsView: 'full' }
  }
]

const listed = async (engine: Engine, archived: boolean): Promise<ReadonlyArray<string>> => {
  const page = await right(engine.listThreads({ limit: 100, modelProviders: [], archived }))
  return page.data.map(({ id }) => id)
}

const SUBJECTS_MAX = 2

/** The threads of a home with the most turns; for an archived thread only `unarchive` is of interest. */
export const subjectsOf = (home: string, archived: boolean): Promise<ReadonlyArray<Subject>> =>
  withEngine({ home, profile: '0.169' }, async (engine) => {
    const subjects: Array<Subject> = []
    for (const id of await listed(engine, archived)) {
      const { turns } = await right(engine.readThread(id, true))
      subjects.push({ id, archived, turns })
    }
    return subjects.sort((a, b) => b.turns.length - a.turns.length).slice(0, SUBJECTS_MAX)
  })

/** Lets unroll change threads of a home; answers with the threads it touched, or with why it refused. */
export const changed = (
  home: string,
  reader: string,
  change: Change,
  subjects: ReadonlyArray<Subject>
): Promise<{ readonly touched: ReadonlyArray<string>; readonly refusals: ReadonlyArray<string> }> =>
  withEngine({ home, profile: eraOfVersion(reader) }, async (engine) => {
    const touched: Array<string> = []
    const refusals: Array<string> = []
    for (const subject of subjects) {
      try {
        touched.push(...(await change(engine, subject)))
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        refusals.push(error.message)
      }
    }
    return { touched: [...new Set(touched)], refusals }
  })

/** What unroll's app-server answers about a home, in strict mode. */
export const strictAnswers = async (
  home: string,
  reader: string,
  questions: ReadonlyArray<Question>
): Promise<ReadonlyArray<Answered>> => {
  const server = serverOf(home, { profile: eraOfVersion(reader), strict: true, version: reader })
  const client = await shaken(clientOf(server), { experimentalApi: true }, 'lab')
  try {
    const all: Array<Answered> = []
    for (const question of questions) {
      // An answer that a client cannot decode counts as different.
      const response = await client
        .ask(question.method, question.params)
        .catch((error: unknown): Message => ({ undecodable: String(error) }))
      all.push({ ...question, response })
    }
    return all
  } finally {
    await client.close()
  }
}

/** What the process that answers knows of a thread, or Codex's database alone: not compared. */
const NOT_IN_FILES = new Set([
  ...['status', 'environments', 'canAcceptDirectInput', 'readState'],
  ...['updatedAt', 'recencyAt', 'name']
])

/** Makes the answers of two runs on equal homes comparable: without members that are in no file. */
export const comparable = (
  name: string,
  home: string,
  answers: ReadonlyArray<Answered>
): ReadonlyArray<unknown> => {
  const run = runNow(knownBefore(name), home)
  const known = run.normal(answers.map(({ method, response }) => ({ method, response })))
  const text = JSON.stringify(known, (key, value: unknown) =>
    NOT_IN_FILES.has(key) ? undefined : withoutDuration(value)
  )
  return JSON.parse(text) as ReadonlyArray<unknown>
}

/** How long something took that ended in this run is as new as its end. */
const withoutDuration = (value: unknown): unknown =>
  typeof value === 'object' &&
  value !== null &&
  'durationMs' in value &&
  'completedAt' in value &&
  value.completedAt === '<now>'
    ? { ...value, durationMs: '<now>' }
    : value

/** The changes whose outcome is recorded, by reader, home and change. */
export const RECORDED: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
  [
    '0.142.5',
    'basic-142',
    [
      ...['rollback1', 'unrollback', 'unrollbackThenTurn', 'forkBefore', 'compact', 'turn'],
      ...['turnAborted', 'draftLegacy', 'updateMetadata', 'updateSettings', 'injectItems'],
      ...['setGoal', 'reviewFindings', 'reviewFailed']
    ]
  ],
  ['0.142.5', 'crash-142', ['interrupt']],
  ['0.142.5', 'walk-1-142', ['unrollbackOne']],
  [
    '0.169.0',
    'basic-169',
    [
      ...['rollback1', 'rollbackAll', 'unrollback', 'unrollbackThenTurn', 'compact', 'turn'],
      ...['turnFailed', 'draftPaginated', 'draftPaginatedAborted', 'setMemoryMode'],
      ...['updateSettings', 'setGoal', 'reviewFindings', 'reviewFailed']
    ]
  ],
  ['0.169.0', 'crash-169', ['interrupt']],
  ['0.169.0', 'basic-142', ['unrollback', 'reviewText', 'compact']]
]

export interface Recording {
  readonly home: string
  readonly change: string
  readonly answers: ReadonlyArray<unknown>
}
