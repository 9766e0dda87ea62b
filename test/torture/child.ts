/**
 * The child process of the trials.
 *
 *     child                                jobs as lines of JSON, each answered with a line
 *     child work <kind> <home> <index> <seed>   works on a home until it is killed
 */
import { createInterface } from 'node:readline'
import type { Fault } from './failing-calls.ts'
import { judge, remember, type Left } from './judge.ts'
import { prepare, trial, watchRejections, type Prepared } from './trial.ts'
import { work, type Kind } from './work.ts'

/** What the child may be asked. */
export type Job =
  | { readonly do: 'prepare'; readonly operation: string }
  | { readonly do: 'trial'; readonly prepared: Prepared; readonly fault: Fault }
  | { readonly do: 'remember'; readonly home: string }
  | { readonly do: 'judge'; readonly left: Left }

const done = async (job: Job): Promise<unknown> => {
  switch (job.do) {
    case 'prepare':
      return prepare(job.operation)
    case 'trial':
      return trial(job.prepared, job.fault)
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

const [what, kind = '', home = '', index = '', seed = '0'] = process.argv.slice(2)
void (what === 'work' ? work(kind as Kind, home, index, Number(seed)) : jobs())
