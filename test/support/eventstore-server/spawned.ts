/** The stand-in in a process of its own, for tests that kill processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from './entry.ts'

/** A stand-in in another process. */
export interface SpawnedEventStore {
  readonly url: string
  readonly port: number
  /** Sends it a command; resolves with its answer. */
  readonly tell: (command: Command) => Promise<unknown>
  /** Kills it (-9 unless said) and waits until it is gone. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>
}

/** Starts the stand-in as a process; `file` makes what it answers last. */
export const spawnEventStore = async (
  options: { readonly port?: number; readonly file?: string } = {}
): Promise<SpawnedEventStore> => {
  const more = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(
    process.execPath,
    ['--import=tsx', join(import.meta.dirname, 'entry.ts'), ...more],
    { stdio: ['pipe', 'pipe', 'inherit'] }
  )
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<unknown> => {
    const next = await answers.next()
    if (next.done === true) throw new Error('The process of the stand-in ended.')
    return JSON.parse(next.value)
  }
  const { url, port } = (await answer()) as { url: string; port: number }
  return {
    url,
    port,
    tell: (command) => {
      child.stdin.write(`${JSON.stringify(command)}\n`)
      return answer()
    },
    kill: async (signal = 'SIGKILL') => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
    }
  }
}
