/**
 * What the person wrote, what the model answered, and its plans.
 */
import type { UserContent } from '../../domain/protocol.ts'
import { Fold } from '../parts/fold.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { visible } from '../parts/ansi.ts'
import { counted } from '../text/times.ts'
import { itemKey, type ItemProps } from './context.ts'

const LINES_SHOWN = 40
const LENGTH_SHOWN = 8000

const nameOf = (content: Exclude<UserContent, { readonly type: 'text' }>): string => {
  switch (content.type) {
    case 'image':
    case 'audio':
      return 'fileId' in content ? content.fileId : content.url.slice(0, 40)
    default:
      return 'name' in content ? content.name : content.path
  }
}

const Text = ({ text, name }: { readonly text: string; readonly name: string }) => {
  const lines = text.split('\n')
  if (lines.length <= LINES_SHOWN && text.length <= LENGTH_SHOWN)
    return (
      <div class="prompt-text" dir="auto">
        {visible(text)}
      </div>
    )
  const head = lines.slice(0, LINES_SHOWN).join('\n').slice(0, LENGTH_SHOWN)
  return (
    <>
      <div class="prompt-text" dir="auto">
        {visible(head)}…
      </div>
      <Fold name={name} summary={`Show all ${counted(lines.length, 'line')}`}>
        {() => <div class="prompt-text">{visible(text)}</div>}
      </Fold>
    </>
  )
}

export const UserMessage = ({ item, place }: ItemProps<'userMessage'>) => (
  <div class="prompt">
    {item.content.map((content, at) =>
      content.type === 'text' ? (
        <Text text={content.text} name={`${itemKey(place, item.id)}/${at}`} />
      ) : (
        <div class="attachment" title={nameOf(content)}>
          <span class="tag">{content.type === 'localImage' ? 'image' : content.type}</span>{' '}
          {nameOf(content)}
        </div>
      )
    )}
  </div>
)

export const AgentMessage = ({ item }: ItemProps<'agentMessage'>) => (
  <div class={`answer ${item.phase === 'commentary' ? 'commentary' : ''}`}>
    <Markdown text={item.text} />
  </div>
)

export const Plan = ({ item }: ItemProps<'plan'>) => (
  <div class="plan">
    <span class="tag">plan</span>
    <Markdown text={item.text} />
  </div>
)
