/**
 * Sending spans to a collector over OTLP/HTTP in JSON. Nothing is sent unless the environment names an endpoint.
 */
import * as E from 'fp-ts/lib/Either.js'
import { gzipSync } from 'node:zlib'
import { durationOf, pairsOf } from '../telemetry/otlp-settings.ts'
import type { SpanBatch } from './otlp.ts'

export interface TraceTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly gzip: boolean
}

const PREFIX = 'OTEL_EXPORTER_OTLP_'
const TIMEOUT_MS = 10_000

/** Where traces go; `Left` says why they go nowhere. */
export const traceTarget = (env: NodeJS.ProcessEnv): E.Either<string, TraceTarget> => {
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const ofTraces = (name: string): string | undefined =>
    set(`${PREFIX}TRACES_${name}`) ?? set(PREFIX + name)
  const base = set(`${PREFIX}ENDPOINT`)
  const url =
    set(`${PREFIX}TRACES_ENDPOINT`) ??
    (base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`)
  if (url === undefined) return E.left('no endpoint is named')
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return E.left(`the endpoint for traces is no http or https URL: ${url}`)
  if (ofTraces('PROTOCOL') === 'grpc') return E.left('traces are sent over HTTP, not over grpc')
  return E.right({
    url,
    headers: { ...pairsOf(set(`${PREFIX}HEADERS`)), ...pairsOf(set(`${PREFIX}TRACES_HEADERS`)) },
    timeoutMs: durationOf(ofTraces('TIMEOUT'), TIMEOUT_MS),
    gzip: ofTraces('COMPRESSION') === 'gzip'
  })
}

const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504])
const TRIES = 5
const WAIT_MS = 1000
const WAIT_MS_MAX = 30_000
const WORDS_MAX = 500

/** How long a collector wants to be left alone, in seconds or until a time. */
const waitOf = (answer: Response, attempt: number, nowMs: number): number => {
  const header = answer.headers.get('retry-after')
  const seconds = Number(header ?? Number.NaN)
  const asked = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header ?? '') - nowMs
  const wanted = Number.isFinite(asked) ? asked : WAIT_MS * 2 ** attempt
  return Math.min(WAIT_MS_MAX, Math.max(0, wanted))
}

/** What a collector did not take, in its own words; null where it took everything. */
const rejection = (text: string): string | null => {
  try {
    const { partialSuccess: partial } = JSON.parse(text) as {
      readonly partialSuccess?: {
        readonly rejectedSpans?: string | number
        readonly errorMessage?: string
      }
    }
    const rejected = Number(partial?.rejectedSpans ?? 0)
    return rejected > 0 ? `${rejected} spans were refused: ${partial?.errorMessage ?? ''}` : null
  } catch {
    return null
  }
}

export interface SendTools {
  readonly sleep: (ms: number, stop: AbortSignal) => Promise<void>
  readonly nowMs: () => number
  readonly stop: AbortSignal
}

/** Sends one batch, again where the collector is busy; `Left` is what went wrong. */
export const sendBatch = async (
  { message }: SpanBatch,
  { url, headers, timeoutMs, gzip }: TraceTarget,
  { sleep, nowMs, stop }: SendTools
): Promise<E.Either<string, void>> => {
  const body = gzip ? gzipSync(message) : message
  const encoding = gzip ? { 'content-encoding': 'gzip' } : {}
  for (let attempt = 0; ; attempt += 1) {
    let answer: Response
    try {
      answer = await fetch(url, {
        method: 'POST',
        headers: { ...headers, ...encoding, 'content-type': 'application/json' },
        body,
        redirect: 'error',
        signal: AbortSignal.any([stop, AbortSignal.timeout(timeoutMs)])
      })
    } catch (thrown) {
      const { message: why, cause } = thrown as Error
      return E.left(cause instanceof Error ? cause.message : why)
    }
    const text = (await answer.text()).slice(0, WORDS_MAX * 10)
    if (answer.ok) {
      const refused = rejection(text)
      return refused === null ? E.right(undefined) : E.left(refused.slice(0, WORDS_MAX))
    }
    if (!RETRIED.has(answer.status) || attempt === TRIES)
      return E.left(`the collector answered ${answer.status} ${text.slice(0, WORDS_MAX)}`.trim())
    await sleep(waitOf(answer, attempt, nowMs()), stop)
  }
}
