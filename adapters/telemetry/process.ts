/**
 * The telemetry of a server process: one meter, and an exporter when the environment names a collector.
 */
import * as E from 'fp-ts/lib/Either.js'
import { randomUUID } from 'node:crypto'
import { createMeter, type Meter } from './meter.ts'
import { otlpSettings } from './otlp-settings.ts'

/** What a process is made of, as far as its numbers go. */
export interface ProcessTelemetry {
  readonly meter: Meter
  /** Sends what is left, within two seconds. */
  readonly stop: () => Promise<void>
}

/** Begins to count, and to send where the environment says so; `log` is for the person at the server. */
export const startTelemetry = (
  env: Readonly<Record<string, string | undefined>>,
  version: string,
  log: (line: string) => void
): ProcessTelemetry => {
  const meter = createMeter()
  const settings = otlpSettings(env)
  if (E.isLeft(settings)) log(settings.left)
  if (E.isLeft(settings) || settings.right === null) return { meter, stop: () => Promise.resolve() }
  const to = settings.right
  const identity = { 'service.version': version, 'service.instance.id': randomUUID() }
  const sender = { resource: { ...identity, ...to.resource }, version, startedAtMs: Date.now() }
  const exporter = import('./exporter.ts').then(({ startExporter }) =>
    startExporter(meter, to, sender, log)
  )
  return { meter, stop: async () => (await exporter).stop() }
}
