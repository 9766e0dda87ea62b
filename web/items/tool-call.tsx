/**
 * Calls of tools that are neither commands nor patches.
 */
import type { Json } from '../../domain/json.ts'
import { Fold } from '../parts/fold.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { visible } from '../parts/ansi.ts'
import { duration } from '../text/times.ts'
import { itemKey, problemOf, type ItemProps } from './context.ts'

interface CallProps {
  readonly name: string
  readonly title: string
  readonly status: string
  readonly durationMs: number | null
  readonly parts: ReadonlyArray<readonly [label: string, value: Json | undefined]>
}

const isEmpty = (value: Json | undefined): boolean =>
  value === null || value === undefined || value === ''

/** A text that is JSON is shown as such. */
const parsed = (value: Json): Json => {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value) as Json
  } catch {
    return value
  }
}

const Call = ({ name, title, status, durationMs, parts }: CallProps) => {
  const problem = problemOf(status)
  return (
    <Fold
      name={name}
      summary={
        <>
          <span class="tool">{visible(title)}</span>
          {problem === '' ? null : (
            <span class={`badge ${problem === 'running' ? '' : 'bad'}`}>{problem}</span>
          )}
          {durationMs === null ? null : <span class="dim aside">{duration(durationMs)}</span>}
        </>
      }
    >
      {() =>
        parts
          .filter(([, value]) => !isEmpty(value))
          .map(([label, value]) => (
            <section class="part">
              <h4>{label}</h4>
              <JsonTree name={`${name}/${label}`} value={parsed(value ?? null)} />
            </section>
          ))
      }
    </Fold>
  )
}

export const McpToolCall = ({ item, place }: ItemProps<'mcpToolCall'>) => (
  <Call
    name={itemKey(place, item.id)}
    title={`${item.server}.${item.tool}`}
    status={item.status}
    durationMs={item.durationMs}
    parts={[
      ['Arguments', item.arguments],
      ['Result', item.result],
      ['Error', item.error?.message]
    ]}
  />
)

export const DynamicToolCall = ({ item, place }: ItemProps<'dynamicToolCall'>) => (
  <Call
    name={itemKey(place, item.id)}
    title={item.namespace === null ? item.tool : `${item.namespace}.${item.tool}`}
    status={item.success === false ? 'failed' : item.status}
    durationMs={item.durationMs}
    parts={[
      ['Arguments', item.arguments],
      ['Result', item.contentItems]
    ]}
  />
)

export const FunctionCallOutput = ({ item, place }: ItemProps<'functionCallOutput'>) => (
  <Call
    name={itemKey(place, item.id)}
    title={item.namespace === null ? item.name : `${item.namespace}.${item.name}`}
    status="completed"
    durationMs={null}
    parts={[['Output', item.output]]}
  />
)

export const WebSearch = ({ item, place }: ItemProps<'webSearch'>) => (
  <Call
    name={itemKey(place, item.id)}
    title={`Searched the web: ${item.query}`}
    status="completed"
    durationMs={null}
    parts={[
      ['Action', item.action],
      ['Results', item.results]
    ]}
  />
)

export const ImageGeneration = ({ item, place }: ItemProps<'imageGeneration'>) => (
  <Call
    name={itemKey(place, item.id)}
    title={`Made an image: ${item.revisedPrompt ?? ''}`}
    status={item.status}
    durationMs={null}
    parts={[
      ['Prompt', item.revisedPrompt],
      ['Saved at', item.savedPath],
      ['Failure', item.failure]
    ]}
  />
)
