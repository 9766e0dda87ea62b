/** What some backends want to find besides the conventions. */
import type { SpanAttributes } from './otlp.ts'

export const FLAVORS = ['plain', 'openinference', 'langfuse'] as const
export type Flavor = (typeof FLAVORS)[number]

export type SpanRole = 'agent' | 'model' | 'tool'

/** What was said on both sides of a span; absent without `--content`. */
export interface SpanContent {
  readonly input: string | null
  readonly output: string | null
}

const OPENINFERENCE = { agent: 'AGENT', model: 'LLM', tool: 'TOOL' } as const
const LANGFUSE = { agent: 'agent', model: 'generation', tool: 'tool' } as const

/** Attributes of a flavor, from those of the conventions. */
export const flavored = (
  flavor: Flavor,
  role: SpanRole,
  plain: SpanAttributes,
  content: SpanContent | null
): SpanAttributes => {
  if (flavor === 'plain') return {}
  const said = { 'input.value': content?.input ?? null, 'output.value': content?.output ?? null }
  if (flavor === 'langfuse')
    return {
      'langfuse.observation.type': LANGFUSE[role],
      'langfuse.observation.input': said['input.value'],
      'langfuse.observation.output': said['output.value'],
      ...(role === 'agent' ? { 'langfuse.trace.name': plain['unroll.thread.name'] ?? 'codex' } : {})
    }
  const input = plain['gen_ai.usage.input_tokens']
  const output = plain['gen_ai.usage.output_tokens']
  const total = typeof input === 'number' && typeof output === 'number' ? input + output : null
  return {
    'openinference.span.kind': OPENINFERENCE[role],
    ...said,
    ...(role === 'tool' ? { 'tool.name': plain['gen_ai.tool.name'] } : {}),
    ...(role !== 'model'
      ? {}
      : {
          'llm.model_name': plain['gen_ai.request.model'],
          'llm.cost.total': plain['gen_ai.usage.cost'],
          'llm.token_count.prompt': input,
          'llm.token_count.completion': output,
          'llm.token_count.total': total,
          'llm.token_count.prompt_details.cache_read':
            plain['gen_ai.usage.cache_read.input_tokens'],
          'llm.token_count.completion_details.reasoning':
            plain['gen_ai.usage.reasoning.output_tokens']
        })
  }
}
