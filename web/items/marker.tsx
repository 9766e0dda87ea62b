/**
 * What happened to the thread rather than in it.
 */
import { Fold } from '../parts/fold.tsx'
import { JsonTree } from '../parts/json-tree.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { visible } from '../parts/ansi.ts'
import { duration } from '../text/times.ts'
import { itemKey, type ItemPlace, type ItemProps } from './context.ts'

export const Compaction = () => (
  <div class="rule">
    <span>context compacted</span>
  </div>
)

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

export const ImageView = ({ item }: ItemProps<'imageView'>) => (
  <div class="one-line">
    <span class="tag">image</span> looked at <span class="path">{visible(item.path)}</span>
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
