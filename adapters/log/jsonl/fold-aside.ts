/**
 * A second thread for the first fold of a large home, started when it is first needed and stopped when it rests.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { GroupName } from '../../../projections/catalogue.ts'
import type { StreamInfo } from '../../../replay/ports.ts'
import type { FoldAside, FoldedPart } from '../../../replay/catch-up/project.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import type {
  FoldWorkerData,
  FoldWorkerJob,
  FoldWorkerMessage,
  FoldWorkerTold
} from './fold-worker.ts'

/**
 * Memory of the second thread: what a fold makes lives as long as a batch, and left to itself V8 keeps far more. A line too
 * large for it ends the thread, and the main thread does the work.
 */
const HEAP = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 128 }

/** A worker without work is stopped after this long. */
const REST_MS = 500

interface Job {
  readonly infos: ReadonlyMap<string, StreamInfo>
  readonly deliver: (part: FoldedPart) => void
  readonly finish: (done: boolean) => void
}

interface FoldThread {
  readonly worker: Worker
  readonly jobs: Map<number, Job>
}

/** What the worker says to the sink is typed where it says it. */
const pass = (telemetry: Telemetry, { told, name, labels, value }: FoldWorkerTold): void =>
  told === 'count'
    ? telemetry.count(name as never, labels, value)
    : telemetry.time(name as never, labels, value)

const IS_SOURCE = import.meta.url.endsWith('.ts')

/** What reads TypeScript for the main thread does not do so for other threads by itself. */
const withTypeScript = (): Array<string> => {
  const beside = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api'))
  const { href } = new URL('./index.mjs', beside)
  return ['--import', `data:text/javascript,import{register}from${JSON.stringify(href)};register()`]
}

const start = (data: FoldWorkerData, telemetry: Telemetry): FoldThread => {
  const options = { workerData: data, resourceLimits: HEAP }
  const worker = IS_SOURCE
    ? new Worker(new URL('./fold-worker.ts', import.meta.url), {
        ...options,
        execArgv: withTypeScript()
      })
    : new Worker(new URL('./fold-worker.cjs', import.meta.url), options)
  const jobs = new Map<number, Job>()
  const fail = (): void => jobs.forEach((job) => job.finish(false))
  worker.on('error', fail)
  worker.on('exit', fail)
  worker.on('message', (message: FoldWorkerMessage | FoldWorkerTold) => {
    if ('told' in message) return pass(telemetry, message)
    const job = jobs.get(message.job)
    if (job === undefined) return
    if ('done' in message) return job.finish(message.done)
    const info = job.infos.get(message.streamId)
    if (info !== undefined)
      job.deliver({ info, writes: message.writes, expected: message.expected })
  })
  return { worker, jobs }
}

/**
 * Folds groups beside the main thread. Several jobs may wait for the worker, so that it never waits for the main thread; a
 * worker that dies only means that the main thread does the work.
 */
export const foldAside = (
  data: FoldWorkerData,
  telemetry: Telemetry = noTelemetry
): ((models: GroupName) => FoldAside) => {
  let thread: FoldThread | null = null
  let rest: NodeJS.Timeout | null = null
  let jobs = 0
  const stop = (): void => {
    void thread?.worker.terminate()
    thread = null
  }
  return (models) => (infos, deliver) =>
    new Promise((resolve) => {
      if (rest !== null) clearTimeout(rest)
      thread ??= start({ ...data, isHeard: telemetry !== noTelemetry }, telemetry)
      const current = thread
      const job = ++jobs
      const finish = (done: boolean): void => {
        current.jobs.delete(job)
        if (!done && thread === current) stop()
        if (current.jobs.size === 0) {
          current.worker.unref()
          rest = setTimeout(stop, REST_MS).unref()
        }
        resolve(done)
      }
      const byId = new Map(infos.map((info) => [info.streamId, info]))
      current.jobs.set(job, { infos: byId, deliver, finish })
      current.worker.ref()
      current.worker.postMessage({ job, models, infos } satisfies FoldWorkerJob)
    })
}
