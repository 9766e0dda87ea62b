/**
 * Changes every member of every kind of line in every way, and asks a real Codex and unroll what they read then.
 *
 *   npm run oracle:mutate -- <path of codex> [count] [seed] [kind] [--details]
 *
 * Each changed line stands in a thread of its own, among lines that tell whether it counted. `count` of all changes are tried,
 * the kinds of lines in turn, in an order that `seed` gives; `kind` is a regular expression.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eraOfVersion, strictAnswers, type Question } from '../support/agreement.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { mutationsOf, type Mutation } from '../support/mutated-lines.ts'
import { threadIdOf, writeThread, type Mode } from '../support/mutated-threads.ts'
import { differences } from '../support/normalise.ts'
import type { Message } from '../support/rpc-client.ts'
import { startCodex, versionOf } from './codex.ts'

/** Threads in one home. */
const BATCH = 400
const PAGINATED =
  /^event_msg:(task_|turn_aborted|item_completed|thread_rolled)|^session_meta|^response_item:message/

interface Case extends Mutation {
  readonly mode: Mode
}

/** A small generator of random numbers: the same seed, the same changes. */
const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

const shuffled = <A>(all: ReadonlyArray<A>, random: () => number): ReadonlyArray<A> =>
  all
    .map((one) => [random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)

/** So many cases, each kind of line in its turn. */
const chosen = (all: ReadonlyArray<Case>, count: number, seed: number): ReadonlyArray<Case> => {
  const kinds = new Map<string, Array<Case>>()
  for (const one of shuffled(all, randomOf(seed))) {
    const name = `${one.kind} ${one.mode}`
    kinds.set(name, [...(kinds.get(name) ?? []), one])
  }
  const found: Array<Case> = []
  for (let round = 0; found.length < count; round++) {
    const next = [...kinds.values()].flatMap((cases) => cases[round] ?? [])
    if (next.length === 0) break
    found.push(...next.slice(0, count - found.length))
  }
  return found
}

const questionsOf = (id: string, era: string): ReadonlyArray<Question> => [
  { method: 'thread/read', params: { threadId: id, includeTurns: true } },
  ...(era === '0.169'
    ? [
        {
          method: 'thread/turns/list',
          params: { threadId: id, limit: 50, sortDirection: 'asc', itemsView: 'full' }
        }
      ]
    : []),
  {
    method: 'thread/turns/list',
    params: { threadId: id, limit: 50, sortDirection: 'asc', itemsView: 'summary' }
  }
]

const IN_PROCESS = new Set([
  'status',
  'environments',
  'canAcceptDirectInput',
  'readState',
  'recencyAt',
  'updatedAt'
])
/** Of a thread that was resumed the process shows its own settings. */
const OF_SESSION = new Set(['model', 'reasoningEffort'])
const told = (message: Message, mode: Mode): unknown =>
  JSON.parse(
    JSON.stringify(message, (key, value: unknown) =>
      IN_PROCESS.has(key) || (mode === 'paginated' && OF_SESSION.has(key)) ? undefined : value
    )
  )

/** Requests that are asked at once. */
const AT_ONCE = 40

const codexAnswers = async (
  binary: string,
  home: string,
  questions: ReadonlyArray<Question>,
  resumed: ReadonlyArray<string>
): Promise<ReadonlyArray<Message>> => {
  const codex = await startCodex(binary, home)
  try {
    // 0.169 tells of paginated threads what it noted when it loaded them.
    for (const threadId of resumed)
      await codex.answer('thread/resume', { threadId, excludeTurns: true })
    const all: Array<Message> = []
    for (let from = 0; from < questions.length; from += AT_ONCE) {
      const some = questions.slice(from, from + AT_ONCE)
      all.push(
        ...(await Promise.all(some.map(({ method, params }) => codex.answer(method, params))))
      )
    }
    return all
  } finally {
    await codex.stop()
  }
}

interface Different {
  readonly one: Case
  readonly method: string
  readonly paths: ReadonlyArray<string>
  readonly ours: unknown
  readonly theirs: unknown
}

const compared = async (
  binary: string,
  era: string,
  version: string,
  cases: ReadonlyArray<Case>
) => {
  const home = temporaryFolder()
  try {
    writeFileSync(
      join(home, 'config.toml'),
      'model_provider = "mock"\nmodel = "lab-a"\n[model_providers.mock]\nname = "mock"\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    cases.forEach((one, at) => writeThread(home, at, one, one.mode))
    const asked = cases.flatMap((_, at) =>
      questionsOf(threadIdOf(at), era).map((question) => ({ at, question }))
    )
    const questions = asked.map(({ question }) => question)
    const ours = await strictAnswers(home, version, questions)
    const theirs = await codexAnswers(
      binary,
      home,
      questions,
      cases.flatMap(({ mode }, at) => (mode === 'paginated' ? [threadIdOf(at)] : []))
    )
    return asked.flatMap(({ at, question }, index): ReadonlyArray<Different> => {
      const mode = cases[at]?.mode ?? 'legacy'
      const [mine, other] = [
        told(ours[index]?.response ?? {}, mode),
        told(theirs[index] ?? {}, mode)
      ]
      const paths = [...new Set(differences(mine, other))]
      const one = cases[at]
      return paths.length === 0 || one === undefined
        ? []
        : [{ one, method: question.method, paths, ours: mine, theirs: other }]
    })
  } finally {
    removeFolder(home)
  }
}

const details = process.argv.includes('--details')
const [binary = process.env['CODEX'] ?? '', count = '3000', seed = '1', kind = '.'] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
if (binary === '') {
  process.stderr.write(
    'usage: npm run oracle:mutate -- <path of codex> [count] [seed] [kind] [--details]\n'
  )
  process.exit(2)
}
const version = versionOf(binary)
const era = eraOfVersion(version)
const all = mutationsOf(era)
  .filter((one) => new RegExp(kind).test(one.kind))
  .flatMap((one): ReadonlyArray<Case> => [
    { ...one, mode: 'legacy' },
    ...(era === '0.169' && PAGINATED.test(one.kind) ? [{ ...one, mode: 'paginated' } as const] : [])
  ])
const cases = chosen(all, Number(count), Number(seed))
const found: Array<Different> = []
for (let from = 0; from < cases.length; from += BATCH)
  found.push(...(await compared(binary, era, version, cases.slice(from, from + BATCH))))
const groups = new Map<string, Array<Different>>()
for (const one of found) {
  const name = `${one.one.kind} ${one.one.mode} ${one.one.member} ${one.one.change}`
  groups.set(name, [...(groups.get(name) ?? []), one])
}
for (const [name, members] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
  process.stdout.write(
    `${name}: ${members.map(({ method, paths }) => `${method} ${paths.slice(0, 4).join(' ')}`).join('; ')}\n`
  )
  const [first] = members
  if (details && first !== undefined)
    process.stdout.write(
      `  line   ${first.one.text}\n  unroll ${JSON.stringify(first.ours)}\n  codex  ${JSON.stringify(first.theirs)}\n`
    )
}
process.stdout.write(`${cases.length} of ${all.length} changes, ${groups.size} different\n`)
process.exitCode = groups.size === 0 ? 0 : 1
