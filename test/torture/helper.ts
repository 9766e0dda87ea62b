/**
 * A child that does jobs one after the other. One that does not answer in time, or dies, is replaced by a new one.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Job } from './child.ts'

/** An answer later than this counts as none. */
const DEADLINE_MS = 90_000

/** A child that does jobs. */
export interface Helper {
  /** The answer; rejects with what went wrong when there is none. */
  readonly ask: <A>(job: Job) => Promise<A>
  readonly close: () => void
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly lines: Interface
  error: string
}

const started = (folder: string): Running => {
  const child = spawn(process.execPath, [join(folder, 'child.cjs')])
  const running = { child, lines: createInterface({ input: child.stdout }), error: '' }
  child.stderr.on('data', (chunk: Buffer) => (running.error += chunk.toString()))
  return running
}

/** The next line of a child, or why there is none. */
const nextLine = ({ child, lines }: Running): Promise<string> =>
  new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer)
      lines.removeListener('line', heard)
      child.removeListener('exit', gone)
      end()
    }
    const heard = (line: string): void => settle(() => resolve(line))
    const gone = (code: number | null, signal: string | null): void =>
      settle(() => reject(new Error(`the child ended: ${signal ?? code}`)))
    const late = (): void => settle(() => reject(new Error('no answer: it hangs')))
    const timer = setTimeout(late, DEADLINE_MS)
    lines.once('line', heard)
    child.once('exit', gone)
  })

/** Starts a helper from a folder that `bundleChild` made. */
export const helper = (folder: string): Helper => {
  let running: Running | null = null
  const stop = (): void => {
    running?.child.kill('SIGKILL')
    running = null
  }
  return {
    ask: async <A>(job: Job) => {
      const one = (running ??= started(folder))
      one.child.stdin.write(`${JSON.stringify(job)}\n`)
      try {
        const answer = JSON.parse(await nextLine(one)) as { right?: A; left?: string }
        if (answer.left !== undefined) throw new Error(answer.left)
        return answer.right as A
      } catch (cause) {
        stop()
        throw new Error(`${String(cause)} ${one.error}`, { cause })
      }
    },
    close: stop
  }
}
