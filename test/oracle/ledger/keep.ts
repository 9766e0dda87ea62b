/**
 * Writes what a run left behind as a fixture.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { fitOffsets } from '../codex.ts'
import type { Logged } from './client.ts'
import { HOME, isThere } from './home.ts'
import type { Call } from './model.ts'
import type { Run } from './run.ts'
import { scrubbed } from './scrub.ts'

const KEPT = ['sessions', 'archived_sessions', 'session_index.jsonl']

const jsonLines = (values: ReadonlyArray<unknown>): string =>
  values.map((value) => `${scrubbed(JSON.stringify(value))}\n`).join('')

const rolloutsOf = (home: string): ReadonlyArray<string> =>
  (readdirSync(home, { recursive: true }) as Array<string>)
    .filter((path) => /rollout-.*\.jsonl$/.test(path))
    .map((path) => join(home, path))
    .sort()

const scrubFile = (path: string): void => {
  const { atimeMs, mtimeMs } = statSync(path)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.split('\n').map(scrubbed).join('\n'))
  utimesSync(path, atimeMs / 1000, mtimeMs / 1000)
}

const rowsOf = (query: string): string => {
  const name = readdirSync(HOME).find((one) => /^state_\d+\.sqlite$/.test(one))
  if (name === undefined) return ''
  return execFileSync('sqlite3', ['-json', join(HOME, name), query], { encoding: 'utf8' })
}

const spawnEdges = (): unknown => {
  const rows = rowsOf('select * from thread_spawn_edges order by child_thread_id')
  return JSON.parse(rows === '' ? '[]' : rows)
}

const databaseSays = (): Readonly<Record<string, number>> => {
  const rows = rowsOf('select id, tokens_used from threads order by id')
  const parsed = JSON.parse(rows === '' ? '[]' : rows) as ReadonlyArray<{
    id: string
    tokens_used: number
  }>
  return Object.fromEntries(parsed.map(({ id, tokens_used }) => [id, tokens_used]))
}

const total = (calls: ReadonlyArray<Call>): number =>
  calls.reduce((sum, { tokens }) => sum + (tokens === null ? 0 : tokens.input + tokens.output), 0)

const grouped = (
  calls: ReadonlyArray<Call>,
  key: (call: Call) => string
): Record<string, number> => {
  const sums: Record<string, number> = {}
  for (const call of calls) sums[key(call)] = (sums[key(call)] ?? 0) + total([call])
  return sums
}

/** Why no line of a rollout can tell of an answer, by its purpose. */
const UNRECORDED: Readonly<Record<string, (era: number) => string | null>> = {
  'remote compaction': (era) => (era < 169 ? 'compacted by the provider' : null),
  incomplete: (era) => (era < 169 ? 'thrown away and asked again' : null),
  'answer nobody keeps': () => 'ephemeral thread',
  'answer of a deleted thread': (era) => (era < 142 ? null : 'deleted thread'),
  'tools before a kill': (era) => (era === 142 ? 'killed before it was written' : null)
}

const explained = (
  calls: ReadonlyArray<Call>,
  era: number
): ReadonlyArray<Call & { unrecorded: string | null }> =>
  calls.map((call) => ({
    ...call,
    unrecorded: call.tokens === null ? null : (UNRECORDED[call.purpose]?.(era) ?? null)
  }))

/** What a run is called, and the versions that played it. */
interface Named {
  readonly run: string
  readonly codex: string
  readonly earlier: string | null
}

/** One line per call. */
const written = (truth: object, calls: ReadonlyArray<object>): string => {
  const lines = calls.map((call) => `  ${JSON.stringify(call)}`).join(',\n')
  const text = JSON.stringify({ ...truth, per_call: [] }, null, 1)
  return `${text.replace('"per_call": []', () => `"per_call": [\n${lines}\n ]`)}\n`
}

const HIGHEST = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }

const truthOf = (name: Named, run: Run, rollouts: number): string => {
  const calls = explained(run.model.calls, run.era)
  const truth = {
    ...name,
    model_calls: calls.length,
    true_total_tokens: total(calls),
    recorded_total_tokens: total(calls.filter(({ unrecorded }) => unrecorded === null)),
    rollouts,
    codex_threads_tokens_used: databaseSays(),
    codex_spawn_edges: spawnEdges(),
    labels: run.labels,
    per_thread: grouped(calls, ({ thread_id }) => thread_id ?? 'none'),
    per_purpose: grouped(calls, ({ purpose }) => purpose),
    notes: run.notes
  }
  return written(truth, calls)
}

const DROPPED =
  /^(account|remoteControl|mcpServer|configWarning|skills|app|windows)\b|\/(delta|outputDelta|textDelta|summaryTextDelta|summaryPartAdded)$|rateLimits/i

const isKept = ({ message }: Logged): boolean =>
  typeof message['method'] !== 'string' || !DROPPED.test(message['method'])

const copyOf = (folder: string, parts: ReadonlyArray<string>): ReadonlyArray<string> => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'home'), { recursive: true })
  for (const part of parts)
    if (isThere(join(HOME, part))) {
      mkdirSync(dirname(join(folder, 'home', part)), { recursive: true })
      cpSync(join(HOME, part), join(folder, 'home', part), {
        recursive: true,
        preserveTimestamps: true
      })
    }
  const rollouts = rolloutsOf(join(folder, 'home'))
  rollouts.forEach(scrubFile)
  fitOffsets(join(folder, 'home'))
  return rollouts
}

/** Copies the rollouts, and writes the input of the last requests: one line each. */
export const keepAsked = (folder: string, count: number, run: Run): void => {
  copyOf(folder, ['sessions'])
  const inputs = run.model.asked.slice(-count).map(({ body }) => body.input ?? [])
  writeFileSync(join(folder, 'asked.jsonl'), jsonLines(inputs))
}

/** Copies the home, and writes the truth, the analytics and the messages. */
export const keep = (folder: string, name: Named, run: Run): void => {
  const plugins = isThere(join(HOME, 'plugins/cache')) ? ['plugins/cache', 'config.toml'] : []
  const rollouts = copyOf(folder, [...KEPT, ...plugins])
  writeFileSync(join(folder, 'truth.json'), truthOf(name, run, rollouts.length))
  writeFileSync(join(folder, 'analytics.jsonl'), jsonLines(run.model.analytics))
  const messages = jsonLines(run.log.filter(isKept))
  writeFileSync(join(folder, 'requests.jsonl.br'), brotliCompressSync(messages, HIGHEST))
}
