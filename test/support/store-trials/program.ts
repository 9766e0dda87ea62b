/**
 * The built program as a child process, which may be killed at one of its steps (`kill-at.cjs`) or from outside.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../fixture-home.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const KILL_AT = join(import.meta.dirname, 'kill-at.cjs')

/** Where a program is killed. */
export interface Death {
  /** Number of the step; 0 for none. */
  readonly step: number
  readonly how: 'before' | 'after' | 'torn'
}

/** How a run ended. */
export interface Ran {
  readonly code: number | null
  readonly killed: boolean
  /** Steps there were, when it got to its end. */
  readonly steps: number
  readonly out: string
  readonly err: string
}

/** A run in progress. */
export interface Running {
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<Ran>
  readonly isRunning: () => boolean
  /** Told of every piece it prints. */
  readonly onOut: (told: (out: string) => void) => void
}

const NOWHERE: Death = { step: 0, how: 'before' }

/** Builds the program into a folder of its own. */
export const builtProgram = (): {
  readonly folder: string
  readonly start: (words: ReadonlyArray<string>, death?: Death) => Running
} => {
  const folder = temporaryFolder()
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  execFileSync(process.execPath, [join(ROOT, 'adapters/build/bundle.mjs'), join(folder, 'dist')])
  let runs = 0
  const start = (words: ReadonlyArray<string>, { step, how }: Death = NOWHERE): Running => {
    const stepsFile = join(folder, `steps-${runs++}`)
    const child = spawn(
      process.execPath,
      ['--require', KILL_AT, join(folder, 'dist', 'unroll.cjs'), ...words],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          UNROLL_KILL_AT: String(step),
          UNROLL_KILL_HOW: how,
          UNROLL_STEPS: stepsFile
        }
      }
    )
    const text = { out: '', err: '' }
    const listeners: Array<(out: string) => void> = []
    // A character may stand in two chunks.
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (chunk: string) => {
      text.out += chunk
      for (const told of listeners) told(text.out)
    })
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()))
    return {
      kill: (signal) => void child.kill(signal),
      isRunning: () => child.exitCode === null && child.signalCode === null,
      onOut: (told) => void listeners.push(told),
      ended: once(child, 'close').then(() => ({
        code: child.exitCode,
        killed: child.signalCode === 'SIGKILL',
        steps: existsSync(stepsFile) ? Number(readFileSync(stepsFile, 'utf8')) : 0,
        ...text
      }))
    }
  }
  return { folder, start }
}

export type Program = ReturnType<typeof builtProgram>

/** Runs to the end; an error when it fails. */
export const succeeded = async ({ start }: Program, words: ReadonlyArray<string>): Promise<Ran> => {
  const ran = await start(words).ended
  if (ran.code !== 0)
    throw new Error(`unroll ${words.join(' ')} ended with ${ran.code}: ${ran.err}${ran.out}`)
  return ran
}
