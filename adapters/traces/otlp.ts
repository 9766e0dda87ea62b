/**
 * Spans as OTLP 1.x in JSON: `ExportTraceServiceRequest`. Ids are hex, numbers of 64 bits are strings.
 */

export type SpanValue = string | number | boolean | ReadonlyArray<string>

export type SpanAttributes = Readonly<Record<string, SpanValue | null | undefined>>

export interface SpanLink {
  readonly traceId: string
  readonly spanId: string
}

export interface SpanEvent {
  readonly name: string
  readonly atMs: number
  readonly attributes: SpanAttributes
}

export interface TraceSpan {
  readonly traceId: string
  readonly spanId: string
  /** Null for the root of a trace. */
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: 'internal' | 'client'
  readonly startMs: number
  readonly endMs: number
  readonly failed: boolean
  readonly attributes: SpanAttributes
  readonly events: ReadonlyArray<SpanEvent>
  readonly links: ReadonlyArray<SpanLink>
}

/** Who made the spans. */
export interface SpanResource {
  readonly attributes: SpanAttributes
  readonly version: string
}

const KIND = { internal: 1, client: 3 } as const
const ERROR = 2

const nanoseconds = (ms: number): string => `${Math.round(ms)}000000`

const valueOf = (value: SpanValue): object => {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  return { arrayValue: { values: value.map((one) => ({ stringValue: one })) } }
}

/** What is not known is left out. */
const attributesOf = (attributes: SpanAttributes) =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === null || value === undefined ? [] : [{ key, value: valueOf(value) }]
  )

const spanOf = (span: TraceSpan) => ({
  traceId: span.traceId,
  spanId: span.spanId,
  ...(span.parentSpanId === null ? {} : { parentSpanId: span.parentSpanId }),
  name: span.name,
  kind: KIND[span.kind],
  startTimeUnixNano: nanoseconds(span.startMs),
  endTimeUnixNano: nanoseconds(Math.max(span.startMs, span.endMs)),
  attributes: attributesOf(span.attributes),
  ...(span.events.length === 0
    ? {}
    : {
        events: span.events.map(({ name, atMs, attributes }) => ({
          name,
          timeUnixNano: nanoseconds(atMs),
          attributes: attributesOf(attributes)
        }))
      }),
  ...(span.links.length === 0 ? {} : { links: span.links }),
  status: span.failed ? { code: ERROR } : {}
})

const messageOf = ({ attributes, version }: SpanResource, spans: ReadonlyArray<string>): string => {
  const resource = JSON.stringify({ attributes: attributesOf(attributes) })
  const scope = JSON.stringify({ name: 'unroll', version })
  return `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[${spans.join(',')}]}]}]}`
}

/** Spans for a collector: as many as one request should have. */
export interface SpanBatch {
  readonly message: string
  readonly spans: number
}

const SPANS_MAX = 512
const BYTES_MAX = 4 * 1024 * 1024

/** Requests of at most 512 spans and 4 MiB; one that is larger goes alone. */
export async function* batches(
  spans: AsyncIterable<TraceSpan>,
  resource: SpanResource
): AsyncGenerator<SpanBatch> {
  let held: Array<string> = []
  let bytes = 0
  const batch = (): SpanBatch => ({ message: messageOf(resource, held), spans: held.length })
  for await (const span of spans) {
    const text = JSON.stringify(spanOf(span))
    if (held.length > 0 && (held.length === SPANS_MAX || bytes + text.length > BYTES_MAX)) {
      yield batch()
      held = []
      bytes = 0
    }
    held.push(text)
    bytes += Buffer.byteLength(text)
  }
  if (held.length > 0) yield batch()
}
