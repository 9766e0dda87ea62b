/**
 * The second thread of a first fold: reads rollouts and folds them over an empty index, and sends what they add.
 * It never touches the index of the home; only the main thread writes that.
 */
import * as E from 'fp-ts/lib/Either.js'
import { parentPort, workerData } from 'node:worker_threads'
import { eraOf, type ProfileName } from '../../../domain/log/profile.ts'
import type { GroupName } from '../../../projections/catalogue.ts'
import { once } from '../../../domain/once.ts'
import { GROUPS } from '../../../projections/ledgers.ts'
import type { EventStore, StoredRow, StreamInfo } from '../../../replay/ports.ts'
import { foldStream, type Env } from '../../../replay/catch-up/project.ts'
import { type Sink } from '../../../replay/catch-up/sink.ts'
import type { Counted, LabelsOf, Timed } from '../../../replay/metrics.ts'
import { noTelemetry, type Telemetry } from '../../../replay/telemetry.ts'
import { memoryIndex } from '../../index/memory/index.ts'
import { jsonlStore } from './store.ts'

export interface FoldWorkerData {
  readonly home: string
  readonly profile: ProfileName
  readonly strict: boolean
  /** True when the sink of the process listens. */
  readonly isHeard?: boolean
}

export interface FoldWorkerJob {
  readonly job: number
  /** Name of the read models. */
  readonly models: GroupName
  readonly infos: ReadonlyArray<StreamInfo>
}

export interface FoldWorkerTold {
  readonly told: 'count' | 'time'
  readonly name: Counted | Timed
  readonly labels: object
  readonly value: number
}

/** What it answers for each job: parts as stored rows, then that it is done. */
export type FoldWorkerMessage = { readonly job: number } & (
  | {
      readonly streamId: string
      readonly writes: ReadonlyArray<StoredRow>
      readonly expected: StoredRow
    }
  | { readonly done: boolean }
)

/** A sink that sends parts to the main thread. */
interface SendingSink extends Sink {
  readonly end: () => void
}

/** What is sent before a stream ends is kept here too: a long stream may still look at it. */
const sendingSink = (env: Env, job: number, { streamId }: StreamInfo): SendingSink => {
  let writes: Array<StoredRow> = []
  let expected: StoredRow | null = null
  const send = (): void => {
    if (expected === null) return
    parentPort?.postMessage({ job, streamId, writes, expected } satisfies FoldWorkerMessage)
  }
  return {
    add: (more, one) => {
      for (const write of more) writes.push(write)
      expected = one
    },
    size: () => writes.length,
    end: send,
    flush: async () => {
      if (expected === null) return E.right('committed')
      send()
      const committed = await env.index.commit(writes, [])()
      writes = []
      expected = null
      return committed
    }
  }
}

const { home, profile: profileName, strict, isHeard = false } = workerData as FoldWorkerData
const profile = eraOf(profileName, strict)
const tell = (told: FoldWorkerTold): void => parentPort?.postMessage(told)

/** The sink of the process is in the main thread. */
const telling: Telemetry = {
  count: <N extends Counted>(name: N, labels: LabelsOf<N>, value = 1) =>
    tell({ told: 'count', name, labels, value }),
  time: <N extends Timed>(name: N, labels: LabelsOf<N>, value: number) =>
    tell({ told: 'time', name, labels, value }),
  nowMs: () => performance.now()
}
const telemetry = isHeard ? telling : noTelemetry

/** One for all jobs: each looks at the directories once. */
const storeOf = (byFile: boolean): (() => EventStore) =>
  once(() => jsonlStore({ home, profile, strict, byFile }))
const threads = storeOf(false)
const files = storeOf(true)

const foldAll = async ({ job, models: name, infos }: FoldWorkerJob): Promise<boolean> => {
  const models = GROUPS.find((group) => group.name === name)
  if (models === undefined) return false
  const store = models.byFile === true ? files() : threads()
  for (const info of infos) {
    const env: Env = { store, index: memoryIndex(), profile, strict, models, telemetry }
    const sink = sendingSink(env, job, info)
    const folded = await foldStream(env, info, sink)
    if (E.isLeft(folded)) return false
    sink.end()
  }
  return true
}

let last: Promise<unknown> = Promise.resolve()

parentPort?.on('message', (job: FoldWorkerJob) => {
  last = last
    .then(() => foldAll(job))
    .catch(() => false)
    .then((done) => {
      parentPort?.postMessage({ job: job.job, done: done === true } satisfies FoldWorkerMessage)
    })
})
