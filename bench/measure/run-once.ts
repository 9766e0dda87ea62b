/**
 * Programs that do one thing and end.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { text } from 'node:stream/consumers'
import { peakMbOfTree, type Command } from './rpc.ts'

/** What a program took, and what it printed. */
export interface Ran {
  readonly ms: number
  readonly peakMb: number
  readonly output: string
}

const POLL_MS = 5

/** Runs a program to its end. Rejects when that is not a good one. */
export const runOnce = async ({ argv, env }: Command): Promise<Ran> => {
  const [program = '', ...rest] = argv
  const startMs = performance.now()
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'ignore'] })
  let peakMb = 0
  const timer = setInterval(() => (peakMb = Math.max(peakMb, peakMbOfTree(child.pid))), POLL_MS)
  try {
    const ended = once(child, 'exit').then(([code]) => ({ code, ms: performance.now() - startMs }))
    const [{ code, ms }, output] = await Promise.all([ended, text(child.stdout)])
    if (code !== 0) throw new Error(`ended with ${code}`)
    return { ms, peakMb, output }
  } finally {
    clearInterval(timer)
  }
}
