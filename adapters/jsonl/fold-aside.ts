/**
 * A second thread for the first fold of a large home, started when it is first needed and stopped when it rests.
 */
import { Worker } from 'node:worker_threads'
import type { StreamInfo } from '../../replay/ports.ts'
import type { FoldAside, FoldedPart } from '../../replay/project.ts'
import type { FoldWorkerData, FoldWorkerMessage } from './fold-worker.ts'

/** A worker without work is stopped after this long. */
const REST_MS = 500

interface Job {
  readonly infos: ReadonlyMap<string, StreamInfo>
  readonly deliver: (part: FoldedPart) => void
  readonly finish: (done: boolean) => void
}

interface Thread {
  readonly worker: Worker
  job: Job | null
}

const start = (data: FoldWorkerData): Thread => {
  const script = import.meta.url.endsWith('.ts') ? './fold-worker.ts' : './fold-worker.js'
  const worker = new Worker(new URL(script, import.meta.url), { workerData: data })
  const thread: Thread = { worker, job: null }
  worker.on('error', () => thread.job?.finish(false))
  worker.on('exit', () => thread.job?.finish(false))
  worker.on('message', (message: FoldWorkerMessage) => {
    const { job } = thread
    if (job === null) return
    if ('done' in message) return job.finish(message.done)
    const info = job.infos.get(message.info.streamId)
    if (info !== undefined) job.deliver({ ...message, info })
  })
  return thread
}

/** Folds beside the main thread; a worker that dies only means that the main thread does the work. */
export const foldAside = (data: FoldWorkerData): FoldAside => {
  let thread: Thread | null = null
  let rest: NodeJS.Timeout | null = null
  const stop = (): void => {
    void thread?.worker.terminate()
    thread = null
  }
  return (infos, deliver) =>
    new Promise((resolve) => {
      if (rest !== null) clearTimeout(rest)
      thread ??= start(data)
      const current = thread
      const finish = (done: boolean): void => {
        current.job = null
        current.worker.unref()
        if (!done && thread === current) stop()
        rest = setTimeout(stop, REST_MS).unref()
        resolve(done)
      }
      current.job = { infos: new Map(infos.map((info) => [info.streamId, info])), deliver, finish }
      current.worker.ref()
      current.worker.postMessage(infos)
    })
}
