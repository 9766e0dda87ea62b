/**
 * Changes every member of every kind of line in every way, and asks a real Codex and unroll what they read then.
 *
 *   npm run oracle:mutate -- <path of codex> [count] [seed] [kind] [--details] [--record]
 *
 * Each changed line stands in a thread of its own, among lines that tell whether it counted. `count` of all changes are tried,
 * the kinds of lines in turn, in an order that `seed` gives; `kind` is a regular expression.
 * `--record` writes what Codex answered to `test/fixtures/mutated-lines`, but for what is known to differ.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { eraOfVersion, strictAnswers, type Question } from '../support/agreement.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { BASE } from '../support/mutated-base.ts'
import { mutationsOf } from '../support/mutated-lines.ts'
import {
  isPaginated,
  questionsOf,
  RECORDINGS,
  threadIdOf,
  told,
  writeHome,
  type Case,
  type Mode,
  type Recorded
} from '../support/mutated-threads.ts'
import { differences } from '../support/normalise.ts'
import type { Message } from '../support/rpc-client.ts'
import { startCodex, versionOf } from './codex.ts'

/** Threads in one home. */
const BATCH = 400
const PAGINATED =
  /^event_msg:(task_|turn_aborted|item_completed|thread_rolled)|^response_item:message/

/** What these show takes numbers of items, whether their turns are counted or not. */
const SHOWN = /^event_msg:(agent_|user_|patch_|mcp_|context_|entered_|exited_)/

/** The kinds of threads in which a kind of line is tried. */
const modesOf = (kind: string): ReadonlyArray<Mode> => {
  if (kind === 'session_meta:continued') return ['continued']
  if (kind === 'session_meta:spawned') return ['paginated']
  return [
    'legacy',
    ...(SHOWN.test(kind) ? (['begun'] as const) : []),
    ...(era === '0.169' && PAGINATED.test(kind) ? (['paginated'] as const) : [])
  ]
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

/** What of a change is known to be answered in another way, and why. */
const KNOWN: ReadonlyArray<{ readonly reason: string; readonly changes: RegExp }> = [
  {
    reason: 'a relative directory is joined to that of the server, where clients need it',
    changes: /^session_meta\S* \w+ (payload\.)?cwd /
  },
  {
    reason: '0.169 refuses files of a history mode it does not know, in other words',
    changes: /^session_meta\S* \w+ history_mode /
  },
  {
    reason:
      'what 0.169 cannot load (a base that is not there, a provider nobody set up) it notes nothing of; here its own turns are shown',
    changes:
      /^session_meta:\w+ \w+ (model_provider|history_base\.(end_ordinal_exclusive|end_byte_offset|thread_id)) /
  }
]

/** Changes that were answered in another way once: some of them are in every recording. */
const MENDED =
  /(\.type|\.kind|status|plan_type) (zero|minusZero|onlyMember)$|^session_meta\S* \w+ (base_instructions|git) longFloat$|(model_provider|repository_url|parsed_cmd\.\d+\.path) emptyString$|^session_meta:continued \w+ (attached_thread|forked_from\w+|history_base) |thread_spawn\.agent\w+ dropped$|content_items\.\d+ unknownMember$|dynamic_tools\.\d+\.type /
const MENDED_COUNT = 120

/** What a change is called. */
const nameOf = ({ kind, mode, member, change }: Case): string =>
  `${kind} ${mode} ${member} ${change}`

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

interface Answer {
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
    writeHome(home, cases)
    const asked = cases.flatMap((_, at) =>
      questionsOf(threadIdOf(at), era).map((question) => ({ at, question }))
    )
    const questions = asked.map(({ question }) => question)
    const ours = await strictAnswers(home, version, questions)
    const theirs = await codexAnswers(binary, home, questions, [
      ...(cases.some(({ mode }) => mode === 'continued') ? [BASE.id] : []),
      ...cases.flatMap(({ mode }, at) => (isPaginated(mode) ? [threadIdOf(at)] : []))
    ])
    return asked.flatMap(({ at, question }, index): ReadonlyArray<Answer> => {
      const one = cases[at]
      if (one === undefined) return []
      const [mine, other] = [
        told(home, ours[index]?.response ?? {}, one.mode),
        told(home, theirs[index] ?? {}, one.mode)
      ]
      const paths = [...new Set(differences(mine, other))]
      return [{ one, method: question.method, paths, ours: mine, theirs: other }]
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
    'usage: npm run oracle:mutate -- <path of codex> [count] [seed] [kind] [--details] [--record]\n'
  )
  process.exit(2)
}
const version = versionOf(binary)
const era = eraOfVersion(version)
const all = mutationsOf(era)
  .filter((one) => new RegExp(kind).test(one.kind))
  .flatMap((one) => modesOf(one.kind).map((mode): Case => ({ ...one, mode })))
const isRecorded = process.argv.includes('--record')
const mended = isRecorded ? all.filter((one) => MENDED.test(nameOf(one))) : []
const cases = [
  ...new Set([
    ...chosen(mended, MENDED_COUNT, Number(seed)),
    ...chosen(all, Number(count), Number(seed))
  ])
]
const answers: Array<Answer> = []
for (let from = 0; from < cases.length; from += BATCH)
  answers.push(...(await compared(binary, era, version, cases.slice(from, from + BATCH))))
const groups = new Map<string, Array<Answer>>()
const known = new Map<string, number>()
for (const answer of answers.filter(({ paths }) => paths.length > 0)) {
  const name = nameOf(answer.one)
  const row = KNOWN.find(({ changes }) => changes.test(name))
  if (row !== undefined) known.set(row.reason, (known.get(row.reason) ?? 0) + 1)
  else groups.set(name, [...(groups.get(name) ?? []), answer])
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
for (const [reason, count] of known)
  process.stdout.write(`${count} answers known to differ: ${reason}\n`)
process.stdout.write(
  `${cases.length} of ${all.length} changes, ${groups.size} changes unexplained\n`
)
if (isRecorded) {
  const kept = cases.filter((one) => !KNOWN.some(({ changes }) => changes.test(nameOf(one))))
  const recorded = kept.map((one): Recorded => {
    const { mode, type, text } = one
    const own = answers.filter((answer) => answer.one === one)
    return { name: nameOf(one), mode, type, text, answers: own.map(({ theirs }) => theirs) }
  })
  mkdirSync(RECORDINGS, { recursive: true })
  writeFileSync(
    join(RECORDINGS, `${version}.json.br`),
    brotliCompressSync(JSON.stringify(recorded))
  )
}
process.exitCode = groups.size === 0 ? 0 : 1
