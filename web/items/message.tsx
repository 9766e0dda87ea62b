/**
 * What the person wrote, what the model answered, and its plans.
 */
import type { Json } from '../../domain/json.ts'
import type { MemoryCitation, UserContent } from '../../domain/protocol.ts'
import { BlobImage } from '../parts/blob-image.tsx'
import { Markdown } from '../parts/markdown.tsx'
import { visible } from '../parts/ansi.ts'
import { threadHref } from '../routes.ts'
import { isOpen, setOpen } from '../state/folds.ts'
import { counted } from '../text/times.ts'
import { itemKey, type ItemProps } from './context.ts'

const LINES_SHOWN = 40
const LENGTH_SHOWN = 8000
/** No more than this is put into the page in one piece. */
const LENGTH_MAX = 256 * 1024

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
  const open = isOpen(name, false)
  const head = lines.slice(0, LINES_SHOWN).join('\n').slice(0, LENGTH_SHOWN)
  return (
    <>
      <div class="prompt-text" dir="auto">
        {visible(open ? text.slice(0, LENGTH_MAX) : `${head}…`)}
      </div>
      <button type="button" class="more" aria-expanded={open} onClick={() => setOpen(name, !open)}>
        {open ? 'Show less' : `Show all ${counted(lines.length, 'line')}`}
      </button>
    </>
  )
}

/** How many parts before this one are images: the number that its image has. */
const imageNumber = (content: ReadonlyArray<UserContent>, at: number): number =>
  content.slice(0, at).filter(({ type }) => type === 'image' || type === 'localImage').length

const Attachment = ({ item, place, at }: ItemProps<'userMessage'> & { readonly at: number }) => {
  const part = item.content[at]
  if (part === undefined || part.type === 'text') return null
  const name = nameOf(part)
  const isData = part.type === 'image' && 'url' in part && part.url.startsWith('data:')
  if (isData || part.type === 'localImage') {
    const { threadId, turnId } = place
    const n = imageNumber(item.content, at)
    return (
      <BlobImage
        place={{ threadId, turnId, itemId: item.id, n }}
        name={isData ? `image ${n + 1} of the message` : name}
        onDemand={!isData}
      />
    )
  }
  return (
    <div class="attachment" title={name}>
      <span class="tag">{part.type}</span> {visible(name)}
    </div>
  )
}

export const UserMessage = ({ item, place }: ItemProps<'userMessage'>) => {
  const others = item.content.flatMap(({ type }, at) => (type === 'text' ? [] : [at]))
  return (
    <div class="prompt">
      {item.content.map((content, at) =>
        content.type === 'text' ? (
          <Text text={content.text} name={`${itemKey(place, item.id)}/${at}`} />
        ) : null
      )}
      {others.length === 0 ? null : (
        <div class="thumbs">
          {others.map((at) => (
            <Attachment item={item} place={place} at={at} />
          ))}
        </div>
      )}
    </div>
  )
}

const entryText = (entry: Json): string =>
  typeof entry === 'string' ? entry : JSON.stringify(entry).slice(0, 300)

/** What the model named as its sources. */
const Citations = ({ cited }: { readonly cited: MemoryCitation }) =>
  cited.entries.length + cited.threadIds.length === 0 ? null : (
    <ul class="citations" aria-label="sources">
      {cited.entries.map((entry) => (
        <li dir="auto">{visible(entryText(entry))}</li>
      ))}
      {cited.threadIds.map((id) => (
        <li>
          thread <a href={threadHref(id)}>{id.slice(0, 13)}</a>
        </li>
      ))}
    </ul>
  )

export const AgentMessage = ({ item }: ItemProps<'agentMessage'>) => (
  <div class={`answer ${item.phase === 'commentary' ? 'commentary' : ''}`}>
    {item.phase === null ? null : <span class="visually-hidden">{visible(item.phase)}: </span>}
    <Markdown text={item.text} />
    {item.memoryCitation === null ? null : <Citations cited={item.memoryCitation} />}
  </div>
)

/** `3 of 5 done`; null for a plan without boxes. */
export const planProgress = (text: string): string | null => {
  const boxes = [...text.matchAll(/^\s*(?:[-*+]|\d+[.)]) \[([ xX])\]/gm)]
  const done = boxes.filter(([, box]) => box !== ' ').length
  return boxes.length === 0 ? null : `${done} of ${boxes.length} done`
}

export const Plan = ({ item }: ItemProps<'plan'>) => {
  const progress = planProgress(item.text)
  return (
    <div class="plan">
      <span class="tag">plan</span>
      {progress === null ? null : <span class="plan-head"> {progress}</span>}
      <Markdown text={item.text} />
    </div>
  )
}
