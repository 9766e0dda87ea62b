/**
 * The port through which the engine and its adapters tell what they do, in numbers: one sink per process, given to all.
 *
 * It must never fail and never wait. Nothing is emitted per line: a fold adds up and emits once.
 */
import type { Counted, LabelsOf, Timed } from './metrics.ts'

export interface Telemetry {
  readonly count: <N extends Counted>(name: N, labels: LabelsOf<N>, by?: number) => void
  readonly time: <N extends Timed>(name: N, labels: LabelsOf<N>, durationMs: number) => void
  /** A clock that only goes forward, in milliseconds; only differences mean something. */
  readonly nowMs: () => number
}

export const noTelemetry: Telemetry = {
  count: () => undefined,
  time: () => undefined,
  nowMs: () => 0
}

/** Starts a stopwatch; the answer stops it and emits the time under the labels known by then. */
export const stopwatch = <N extends Timed>(
  telemetry: Telemetry,
  name: N
): ((labels: LabelsOf<N>) => void) => {
  const startMs = telemetry.nowMs()
  return (labels) => telemetry.time(name, labels, telemetry.nowMs() - startMs)
}
