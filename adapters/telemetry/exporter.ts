/**
 * Sends a meter to a collector now and then, and once more at the end.
 *
 * One message at a time: while one is on its way the next moment is passed over, and what failed is not sent again, because
 * the next message holds all of it. Nothing here can disturb the server.
 */
import { otlpMessage, type OtlpSender } from './otlp-message.ts'
import type { OtlpSettings } from './otlp-settings.ts'
import type { Meter } from './meter.ts'

/** Sends until it is stopped. */
export interface Exporter {
  /** Sends what there is now, unless a message is on its way. */
  readonly send: () => Promise<void>
  /** Sends one last time, waiting two seconds at most for it. */
  readonly stop: () => Promise<void>
}

/** Takes the first failure in a row, for people. */
export type ExporterLog = (line: string) => void

const STOP_MS_MAX = 2000

const reasonOf = (cause: unknown): string => {
  const { cause: inner, message } = cause as Error
  return inner instanceof Error ? `${message}: ${inner.message}` : message
}

const post = async ({ url, headers }: OtlpSettings, body: string, stop: AbortSignal) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
    // Headers may hold credentials, which are for this address alone.
    redirect: 'error',
    signal: stop
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`it answered ${answer.status}`)
}

/** Begins to send. The timer does not keep the process alive. */
export const startExporter = (
  meter: Meter,
  settings: OtlpSettings,
  sender: OtlpSender,
  log: ExporterLog
): Exporter => {
  let isFailing = false
  let running: Promise<void> | null = null
  const attempt = async (timeoutMs: number): Promise<void> => {
    try {
      const body = otlpMessage(meter, sender, Date.now())
      await post(settings, body, AbortSignal.timeout(timeoutMs))
      isFailing = false
      meter.count('telemetry.exports', { outcome: 'sent' })
    } catch (cause) {
      if (!isFailing) log(`metrics cannot be sent to ${settings.url}: ${reasonOf(cause)}`)
      isFailing = true
      meter.count('telemetry.exports', { outcome: 'failed' })
    }
  }
  const send = (timeoutMs: number): Promise<void> =>
    (running ??= attempt(timeoutMs).finally(() => (running = null)))
  const timer = setInterval(() => void send(settings.timeoutMs), settings.intervalMs).unref()
  return {
    send: () => send(settings.timeoutMs),
    stop: async () => {
      clearInterval(timer)
      const enough = AbortSignal.timeout(STOP_MS_MAX)
      const over = new Promise<void>((resolve) =>
        enough.addEventListener('abort', () => resolve(), { once: true })
      )
      const last = async (): Promise<void> => {
        await running
        await send(STOP_MS_MAX)
      }
      await Promise.race([last(), over])
    }
  }
}
