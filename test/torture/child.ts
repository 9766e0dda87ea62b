/**
 * The child process of the trials.
 *
 *     child                                           jobs as lines of JSON, each answered with a line
 *     child die <operation> <folder> <act> <at>       does one operation and dies within it
 */
import { createInterface } from 'node:readline'
import type { Act, Fault } from './failing-calls.ts'
import { judge, remember, type Left } from './judge.ts'
import { copyPrepared, deadly, prepare, ready, trial } from './trial.ts'
import { watchRejections, type Prepared, type Ready } from './trial.ts'

/** What the child may be asked. */
export type Job =
  | { readonly do: 'prepare'; readonly operation: string }
  | { readonly do: 'trial'; readonly prepared: Prepared; readonly fault: Fault }
  /** Opens a home and answers; the operation runs with `run`, so that something can be attached just for it. */
  | { readonly do: 'ready'; readonly prepared: Prepared }
  | { readonly do: 'run' }
  | { readonly do: 'verdict' }
  | { readonly do: 'copy'; readonly folder: string }
  | { readonly do: 'remember'; readonly home: string }
  | { readonly do: 'judge'; readonly left: Left }

let waiting: Ready | null = null

const done = async (job: Job): Promise<unknown> => {
  switch (job.do) {
    case 'prepare':
      return prepare(job.operation)
    case 'trial':
      return trial(job.prepared, job.fault)
    case 'ready':
      waiting = await ready(job.prepared)
      return { pid: process.pid, folder: waiting.folder }
    case 'run':
      return waiting?.run({ act: 'none', at: Infinity, lasts: false })
    case 'verdict':
      return waiting?.judge()
    case 'copy':
      return copyPrepared(job.folder)
    case 'remember':
      return remember(job.home)
    case 'judge':
      return judge(job.left)
  }
}

const jobs = async (): Promise<void> => {
  watchRejections()
  for await (const line of createInterface({ input: process.stdin })) {
    const answer = await done(JSON.parse(line) as Job).then(
      (right) => ({ right }),
      (cause: unknown) => ({ left: cause instanceof Error ? cause.stack : String(cause) })
    )
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
}

const [what, ...words] = process.argv.slice(2)
const [first = '', second = '', third = '', fourth = '0'] = words
if (what === 'die') {
  const fault = { act: third as Act, at: Number(fourth), lasts: false }
  void deadly(first, second, fault).then((seen) => process.stdout.write(JSON.stringify(seen)))
} else void jobs()
