/**
 * What becomes of the numbers of a server process: a page, and messages to a collector when the environment names one.
 */
import * as E from 'fp-ts/lib/Either.js'
import { randomUUID } from 'node:crypto'
import type { ExporterLog } from './exporter.ts'
import type { Meter } from './meter.ts'
import { otlpSettings } from './otlp-settings.ts'
import { CONTENT_TYPE, prometheusText } from './prometheus.ts'

/** The pages of a server that show a meter: to this machine only, and to whom the server would serve. */
export const metricsPages = (meter: Meter) =>
  ({
    '/metrics': {
      contentType: CONTENT_TYPE,
      loopbackOnly: true,
      needsAuth: true,
      body: () => prometheusText(meter)
    }
  }) as const

/**
 * Begins to send where the environment says so, and logs settings it cannot follow. The returned function sends what is left,
 * within two seconds.
 */
export const startExport = (
  meter: Meter,
  env: Readonly<Record<string, string | undefined>>,
  version: string,
  log: ExporterLog
): (() => Promise<void>) => {
  const settings = otlpSettings(env)
  if (E.isLeft(settings)) log(settings.left)
  if (E.isLeft(settings) || settings.right === null) return () => Promise.resolve()
  const to = settings.right
  const identity = { 'service.version': version, 'service.instance.id': randomUUID() }
  const sender = { resource: { ...identity, ...to.resource }, version, startedAtMs: Date.now() }
  const exporter = import('./exporter.ts').then(({ startExporter }) =>
    startExporter(meter, to, sender, log)
  )
  return async () => (await exporter).stop()
}
