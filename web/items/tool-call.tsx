/**
 * Calls of tools that are neither commands nor patches.
 */
import type { Json } from '../../domain/json.ts'
import type { ThreadItem } from '../../domain/protocol.ts'
import { BlobImage } from '../parts/blob-image.tsx'
import { Fold } from '../parts/fold.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { visible } from '../parts/ansi.ts'
import { duration } from '../text/times.ts'
import { itemKey, problemOf, type ItemPlace, type ItemProps } from './context.ts'

interface CallProps {
  readonly name: string
  readonly title: string
  readonly status: string
  readonly durationMs: number | null
  readonly parts: ReadonlyArray<readonly [label: string, value: Json | undefined]>
  /** Parts of its result, of which images are shown as such. */
  readonly images?: {
    readonly item: ThreadItem
    readonly place: ItemPlace
    readonly in: Json | undefined
  }
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

const IMAGE_TYPES: ReadonlySet<unknown> = new Set(['image', 'inputImage', 'input_image'])

/** How many parts are images. */
const imagesIn = (parts: Json | undefined): number =>
  Array.isArray(parts)
    ? (parts as ReadonlyArray<Json>).filter(
        (part) =>
          typeof part === 'object' &&
          part !== null &&
          !Array.isArray(part) &&
          IMAGE_TYPES.has((part as { readonly [key: string]: Json })['type'])
      ).length
    : 0

const Images = ({ item, place, in: parts }: NonNullable<CallProps['images']>) => {
  const number = imagesIn(parts)
  const { threadId, turnId } = place
  return number === 0 ? null : (
    <div class="thumbs">
      {Array.from({ length: number }, (_, n) => (
        <BlobImage
          place={{ threadId, turnId, itemId: item.id, n }}
          name={`image ${n + 1} of the result`}
        />
      ))}
    </div>
  )
}

const Call = ({ name, title, status, durationMs, parts, images }: CallProps) => {
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
      {() => (
        <>
          {images === undefined ? null : <Images {...images} />}
          {parts
            .filter(([, value]) => !isEmpty(value))
            .map(([label, value]) => (
              <section class="part">
                <h4>{label}</h4>
                <JsonTree name={`${name}/${label}`} value={parsed(value ?? null)} />
              </section>
            ))}
        </>
      )}
    </Fold>
  )
}

const memberOf = (value: Json, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined

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
    images={{ item, place, in: memberOf(item.result, 'content') }}
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
    images={{ item, place, in: item.contentItems }}
  />
)

export const FunctionCallOutput = ({ item, place }: ItemProps<'functionCallOutput'>) => (
  <Call
    name={itemKey(place, item.id)}
    title={item.namespace === null ? item.name : `${item.namespace}.${item.name}`}
    status="completed"
    durationMs={null}
    parts={[['Output', item.output]]}
    images={{ item, place, in: item.output }}
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

/** What was made is shown by itself; a file of the machine when somebody asks for it. */
export const ImageGeneration = ({ item, place }: ItemProps<'imageGeneration'>) => {
  const isHere = typeof item.result === 'string' && item.result !== ''
  const { threadId, turnId } = place
  return (
    <div class="made-image">
      {isHere || item.savedPath !== undefined ? (
        <BlobImage
          place={{ threadId, turnId, itemId: item.id, n: 0 }}
          name={item.revisedPrompt ?? item.savedPath ?? 'image'}
          onDemand={!isHere}
        />
      ) : null}
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
    </div>
  )
}
