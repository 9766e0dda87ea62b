/**
 * Lets a real Codex and two unroll processes write to one thread at the same time: nobody may lose a line.
 *
 *   npm run oracle:writers -- <path of codex> [home] [rounds]
 *
 * The unroll processes append as fast as they can all the while. Codex comes, loads the thread, runs turns with a model of
 * its own and leaves again, so many rounds; then it is asked once more, and must show what unroll shows. A Codex that locks
 * its threads must be alone while it has loaded this one. Prints what was counted; exit code 1 when something was lost.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { streamId } from '../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import { findStream, isDamaged } from '../../replay/ports.ts'
import {
  aboutTurns,
  eraOfVersion,
  strictAnswers,
  subjectsOf,
  type Answered
} from '../support/agreement.ts'
import { bundleEntry, child, everyLine, messageOf } from '../support/crash.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { differences } from '../support/normalise.ts'
import { freshHome, startCodex, versionOf, type Codex } from './codex.ts'
import { startModel } from './model.ts'

const TURNS_PER_ROUND = 4
const NAMES = ['left', 'right'] as const
const MANY = '1000000'

interface Round {
  readonly turns: ReadonlyArray<string>
  /** Lines of unroll that came into the thread between the first and the last moment it was loaded. */
  readonly joined: number
}

const textOf = (path: () => string): string => readFileSync(path(), 'utf8')

const countOf = (text: string): number => text.match(/"message":"(left|right)-\d+"/g)?.length ?? 0

const turnOf = async (codex: Codex, threadId: string, text: string): Promise<string> => {
  const { error, result } = await codex.answer('turn/start', {
    threadId,
    input: [{ type: 'text', text }]
  })
  if (error !== undefined) throw new Error(JSON.stringify(error))
  const { turn } = result as { readonly turn: { readonly id: string } }
  await codex.seen(({ method, params }) => {
    const over = params as { readonly turn?: { readonly id: string } } | undefined
    return method === 'turn/completed' && over?.turn?.id === turn.id
  })
  return turn.id
}

/** Codex comes, speaks and leaves. */
const roundOf = async (
  binary: string,
  home: string,
  threadId: string,
  path: () => string,
  number: number
): Promise<Round> => {
  const codex = await startCodex(binary, home)
  try {
    const { error } = await codex.answer('thread/resume', { threadId, excludeTurns: true })
    if (error !== undefined) throw new Error(`round ${number}: ${JSON.stringify(error)}`)
    const before = countOf(textOf(path))
    const turns: Array<string> = []
    for (let turn = 0; turn < TURNS_PER_ROUND; turn++)
      turns.push(await turnOf(codex, threadId, `Round ${number}, turn ${turn}.`))
    return { turns, joined: countOf(textOf(path)) - before }
  } finally {
    await codex.stop()
  }
}

/** Revision and message of each acknowledged event of a process. */
const pairsOf = (out: string): ReadonlyArray<readonly [number, string]> =>
  out
    .split('\n')
    .slice(0, -1)
    .map((text) => text.split(' '))
    .map(([revision, message = '']) => [Number(revision), message])

const tally = (words: ReadonlyArray<string>): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** How often an unroll process was refused, by reason; anything else it said counts as a reason. */
const refusalsOf = (err: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    err
      .split('\n')
      .filter(Boolean)
      .map((text) => {
        const [, kind = text, times = '1'] = /^(\w+) (\d+)$/.exec(text) ?? []
        return [kind, Number(times)]
      })
  )

const isInOrder = (numbers: ReadonlyArray<number>): boolean =>
  numbers.every((one, at) => at === 0 || one > (numbers[at - 1] ?? one))

interface Output {
  readonly out: string
  readonly err: string
}

/** What is missing, doubled or mixed, and how much there is. */
const judged = async (
  home: string,
  threadId: string,
  path: string,
  texts: ReadonlyArray<Output>
) => {
  const raw = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  const broken = raw.filter((line) => {
    try {
      return typeof JSON.parse(line) !== 'object'
    } catch {
      return true
    }
  })
  const lines = await everyLine(
    jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false }),
    threadId
  )
  const now = lines.map(messageOf)
  const counts = tally(now.filter((message) => message !== undefined))
  const pairs = texts.map(({ out }) => pairsOf(out))
  const all = pairs.flat()
  const ordinals = raw.flatMap((line) => {
    const { ordinal } = JSON.parse(broken.includes(line) ? '{}' : line) as { ordinal?: number }
    return ordinal === undefined ? [] : [ordinal]
  })
  return {
    lines: raw.length,
    broken: broken.length,
    damaged: lines.filter(isDamaged).length,
    acknowledged: all.length,
    lost: all.filter(([, message]) => counts[message] === undefined).length,
    doubled: all.filter(([, message]) => (counts[message] ?? 0) > 1).length,
    elsewhere: all.filter(([revision, message]) => now[revision] !== message).length,
    unordered: pairs.filter((one) => !isInOrder(one.map(([revision]) => revision))).length,
    unnumbered: ordinals.length === 0 ? 0 : raw.length - ordinals.length,
    misnumbered: ordinals.filter((one, at) => at > 0 && one <= (ordinals[at - 1] ?? -1)).length
  }
}

/** Where two answers differ, but for what a thread that is loaded shows and one that is not does not. */
const differencesOf = (method: string, ours: unknown, theirs: unknown): ReadonlyArray<string> =>
  [...new Set(differences(ours, theirs))]
    .filter((path) => !/\.thread\.(?!turns)|\.readState\b/.test(path))
    .map((path) => `${method} ${path}`)

const [binary = process.env['CODEX'] ?? '', given, rounds = '3'] = process.argv.slice(2)
if (binary === '') {
  process.stderr.write('usage: npm run oracle:writers -- <path of codex> [home] [rounds]\n')
  process.exit(2)
}
const reader = versionOf(binary)
const era = eraOfVersion(reader)
const home = freshHome(given ?? `basic-${era.slice(2)}`)
const folder = temporaryFolder()
const model = await startModel(0)
const { port } = model?.address() as AddressInfo
const config = join(home, 'config.toml')
writeFileSync(config, readFileSync(config, 'utf8').replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`))
const [subject] = await subjectsOf(home, false)
const threadId = subject?.id ?? ''
const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
const path = (): string => {
  const found = findStream(store, streamId(threadId))
  return found._tag === 'Right' ? found.right.path : ''
}
const entry = bundleEntry(folder)
const writers = NAMES.map((name) => child(entry, ['many', home, threadId, name, MANY]))
const done: Array<Round> = []
try {
  for (let number = 1; number <= Number(rounds); number++)
    done.push(await roundOf(binary, home, threadId, path, number))
} finally {
  for (const writer of writers) writer.process.kill('SIGTERM')
}
const texts = await Promise.all(writers.map(({ ended }) => ended))
const found = await judged(home, threadId, path(), texts)
const refusals = texts.map(({ err }) => refusalsOf(err))
const completed = done.flatMap(({ turns }) => turns)
const codex = await startCodex(binary, home)
await codex.answer('thread/resume', { threadId, excludeTurns: true })
const questions = aboutTurns(threadId)
const theirs: Array<Answered> = []
for (const question of questions)
  theirs.push({ ...question, response: await codex.answer(question.method, question.params) })
await codex.stop()
const ours = await strictAnswers(home, reader, questions)
const [mine = '', other = ''] = [ours, theirs].map((answers) => JSON.stringify(answers))
const forgotten = completed.filter((id) => !mine.includes(id) || !other.includes(id))
const different = questions.flatMap(({ method }, at) =>
  differencesOf(method, ours[at]?.response, theirs[at]?.response)
)
const allowed = new Set(['Busy', 'WrongExpectedRevision', 'TailMoved'])
const strange = refusals.flatMap((one) => Object.keys(one)).filter((kind) => !allowed.has(kind))
const isLocking = Number(era.slice(2)) >= 148
const joined = done.map((round) => round.joined)
process.stdout.write(
  `${reader} and ${NAMES.length} unroll processes: ${JSON.stringify({ ...found, refusals, rounds: done.length, turns: completed.length, forgotten: forgotten.length, joined, different }, null, 1)}\n`
)
model?.close()
removeFolder(home)
removeFolder(folder)
const { broken, lost, doubled, unordered, misnumbered } = found
const isWell =
  broken + lost + doubled + unordered + misnumbered === 0 &&
  forgotten.length + strange.length + different.length === 0 &&
  !(isLocking && joined.some((count) => count > 0))
process.exitCode = isWell ? 0 : 1
