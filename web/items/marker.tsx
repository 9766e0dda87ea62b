/**
 * What happened to the thread rather than in it.
 */
import { BlobImage } from '../parts/blob-image.tsx'
import { Fold } from '../parts/fold.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { visible } from '../parts/ansi.ts'
import { threadHref } from '../routes.ts'
import { duration, short } from '../text/times.ts'
import { request } from '../wire/socket.ts'
import type { EventPageAnswer } from '../wire/thread-answers.ts'
import { useEffect, useState } from 'preact/hooks'
import { itemKey, type ItemPlace, type ItemProps } from './context.ts'

interface TokenCountPayload {
  readonly info?: { readonly last_token_usage?: { readonly total_tokens?: number } } | null
}

/** What the context took by the nearest count from a line on. */
const countedFrom = async (
  threadId: string,
  from: number,
  desc: boolean
): Promise<number | null> => {
  const answer = await request<EventPageAnswer>('unroll/events/list', {
    ...{ threadId, from, desc, kinds: ['token_count'], limit: 1 }
  })
  const payload = answer.ok ? answer.value.data[0]?.line?.payload : undefined
  return (payload as TokenCountPayload | undefined)?.info?.last_token_usage?.total_tokens ?? null
}

/** Tokens before and after a compaction; null until, or where, they are not known. */
const useSizes = ({ item, place }: ItemProps<'contextCompaction'>) => {
  const [sizes, setSizes] = useState<readonly [number, number] | null>(null)
  const { threadId, turnId } = place
  useEffect(() => {
    let isWanted = true
    const read = async (): Promise<void> => {
      const lines = await request<EventPageAnswer>('unroll/events/list', {
        threadId,
        item: { turnId, itemId: item.id }
      })
      const revision = lines.ok ? lines.value.data[0]?.revision : undefined
      if (revision === undefined) return
      const before = await countedFrom(threadId, revision, true)
      const after = await countedFrom(threadId, revision + 1, false)
      if (isWanted && before !== null && after !== null) setSizes([before, after])
    }
    void read()
    return () => {
      isWanted = false
    }
  }, [threadId, turnId, item.id])
  return sizes
}

export const Compaction = (props: ItemProps<'contextCompaction'>) => {
  const sizes = useSizes(props)
  const { threadId, turnId } = props.place
  return (
    <div class="rule">
      <span>
        context compacted
        {sizes === null ? '' : `, ${short(sizes[0])} → ${short(sizes[1])} tokens`}{' '}
        <a href={threadHref(threadId, { view: 'context', at: { turnId } })}>what the model kept</a>
      </span>
    </div>
  )
}

export const ReviewBegins = ({ item }: ItemProps<'enteredReviewMode'>) => (
  <div class="rule review">
    <span>review begins: {visible(item.review)}</span>
  </div>
)

export const ReviewEnds = ({ item }: ItemProps<'exitedReviewMode'>) => (
  <div class="review-result">
    <div class="rule review">
      <span>review ends</span>
    </div>
    <Markdown text={item.review} />
  </div>
)

export const Sleep = ({ item }: ItemProps<'sleep'>) => (
  <div class="dim one-line">waited {duration(item.durationMs)}</div>
)

export const ImageView = ({ item, place: { threadId, turnId } }: ItemProps<'imageView'>) => (
  <div class="one-line">
    <span class="tag">image</span> looked at <span class="path">{visible(item.path)}</span>{' '}
    <BlobImage place={{ threadId, turnId, itemId: item.id, n: 0 }} name="it" onDemand />
  </div>
)

export const HookPrompt = ({ item, place }: ItemProps<'hookPrompt'>) => (
  <Fold
    name={itemKey(place, item.id)}
    class="quiet"
    summary={<span class="dim">A hook added text</span>}
  >
    {() => item.fragments.map(({ text }) => <Markdown text={text} />)}
  </Fold>
)

/** An item of a type that this page does not know. */
export const Unknown = ({
  item,
  place
}: {
  readonly item: { readonly id: string; readonly type: string }
  readonly place: ItemPlace
}) => (
  <Fold
    name={itemKey(place, item.id)}
    class="quiet"
    summary={<span class="dim">{visible(item.type)}</span>}
  >
    {() => <JsonTree name={itemKey(place, item.id)} value={item} />}
  </Fold>
)
