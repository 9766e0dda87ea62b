/**
 * A whole Codex home: the files, where Codex puts them, and a manifest of what they hold. The same arguments give
 * the same bytes, times of the files included.
 */
import { createHash, type Hash } from 'node:crypto'
import * as fs from 'node:fs'
import { join, relative } from 'node:path'
import type { Manifest, ManifestThread } from './manifest.ts'
import { hex, randomFrom, uuid7, type Random } from './random.ts'
import { textFrom } from './text.ts'
import { ThreadWriter, type Parent } from './thread.ts'

const MB = 1e6
const DAY_MS = 86400000
const NEWEST_MS = Date.UTC(2026, 9, 1) // nothing depends on the clock
const SPAN_MS = 400 * DAY_MS
const PROVIDER = 'mock'
const CWD = '/home/dev'
const BUFFER_CHARS = 4e6

/** Many threads of all sizes, or a few long ones. */
export type Profile =
  | { readonly threads: number; readonly bytes: number }
  | { readonly long: ReadonlyArray<Long> }
interface Long {
  readonly turns: number
  readonly bytes: number
  /** Turns without tools. */
  readonly short: boolean
  /** So many turns apart somebody shows an image of a megabyte or two; absent for none. */
  readonly imageEvery?: number
}

/** The homes there are. */
export const PROFILES = {
  XS: { threads: 12, bytes: 1 * MB },
  S: { threads: 200, bytes: 20 * MB },
  M: { threads: 2000, bytes: 400 * MB },
  L: {
    long: [
      { turns: 5000, bytes: 300 * MB, short: false },
      { turns: 50000, bytes: 150 * MB, short: true }
    ]
  }
} as const satisfies Record<string, Profile>

/** Name of a profile. */
export type ProfileName = keyof typeof PROFILES

interface Target {
  readonly out: string
  readonly seed: string
  readonly digest: Hash
}

const CONFIG = `model = "gpt-5.1-codex"
model_provider = "${PROVIDER}"
approval_policy = "never"
sandbox_mode = "danger-full-access"
[model_providers.${PROVIDER}]
name = "${PROVIDER}"
base_url = "http://127.0.0.1:9/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
[analytics]
enabled = false
[features]
plugins = false
`

/** A rollout file, written in large pieces. */
const openRollout = ({ out, digest }: Target, ms: number, id: string, archived: boolean) => {
  const time = new Date(ms).toISOString()
  const dated = ['sessions', time.slice(0, 4), time.slice(5, 7), time.slice(8, 10)]
  const folder = join(out, ...(archived ? ['archived_sessions'] : dated))
  fs.mkdirSync(folder, { recursive: true })
  const path = join(folder, `rollout-${time.slice(0, 19).replaceAll(':', '-')}-${id}.jsonl`)
  const handle = fs.openSync(path, 'w')
  const file = relative(out, path)
  digest.update(`${file}\n`)
  let waiting: string[] = []
  let waitingChars = 0
  const flush = (): void => {
    const piece = Buffer.from(waiting.join(''))
    fs.writeSync(handle, piece)
    digest.update(piece)
    waiting = []
    waitingChars = 0
  }
  const write = (line: string): void => {
    waiting.push(line)
    waitingChars += line.length
    if (waitingChars > BUFFER_CHARS) flush()
  }
  const close = (modifiedMs: number): void => {
    flush()
    fs.closeSync(handle)
    fs.utimesSync(path, modifiedMs / 1000, modifiedMs / 1000)
  }
  return { file, write, close }
}

const entryOf = (
  thread: ThreadWriter,
  rest: Pick<ManifestThread, 'file' | 'archived' | 'forkedFrom'>
): ManifestThread => ({
  id: thread.options.id,
  bytes: thread.bytes,
  lines: thread.lines,
  turns: thread.turns,
  rolled: thread.rolled,
  ...rest
})

const ordinaryTurns = (thread: ThreadWriter, bytes: number): void => {
  const { random } = thread.options
  do {
    const left = bytes - thread.bytes
    thread.turn({
      rounds: left < 12000 ? random.int(0, 1) : random.int(0, 9),
      maxChars: Math.max(300, left * 0.35),
      userChars: Math.floor(Math.min(2500, random.logNormal(140, 0.9))),
      answerChars: Math.floor(Math.min(4000, random.logNormal(500, 0.8))),
      compact: thread.turns > 2 && random.unit() < 0.02
    })
    if (random.unit() < 0.01 && thread.turns > 3 && thread.rolled === 0) {
      thread.rollback(random.int(1, 2))
    }
  } while (thread.bytes < bytes)
}

const gitOf = (random: Random) => ({
  commit_hash: hex(random.u32(), 8).repeat(5),
  branch: 'main',
  repository_url: 'https://example.invalid/acme/app.git'
})

const FORK_PARENTS_MAX = 12
const FORK_PARENT_BYTES_MAX = 3e6

/** Threads whose sizes are log-normal; a few are archived, forks, or rolled back. */
const manyThreads = (target: Target, threads: number, bytes: number): ManifestThread[] => {
  const random = randomFrom(target.seed)
  const text = textFrom(randomFrom(`text${target.seed}`))
  const weights = Array.from({ length: threads }, () => random.logNormal(1, 1.2))
  const weight = weights.reduce((sum, one) => sum + one, 0)
  const stepMs = SPAN_MS / threads
  const parents: Parent[] = []
  return weights.map((own, index) => {
    const earliestMs = NEWEST_MS - SPAN_MS + index * stepMs
    const startMs = Math.floor(earliestMs + random.int(0, Math.floor(stepMs * 0.8)))
    const id = uuid7(random, startMs)
    const wanted = Math.max(9000, (bytes * own) / weight)
    const archived = random.unit() < 0.04
    const git = random.unit() < 0.5 ? gitOf(random) : undefined
    const cliVersion = random.unit() < 0.5 ? '0.130.0' : '0.142.5'
    const extended = random.unit() < 0.3
    const parent = random.unit() < 0.04 && parents.length > 0 ? random.pick(parents) : null
    const rollout = openRollout(target, startMs, id, archived)
    const lines: string[] = []
    const write = (line: string): void => {
      lines.push(line)
      rollout.write(line)
    }
    const thread = new ThreadWriter({
      ...{ random, text, id, startMs, git, cliVersion, extended, write },
      ...{ provider: PROVIDER, cwd: CWD, small: wanted < 60000, forkedFromId: parent?.id }
    })
    if (parent === null) ordinaryTurns(thread, wanted)
    else {
      thread.inherit(parent)
      const rounds = random.int(0, 2)
      thread.turn({ rounds, maxChars: 8000, userChars: 200, answerChars: 600 })
    }
    rollout.close(thread.ms)
    if (!archived && thread.bytes < FORK_PARENT_BYTES_MAX) {
      const { turns, rolled, total } = thread
      parents.push({ id, lines, turns, rolled, total })
      if (parents.length > FORK_PARENTS_MAX) parents.splice(random.int(0, FORK_PARENTS_MAX - 1), 1)
    }
    return entryOf(thread, { file: rollout.file, archived, forkedFrom: parent?.id ?? null })
  })
}

const IMAGE_BYTES = [0.7 * MB, 2 * MB] as const

/** A message with an image in it, as Codex 0.130 writes it. */
const imageLine = (ms: number, random: Random): string => {
  const bytes = Buffer.alloc(3 * 1024)
  for (let i = 0; i < bytes.length; i += 4) bytes.writeUInt32LE(random.u32(), i)
  const times = Math.round(random.int(...IMAGE_BYTES) / (4 * 1024))
  const images = [`data:image/png;base64,${bytes.toString('base64').repeat(times)}`]
  const payload = { type: 'user_message', message: 'look at this', images }
  return `${JSON.stringify({ timestamp: new Date(ms).toISOString(), type: 'event_msg', payload })}\n`
}

/** One long thread whose turns are close to the average in size. */
const longThread = (target: Target, long: Long, startMs: number): ManifestThread => {
  const seed = `${target.seed}:${long.turns}`
  const random = randomFrom(seed)
  const text = textFrom(randomFrom(`text${seed}`))
  const id = uuid7(random, startMs)
  const rollout = openRollout(target, startMs, id, false)
  const thread = new ThreadWriter({
    ...{ random, text, id, startMs, provider: PROVIDER, cwd: CWD, cliVersion: '0.130.0' },
    ...{ extended: false, small: false, write: rollout.write }
  })
  const perTurn = long.bytes / long.turns
  for (let turn = 0; turn < long.turns; turn++) {
    if (long.imageEvery !== undefined && turn % long.imageEvery === 0)
      rollout.write(imageLine(thread.ms, random))
    if (long.short) {
      const userChars = random.int(10, Math.max(40, perTurn * 0.03))
      const answerChars = random.int(20, Math.max(60, perTurn * 0.035))
      thread.turn({ rounds: 0, maxChars: 0, userChars, answerChars, short: true })
    } else {
      const behind = perTurn * (turn + 1) - thread.bytes
      const rounds = Math.round((behind / 10500) * (0.5 + random.unit()))
      thread.turn({
        rounds: Math.max(1, Math.min(14, rounds)),
        maxChars: 500000,
        userChars: Math.floor(Math.min(2500, random.logNormal(140, 0.9))),
        answerChars: Math.floor(Math.min(4000, random.logNormal(500, 0.8)))
      })
    }
  }
  rollout.close(thread.ms)
  return entryOf(thread, { file: rollout.file, archived: false, forkedFrom: null })
}

/** Writes the home into `out`; answers its manifest and a digest over the names and bytes of all rollouts. */
export const writeHome = (
  out: string,
  profile: ProfileName,
  seed: string
): { readonly manifest: Manifest; readonly digest: string } =>
  writeHomeOf(out, profile, PROFILES[profile], seed)

/** The same for threads of any number and size. */
export const writeHomeOf = (
  out: string,
  profile: string,
  chosen: Profile,
  seed: string
): { readonly manifest: Manifest; readonly digest: string } => {
  fs.mkdirSync(out, { recursive: true })
  fs.writeFileSync(join(out, 'config.toml'), CONFIG)
  const target: Target = { out, seed, digest: createHash('sha256') }
  const threads =
    'long' in chosen
      ? chosen.long.map((long, index) =>
          longThread(target, long, NEWEST_MS - (40 + index) * 10 * DAY_MS)
        )
      : manyThreads(target, chosen.threads, chosen.bytes)
  const manifest: Manifest = { profile, seed, threads }
  fs.writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest))
  return { manifest, digest: target.digest.digest('hex') }
}
