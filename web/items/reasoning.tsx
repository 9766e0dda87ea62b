/**
 * What the model thought, as far as it is recorded.
 */
import { Fold } from '../parts/fold.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { itemKey, type ItemProps } from './context.ts'

/** The first heading of the thoughts. */
const headline = (text: string): string =>
  (/\*\*(.+?)\*\*/.exec(text)?.[1] ?? text.split('\n', 1)[0] ?? '').slice(0, 120)

export const Reasoning = ({ item, place }: ItemProps<'reasoning'>) => {
  const texts = [...item.summary, ...item.content]
  if (texts.length === 0) return null
  return (
    <Fold
      name={itemKey(place, item.id)}
      class="quiet"
      summary={
        <>
          <span class="dim">Thought:</span> {headline(texts[0] ?? '')}
        </>
      }
    >
      {() => texts.map((text) => <Markdown text={text} />)}
    </Fold>
  )
}
