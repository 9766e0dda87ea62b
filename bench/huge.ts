/**
 * One rollout of gigabytes and a home of ten thousand, beside the real Codex:
 *
 *     npm run build && npm run bench:huge -- --out DIR [--codex PATH]... [--rollout-mb 2000] [--files 10000]
 *
 * The homes are made in DIR when they are not there. A command of unroll is a process for each question; then app-servers get the same
 * requests, one process for each, every Codex over a copy and with a deadline. Prints a table and `huge.json` in DIR: milliseconds, and the most memory the process ever held. See README.md.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { writeHomeOf, type Profile } from './home/home.ts'
import { readManifest } from './home/manifest.ts'
import { Connection, type Command } from './measure/rpc.ts'
import { runOnce } from './measure/run-once.ts'
import { unrollCommand, type Unroll } from './measure/servers.ts'

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    codex: { type: 'string', multiple: true, default: [] },
    unroll: { type: 'string', default: 'dist/unroll.cjs' },
    'rollout-mb': { type: 'string', default: '2000' },
    files: { type: 'string', default: '10000' },
    'deadline-s': { type: 'string', default: '300' }
  }
})
if (values.out === undefined) throw new Error('--out DIR is missing')
const out = resolve(values.out)
const deadlineMs = Number(values['deadline-s']) * 1000

/** One figure of the table. */
interface Figure {
  readonly who: string
  readonly home: string
  readonly what: string
  readonly ms: number | null
  readonly peakMb: number | null
  readonly note: string
}

const MB = 1e6
const BYTES_PER_TURN = 60_000
const BYTES_PER_FILE = 20_000

const shapes: Readonly<Record<string, Profile>> = {
  rollout: {
    long: [
      {
        turns: Math.ceil((Number(values['rollout-mb']) * MB * 0.75) / BYTES_PER_TURN),
        bytes: Number(values['rollout-mb']) * MB * 0.75,
        short: false,
        imageEvery: 160
      }
    ]
  },
  files: { threads: Number(values.files), bytes: Number(values.files) * BYTES_PER_FILE }
}

const figures: Array<Figure> = []

const tell = (figure: Figure): void => {
  figures.push(figure)
  const { who, home, what, ms, peakMb, note } = figure
  const cells = [who, home, what, ms === null ? '-' : `${Math.round(ms)} ms`]
  cells.push(peakMb === null ? '-' : `${Math.round(peakMb)} MB`, note)
  process.stdout.write(`| ${cells.join(' | ')} |\n`)
  writeFileSync(join(out, 'huge.json'), `${JSON.stringify(figures, null, 1)}\n`)
}

const bytesOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

const made = (name: string, shape: Profile): string => {
  const home = join(out, name)
  if (!existsSync(join(home, 'manifest.json'))) {
    rmSync(home, { recursive: true, force: true })
    writeHomeOf(home, name, shape, '1')
  }
  return home
}

const indexOf = (name: string): string => join(out, `${name}-index`)

const unrollOver = (name: string, home: string): Unroll => ({
  main: resolve(values.unroll),
  home,
  index: indexOf(name),
  profile: ''
})

const ours = async (name: string, home: string, threadId: string): Promise<void> => {
  rmSync(indexOf(name), { recursive: true, force: true })
  const unroll = unrollOver(name, home)
  const questions: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ['check', ['check']],
    ['the index is built, first page', ['turns', threadId, '--limit', '20']],
    ['list, for the first time', ['threads', '--limit', '25']],
    ['first page', ['turns', threadId, '--limit', '20']],
    ['list', ['threads', '--limit', '25']],
    ['list by time of change', ['threads', '--sort', 'updated_at', '--limit', '25']]
  ]
  for (const [what, words] of questions) {
    const startMs = performance.now()
    try {
      const { ms, peakMb } = await runOnce(unrollCommand(unroll, ...words))
      tell({ who: 'unroll', home: name, what, ms, peakMb, note: '' })
    } catch (cause) {
      const ms = performance.now() - startMs
      tell({ who: 'unroll', home: name, what, ms, peakMb: null, note: String(cause) })
    }
  }
}

const late = (ms: number): Promise<'late'> =>
  new Promise((resolve) => setTimeout(() => resolve('late'), ms).unref())

/** Asks app-servers, one for each request; the time is that of the request alone. */
const serversOver = async (
  who: string,
  name: string,
  command: Command,
  threadId: string
): Promise<void> => {
  const questions = [
    ['list, for the first time', 'thread/list', { limit: 25 }],
    ['list', 'thread/list', { limit: 25 }],
    ['first page', 'thread/turns/list', { threadId, limit: 20 }],
    ['first page, again', 'thread/turns/list', { threadId, limit: 20 }],
    ['thread/read', 'thread/read', { threadId, includeTurns: true }]
  ] as const
  for (const [what, method, params] of questions) {
    const connection = new Connection(command)
    const asked = (async () => {
      await connection.initialize()
      return connection.call(method, params)
    })().catch((cause: unknown) => String(cause))
    const reply = await Promise.race([asked, late(deadlineMs)])
    const peakMb = await connection.close()
    const isReply = typeof reply !== 'string'
    const note = isReply ? (reply.error ?? '') : reply === 'late' ? `nothing in time` : reply
    tell({ who, home: name, what, ms: isReply ? reply.ms : null, peakMb, note })
  }
}

const codexOver = async (
  program: string,
  name: string,
  home: string,
  threadId: string
): Promise<void> => {
  const version = /(\d+\.\d+\.\d+)/.exec(program)?.[1] ?? program
  const copy = join(out, `${name}-copy`)
  rmSync(copy, { recursive: true, force: true })
  cpSync(home, copy, { recursive: true, preserveTimestamps: true })
  const command = { argv: [program, 'app-server'], env: { ...process.env, CODEX_HOME: copy } }
  await serversOver(`codex ${version}, server`, name, command, threadId)
  rmSync(copy, { recursive: true, force: true })
}

mkdirSync(out, { recursive: true })
process.stdout.write('| who | home | what | time | memory | |\n|---|---|---|---|---|---|\n')
for (const [name, shape] of Object.entries(shapes)) {
  const home = made(name, shape)
  process.stdout.write(`| | ${name} | ${Math.round(bytesOf(home) / MB)} MB | | | |\n`)
  const threads = readManifest(home).threads.filter(({ archived }) => !archived)
  const threadId = threads.toSorted((a, b) => b.bytes - a.bytes)[0]?.id ?? ''
  await ours(name, home, threadId)
  rmSync(indexOf(name), { recursive: true, force: true })
  const server = unrollCommand(unrollOver(name, home), 'app-server')
  await serversOver('unroll, server', name, server, threadId)
  for (const program of values.codex) await codexOver(resolve(program), name, home, threadId)
}
