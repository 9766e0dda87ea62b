/**
 * Runs command lines inside the test's process and keeps what they print.
 */
import { isLeft } from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { wholeCursor } from '../../../adapters/cli/text/cursor.ts'
import type { Io } from '../../../adapters/cli/io.ts'
import { run } from '../../../adapters/cli/run.ts'
import type { OpenEngine } from '../../../adapters/cli/session.ts'
import { FIXTURES, readJson } from '../../support/fixture-home.ts'
import { expectJsonLines } from '../../support/json-lines.ts'

/** What a command line did. */
export interface Done {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** What differs from a pipe of 100 columns in an empty environment. */
export interface Setting {
  readonly tty?: boolean
  readonly columns?: number
  readonly env?: NodeJS.ProcessEnv
  readonly open?: OpenEngine
  readonly stop?: AbortSignal
  readonly nowMs?: () => number
  /** Where the command line is typed; programs it starts need a folder that exists. */
  readonly cwd?: string
  /** What the person answers; nobody is there without it. */
  readonly answer?: string
  /** What stands on stdin. */
  readonly input?: string | Buffer
  /** A person types what stands on stdin. */
  readonly typed?: boolean
}

/** True for a command line that prints JSON; a variable asks for it where no other form is asked for. */
const isForPrograms = (argv: ReadonlyArray<string>, env: NodeJS.ProcessEnv, out: string): boolean =>
  argv.includes('--json') || (env['UNROLL_JSON'] !== undefined && out.startsWith('{'))

/** Runs a command line and holds its JSON against the schemas; local times are those of TZ in its environment meanwhile, else UTC. */
export const unroll = async (argv: ReadonlyArray<string>, setting: Setting = {}): Promise<Done> => {
  const {
    tty = false,
    columns = 100,
    env = {},
    open,
    stop,
    nowMs = () => 0,
    cwd = '/workspace',
    input = '',
    typed = false,
    answer
  } = setting
  const out: Array<Buffer> = []
  const err: Array<string> = []
  const io: Io = {
    out: async (text) => void out.push(Buffer.from(text as string)),
    err: (text) => void err.push(text),
    last: async (text) => void out.push(Buffer.from(text)),
    input: async () => Buffer.from(input),
    ask: async (question) => {
      if (answer === undefined) return null
      err.push(`${question}${answer}\n`)
      return answer
    },
    inIsTty: typed,
    outIsTty: tty,
    errIsTty: tty,
    columns,
    env: { PAGER: 'cat', ...env },
    stop: stop ?? new AbortController().signal,
    nowMs,
    cwd,
    version: '1.2.3',
    program: 'unroll'
  }
  const zone = process.env['TZ']
  process.env['TZ'] = env['TZ'] ?? 'UTC'
  try {
    const code = await (open === undefined ? run(argv, io) : run(argv, io, open))
    const printed = Buffer.concat(out).toString('utf8')
    if (isForPrograms(argv, env, printed)) expectJsonLines(argv, printed)
    return { code, out: printed, err: err.join('') }
  } finally {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  }
}

/** Hints without the options of a place, which a command line that names one has in all of them. */
export const unplaced = (text: string): string =>
  text.replace(/("unroll [^"]*?)(?: --(?:home|index|store) (?:'[^']*'|[^\s"]+))+(?=")/g, '$1')

/** A command line over one home, with an index in memory; its hints do not show these options. */
export const inHome =
  (home: () => string) =>
  async (argv: ReadonlyArray<string>, setting: Setting = {}): Promise<Done> => {
    const done = await unroll([...argv, '--home', home(), '--index', 'memory'], setting)
    return { ...done, err: unplaced(done.err) }
  }

/* oxlint-disable typescript/no-explicit-any -- JSON nobody typed */

/** Values of JSON lines. */
export const jsonLines = (text: string): ReadonlyArray<any> =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

/** Lines with the cursors that Codex would give. */
export const withCodexCursors = (lines: ReadonlyArray<any>): ReadonlyArray<any> =>
  lines.map((line) => {
    if (line.$ !== 'page') return line
    const [nextCursor, backwardsCursor] = [line.nextCursor, line.backwardsCursor].map((short) => {
      const whole = short === null ? null : wholeCursor(short)
      return whole === null || isLeft(whole) ? null : whole.right
    })
    return { ...line, nextCursor, backwardsCursor }
  })

/** A recorded answer file of a home; those of 0.169 were asked with its database beside the home. */
export const golden = (home: string, name: string): any => {
  const folder = home.endsWith('-169') ? 'golden-with-db' : 'golden'
  return readJson(join(FIXTURES, 'homes', home, folder, `${name}.json`))
}

/** A thread without the times 0.169 keeps in its database, which are some milliseconds off the file's. */
export const fromLog = (thread: object): object =>
  Object.fromEntries(
    Object.entries(thread).filter(([member]) => !['updatedAt', 'recencyAt'].includes(member))
  )

/** Options that make the command line answer as one Codex does, and hide what that Codex hides. */
export const asCodex = (profile: '0.142' | '0.169'): ReadonlyArray<string> => [
  ...['--profile', profile],
  ...['--items', 'codex']
]

/** A clock that is in a hurry: every question takes a tenth of a second. */
export const hurried = (): (() => number) => {
  let ms = Date.parse('2026-05-01T10:00:00.000Z')
  return () => (ms += 100)
}
