/**
 * OpenTelemetry's conventions for generative AI, which are still in development: the versions whose names traces can have.
 */
import type { SpanAttributes } from './otlp.ts'

/** The first is the default. Backends of before the change of 1.37 read the second. */
export const SEMCONVS = ['1.41.1', '1.36.0'] as const
export type Semconv = (typeof SEMCONVS)[number]

/** The state of the conventions that traces follow by default. */
export const CONVENTIONS = `gen_ai ${SEMCONVS[0]}`

/** What a version calls otherwise; null: it has no name for it. */
const RENAMED: Readonly<Record<Semconv, Readonly<Record<string, string | null>>>> = {
  '1.41.1': {},
  '1.36.0': {
    'gen_ai.provider.name': 'gen_ai.system',
    'gen_ai.agent.version': null,
    'gen_ai.usage.cache_read.input_tokens': 'unroll.usage.cached_input_tokens',
    'gen_ai.usage.reasoning.output_tokens': 'unroll.usage.reasoning_output_tokens'
  }
}

/** Attributes by the names of a version. */
export const spelled = (version: Semconv, attributes: SpanAttributes): SpanAttributes => {
  const renamed = RENAMED[version]
  const all: Record<string, SpanAttributes[string]> = { 'unroll.semconv': version }
  for (const [name, value] of Object.entries(attributes)) {
    const own = name in renamed ? renamed[name] : name
    if (typeof own === 'string') all[own] = value
  }
  return all
}
