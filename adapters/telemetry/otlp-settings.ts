/**
 * Whether and where metrics are sent, as OpenTelemetry's environment variables say. Nothing is sent unless one of them names
 * an endpoint.
 */
import * as E from 'fp-ts/lib/Either.js'

/** Where metrics go, and how often. */
export interface OtlpSettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly intervalMs: number
  /** How long the collector may take. */
  readonly timeoutMs: number
  /** What describes this process, `service.name` among it. */
  readonly resource: Readonly<Record<string, string>>
}

const PREFIX = 'OTEL_EXPORTER_OTLP_'
const INTERVAL_MS = 60_000
const TIMEOUT_MS = 10_000
/** What a timer of Node can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return text.trim()
  }
}

/** Reads `key=value,key=value`; what has no `=` is passed over. */
export const pairsOf = (text = ''): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=')
      return at < 1 ? [] : [[decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))]]
    })
  )

export const durationOf = (text: string | undefined, otherwiseMs: number): number => {
  const ms = Number(text)
  return text !== undefined && Number.isInteger(ms) && ms > 0
    ? Math.min(ms, TIMER_MS_MAX)
    : otherwiseMs
}

/** Reads the environment: null when nothing is to be sent, `Left` when it asks for what cannot be done. */
export const otlpSettings = (
  env: Readonly<Record<string, string | undefined>>
): E.Either<string, OtlpSettings | null> => {
  /** An empty variable counts as none. */
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name])
  const ofMetrics = (name: string): string | undefined =>
    set(`${PREFIX}METRICS_${name}`) ?? set(PREFIX + name)
  const off = set('OTEL_SDK_DISABLED')?.toLowerCase() === 'true'
  const own = set(`${PREFIX}METRICS_ENDPOINT`)
  const base = set(`${PREFIX}ENDPOINT`)
  const endpoint =
    own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/metrics`)
  if (endpoint === undefined || off || set('OTEL_METRICS_EXPORTER') === 'none') return E.right(null)
  const protocol = ofMetrics('PROTOCOL')
  if (protocol === 'grpc') return E.left('metrics are sent over HTTP only, not over grpc')
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    return E.left(`the endpoint for metrics is no http or https URL: ${endpoint}`)
  return E.right({
    url: endpoint,
    headers: { ...pairsOf(set(`${PREFIX}HEADERS`)), ...pairsOf(set(`${PREFIX}METRICS_HEADERS`)) },
    intervalMs: durationOf(set('OTEL_METRIC_EXPORT_INTERVAL'), INTERVAL_MS),
    timeoutMs: durationOf(ofMetrics('TIMEOUT'), TIMEOUT_MS),
    resource: {
      'service.name': 'unroll',
      ...pairsOf(set('OTEL_RESOURCE_ATTRIBUTES')),
      ...(set('OTEL_SERVICE_NAME') === undefined
        ? {}
        : { 'service.name': set('OTEL_SERVICE_NAME') ?? '' })
    }
  })
}
