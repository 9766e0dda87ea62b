/**
 * Lets unroll change recorded homes, and asks a real Codex what it sees then: the goal is that it sees what unroll says.
 *
 *   npm run oracle:agree -- <path of codex> [home] [change] [--details] [--database]
 *
 * `home` and `change` are regular expressions. Homes of a later version than that Codex are left out, and those of 0.169
 * are read by 0.169 only. After the questions Codex resumes every thread that was changed, and for some changes it runs
 * another turn with a model of its own; then unroll is asked again.
 */
import { cpSync } from 'node:fs'
import {
  ABOUT_HOME,
  aboutThread,
  aboutTurns,
  changed,
  eraOfVersion,
  strictAnswers,
  subjectsOf,
  type Answered,
  type Question
} from '../support/agreement.ts'
import { CHANGES, type Change } from '../support/changes.ts'
import { homeNames, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { differences } from '../support/normalise.ts'
import type { Message } from '../support/rpc-client.ts'
import { freshHome, startCodex, versionOf, type Codex } from './codex.ts'
import { reasonOf, type Difference } from './known.ts'
import { startModel } from './model.ts'
import { projectOlderFiles, segmentsOf, threadsOf } from './segments.ts'

const HOMES =
  /^(basic|fork-rollback|compaction|review|tools|agents|crash|walk-\d|pages|goals-settings)-/

/** True when Codex has seen the home before it is changed. */
const withDatabase = process.argv.includes('--database')

/** After these Codex goes on with a turn. */
const GOES_ON =
  /^(rollback1|unrollback|turn|turnAborted|turnOpen|draft\w+|review\w+|compact|fork\w*|revert|update\w+|setMemoryMode|injectItems|interrupt|setGoal)$/

const asked = async (
  codex: Codex,
  questions: ReadonlyArray<Question>
): Promise<ReadonlyArray<Answered>> => {
  const all: Array<Answered> = []
  for (const question of questions) {
    all.push({ ...question, response: await codex.answer(question.method, question.params) })
  }
  return all
}

interface Case {
  readonly binary: string
  readonly reader: string
  readonly home: string
  readonly name: string
  readonly change: Change
}

interface Row {
  readonly id: string
  readonly path: string
}

const rowOf = (rows: ReadonlyArray<Row>): Row | undefined =>
  [...rows].sort((a, b) =>
    (a.path.split('/').pop() ?? '') < (b.path.split('/').pop() ?? '') ? 1 : -1
  )[0]

/** 0.169 lists a thread once for each of its files, in an order of its own; the row of the newest one is meant. */
const onePerThread = (response: Message | undefined): unknown => {
  const rows = (response?.['result'] as { readonly data?: ReadonlyArray<Row> } | undefined)?.data
  if (rows === undefined) return response
  const ids = [...new Set(rows.map(({ id }) => id))].sort()
  return { result: { data: ids.map((own) => rowOf(rows.filter(({ id }) => id === own))) } }
}

/** The two answers as they are compared. */
const pairOf = (
  { reader }: Case,
  { method, response }: Answered,
  other: Message | undefined
): readonly [unknown, unknown] =>
  reader === '0.169.0' && method === 'thread/list'
    ? [onePerThread(response), onePerThread(other)]
    : [response, other]

const compared = (
  one: Case,
  phase: string,
  asOurs: ReadonlyArray<Answered>,
  asTheirs: ReadonlyArray<Answered>
): ReadonlyArray<Difference> =>
  asOurs.flatMap((mine, at) => {
    const [ours, theirs] = pairOf(one, mine, asTheirs[at]?.response)
    const paths = [...new Set(differences(ours, theirs))]
    const { reader, home, name } = one
    const { method, params } = mine
    return paths.length === 0
      ? []
      : [{ reader, home, change: name, phase, method, paths, params, ours, theirs }]
  })

/** Every thread of the home is resumed, so that what others go on from is known too. */
const resumed = async (
  codex: Codex,
  all: ReadonlyArray<string>,
  touched: ReadonlyArray<string>
): Promise<ReadonlyArray<Answered>> => {
  const failures: Array<Answered> = []
  for (const threadId of new Set([...all, ...touched])) {
    const question = { method: 'thread/resume', params: { threadId, excludeTurns: true } }
    const [answer] = await asked(codex, [question])
    if (answer?.response['error'] !== undefined && touched.includes(threadId)) failures.push(answer)
  }
  return failures
}

/** What a Codex that has worked in the home leaves behind: its databases. */
const fillDatabase = async (binary: string, home: string): Promise<void> => {
  await projectOlderFiles(binary, home, await segmentsOf(home, '0.169.0', threadsOf(home)))
  const codex = await startCodex(binary, home)
  await asked(codex, ABOUT_HOME)
  await resumed(codex, threadsOf(home), [])
  await codex.stop()
}

const wentOn = async (codex: Codex, threadId: string): Promise<string | null> => {
  const input = [{ type: 'text', text: 'One more.' }]
  const { error, result } = await codex.answer('turn/start', { threadId, input })
  if (error !== undefined) return JSON.stringify(error)
  const { turn } = result as { readonly turn: { readonly id: string } }
  await codex.seen(({ method, params }) => {
    const over = params as { readonly turn?: { readonly id: string } } | undefined
    return method === 'turn/completed' && over?.turn?.id === turn.id
  })
  return null
}

const failure = (
  { reader, home, name }: Case,
  phase: string,
  method: string,
  theirs: unknown
): Difference => ({
  ...{ reader, home, change: name, phase, method, paths: ['error'] },
  ...{ params: {}, ours: null, theirs }
})

interface Outcome {
  readonly refusals: ReadonlyArray<string>
  readonly touched: ReadonlyArray<string>
  readonly questions: number
  readonly all: ReadonlyArray<Difference>
}

/** Codex resumes, answers about turns, and goes on; unroll is asked before and after. */
const afterResume = async (
  one: Case,
  home: string,
  touched: ReadonlyArray<string>
): Promise<ReadonlyArray<Difference>> => {
  const { binary, reader } = one
  const questions = touched.flatMap(aboutTurns)
  const is169 = reader === '0.169.0'
  const before = is169 ? await strictAnswers(home, reader, questions) : []
  if (is169 && !withDatabase)
    await projectOlderFiles(binary, home, await segmentsOf(home, reader, touched))
  const ids = is169 ? threadsOf(home) : []
  const codex = await startCodex(binary, home)
  const all: Array<Difference> = []
  try {
    const failures = await resumed(codex, ids, touched)
    all.push(...failures.map(({ response }) => failure(one, 'resume', 'thread/resume', response)))
    if (is169) all.push(...compared(one, 'turns', before, await asked(codex, questions)))
    const ready = touched.filter((id) => !failures.some(({ params }) => params['threadId'] === id))
    if (!GOES_ON.test(one.name)) return all
    for (const id of ready) {
      const refused = await wentOn(codex, id)
      if (refused !== null) all.push(failure(one, 'again', 'turn/start', refused))
    }
    const again = ready.flatMap(aboutTurns)
    const theirs = await asked(codex, again)
    await codex.stop()
    all.push(...compared(one, 'again', await strictAnswers(home, reader, again), theirs))
    return all
  } finally {
    await codex.stop()
  }
}

const run = async (one: Case): Promise<Outcome> => {
  const { binary, reader, name, change } = one
  const home = freshHome(one.home)
  const copy = temporaryFolder()
  try {
    if (withDatabase) await fillDatabase(binary, home)
    const subjects = await subjectsOf(home, name === 'unarchive')
    const { touched, refusals } = await changed(home, reader, change, subjects)
    if (touched.length === 0) return { refusals, touched, questions: 0, all: [] }
    const turns = reader === '0.169.0' ? [] : touched.flatMap(aboutTurns)
    const questions = [...ABOUT_HOME, ...touched.map(aboutThread), ...turns]
    const ours = await strictAnswers(home, reader, questions)
    cpSync(home, copy, { recursive: true, preserveTimestamps: true })
    const codex = await startCodex(binary, home)
    const theirs = await asked(codex, questions)
    await codex.stop()
    const all = [
      ...compared(one, 'fresh', ours, theirs),
      ...(await afterResume(one, withDatabase ? home : copy, touched))
    ]
    return { refusals, touched, questions: questions.length, all }
  } finally {
    removeFolder(home)
    removeFolder(copy)
  }
}

const eraOfHome = (home: string): string => `0.${home.slice(-3)}`

const isRead = (home: string, reader: string): boolean => {
  const [written, reads] = [eraOfHome(home), eraOfVersion(reader)]
  return HOMES.test(home) && (written === '0.169' ? reads === '0.169' : true)
}

const SHOWN_CHARACTERS_MAX = 160

/** The first differences of two answers, with what stands there. */
const leaves = (ours: unknown, theirs: unknown, path = ''): ReadonlyArray<string> => {
  if (differences(ours, theirs).length === 0) return []
  const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
    typeof value === 'object' && value !== null
  if (isObject(ours) && isObject(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
    const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)])
    return [...keys].flatMap((key) => leaves(ours[key], theirs[key], `${path}.${key}`))
  }
  const [mine, other] = [ours, theirs].map((one) =>
    String(JSON.stringify(one)).slice(0, SHOWN_CHARACTERS_MAX)
  )
  return [`${path}: ${String(mine)} | ${String(other)}`]
}

const details = process.argv.includes('--details')
const [binary = process.env['CODEX'] ?? '', homes = '.', changes = '.'] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
if (binary === '') {
  process.stderr.write(
    'usage: npm run oracle:agree -- <path of codex> [home] [change] [--details]\n'
  )
  process.exit(2)
}
const reader = versionOf(binary)
const model = await startModel()
const all = { none: async (_: unknown, { id }: { readonly id: string }) => [id], ...CHANGES }
let different = 0
for (const home of homeNames().filter(
  (one) => new RegExp(homes).test(one) && isRead(one, reader)
)) {
  for (const [name, change] of Object.entries(all)) {
    if (!new RegExp(`^(${changes})$`).test(name) && changes !== '.') continue
    if (name.startsWith('draftPaginated') && reader !== '0.169.0') continue
    // Unroll refuses these where such a database is; see decision 0016.
    if (withDatabase && home.endsWith('-169') && /rollback|revert/.test(name)) continue
    const began = Date.now()
    const outcome = await run({ binary, reader, home, name, change })
    const unknown = outcome.all.flatMap((one) => {
      const paths = one.paths.filter((path) => reasonOf(one, path) === null)
      return paths.length === 0 ? [] : [{ ...one, paths }]
    })
    different += unknown.length
    const known = outcome.all.length - unknown.length
    process.stdout.write(
      `${home} ${name}: ${outcome.touched.length} threads, ${known} known, ${unknown.length} different, ${outcome.refusals.length} refused ${Date.now() - began}ms\n`
    )
    if (details) for (const text of outcome.refusals) process.stdout.write(`  refused: ${text}\n`)
    for (const { phase, method, paths, ours, theirs } of unknown) {
      process.stdout.write(`  ${phase} ${method} ${paths.join(' ')}\n`)
      if (ours === null) process.stdout.write(`    ${JSON.stringify(theirs)}\n`)
      else if (details)
        for (const leaf of leaves(ours, theirs))
          if (paths.includes(leaf.replace(/:.*/, '').replace(/\.\d+(?=\.|$)/g, '[]')))
            process.stdout.write(`    ${leaf}\n`)
    }
  }
}
model?.close()
process.exitCode = different === 0 ? 0 : 1
