/**
 * A recorded home, changed by unroll: which threads it is tried on, and what unroll in strict mode answers about it then.
 */
import type { Engine } from '../../adapters/library.ts'
import type { ProfileName } from '../../domain/profile.ts'
import { Refused, type Change, type Subject } from './changes.ts'
import { right, withEngine } from './engines.ts'
import { clientOf, serverOf, shaken, type Message } from './rpc-client.ts'

/** A request that is asked of both. */
export interface Question {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

/** An answer to a question. */
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

/** What is asked about the turns of a thread. */
export const aboutTurns = (threadId: string): ReadonlyArray<Question> => [
  { method: 'thread/read', params: { threadId, includeTurns: true } },
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
      const response = await client.ask(question.method, question.params)
      all.push({ ...question, response })
    }
    return all
  } finally {
    await client.close()
  }
}
