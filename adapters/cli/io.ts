/**
 * The outside of a command: where it prints, what the terminal can do, and when it has to stop. Commands take
 * it as an argument, so tests run them without a process.
 */
import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'
import { tell } from '../home/stderr.ts'
import { shellWord } from './text/text.ts'

export interface Io {
  /** Resolves when the text is handed to the system, so that a slow reader slows the command down. */
  readonly out: (text: string | Uint8Array) => Promise<void>
  readonly err: (text: string) => void
  /** The same as `out`, also after `stop`: for the summary of a command that runs until then. */
  readonly last: (text: string) => Promise<void>
  /** Everything on stdin, to its end. */
  readonly input: () => Promise<Buffer>
  /** Asks the person at the terminal; null where nobody is, empty when nothing was answered. */
  readonly ask: (question: string) => Promise<string | null>
  /** True where a person types what is read. */
  readonly inIsTty: boolean
  readonly outIsTty: boolean
  readonly errIsTty: boolean
  readonly columns: number
  readonly env: NodeJS.ProcessEnv
  /** Aborted when the command should end at once; the reason is the exit code. */
  readonly stop: AbortSignal
  readonly nowMs: () => number
  /** Where the person typed; paths on the command line are relative to it. */
  readonly cwd: string
  readonly version: string
  /** How a person starts this program, in any folder. */
  readonly program: string
  /** Options of this command line that lead to its home; what is typed next needs them as well. */
  readonly place?: ReadonlyArray<ReadonlyArray<string>>
}

const IS_SOURCE = import.meta.url.endsWith('.ts')

/** The sample home that ships with the package: in the sources beside this file's folder, else beside the program. */
export const SAMPLE_HOME = fileURLToPath(
  new URL(IS_SOURCE ? '../home/sample' : './sample', import.meta.url)
)

const PACKAGE = new URL(IS_SOURCE ? '../../package.json' : '../package.json', import.meta.url)

const packageVersion = (): string => {
  try {
    const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { readonly version?: unknown }
    return typeof version === 'string' ? version : 'unknown'
  } catch {
    return 'unknown'
  }
}

/** `npm start` runs in the folder of the package, wherever it is typed. */
const typedIn = (env: NodeJS.ProcessEnv): string =>
  (env['npm_lifecycle_event'] === 'start' ? env['INIT_CWD'] : undefined) ?? process.cwd()

/** `unroll` when it was found on the path, else `node` and the whole path of the script, which works in every folder. */
const programName = (script: string): string => {
  if (!/[\\/](main\.ts|unroll\.cjs)$/.test(script)) {
    return script.includes('node_modules') ? 'npx unroll' : 'unroll'
  }
  const loader = script.endsWith('.ts') ? '--import tsx ' : ''
  return `node ${loader}${shellWord(script)}`
}

const COLUMNS_DEFAULT = 80

/** Of the terminal; elsewhere what the environment says. */
const columnsOf = ({ COLUMNS }: NodeJS.ProcessEnv): number => {
  const named = /^[1-9]\d{0,3}$/.test(COLUMNS ?? '') ? Number(COLUMNS) : COLUMNS_DEFAULT
  return process.stdout.columns || named
}

const BROKEN_PIPE = 'EPIPE'
const INTERRUPTED = 130
const TERMINATED = 143
const DISK = 5
const STDERR = 2

const lastWriter =
  (stream: NodeJS.WriteStream): Io['last'] =>
  (text) =>
    new Promise((resolve) => {
      if (!stream.writable) return resolve()
      stream.write(text, () => resolve())
    })

/** Reports a failed write before the next one, so that the exit code is known when a command returns. */
const writer =
  (
    stream: NodeJS.WriteStream,
    stop: AbortSignal,
    failed: (error: NodeJS.ErrnoException) => void
  ): Io['out'] =>
  (text) =>
    new Promise((resolve) => {
      if (stop.aborted) return resolve()
      stream.write(text, (error) => {
        if (error) failed(error)
        resolve()
      })
    })

const asker =
  (stop: AbortSignal): Io['ask'] =>
  async (question) => {
    if (!process.stdin.isTTY || !isatty(STDERR)) return null
    const { createInterface } = await import('node:readline')
    const lines = createInterface({ input: process.stdin, output: process.stderr })
    return new Promise((resolve) => {
      lines.once('close', () => resolve(''))
      // The terminal is in raw mode here, where Ctrl-C is a key.
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
      stop.addEventListener('abort', () => lines.close(), { once: true })
      lines.question(question, (answer) => {
        resolve(answer)
        lines.close()
      })
    })
  }

/**
 * The real process. Signals and a closed pipe abort `stop`. A reader that ends (`| head`) has what it wanted, so that is
 * exit code 0. A second signal ends the process at once, which the index survives.
 */
export const processIo = (): Io => {
  const controller = new AbortController()
  const stop = controller.signal
  const end = (code: number) => () => (stop.aborted ? process.exit(code) : controller.abort(code))
  process.on('SIGINT', end(INTERRUPTED))
  process.on('SIGTERM', end(TERMINATED))
  // Where files may not grow (ulimit -f) the write fails, which is reported, instead of ending the process.
  process.on('SIGXFSZ', () => undefined)
  const failed = ({ code, message }: NodeJS.ErrnoException): void => {
    if (stop.aborted) return
    if (code !== BROKEN_PIPE) tell(`unroll: cannot write: ${message}\n`)
    controller.abort(code === BROKEN_PIPE ? 0 : DISK)
  }
  process.stdout.on('error', failed)
  const cwd = typedIn(process.env)
  return {
    out: writer(process.stdout, stop, failed),
    err: tell,
    last: lastWriter(process.stdout),
    input: async () => {
      const chunks: Array<Buffer> = []
      for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    },
    ask: asker(stop),
    inIsTty: process.stdin.isTTY === true,
    outIsTty: process.stdout.isTTY,
    errIsTty: isatty(STDERR),
    columns: columnsOf(process.env),
    env: process.env,
    stop,
    nowMs: Date.now,
    version: packageVersion(),
    program: programName(process.argv[1] ?? ''),
    cwd
  }
}
