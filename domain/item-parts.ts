/**
 * Parts of items that look the same whichever event made the item.
 */
import type { Json } from './json.ts'
import type { PatchApplyEnd, WebSearchEnd } from './payloads.ts'
import type { FileUpdate, UserContent } from './protocol.ts'
import type { TurnItem } from './turn-item.ts'

interface TextElement {
  readonly byte_range: { readonly start: number; readonly end: number }
  readonly placeholder?: string | null | undefined
}

/** Marked stretches of a text, as the wire spells them. */
export const textElements = (elements: ReadonlyArray<TextElement> | undefined) =>
  (elements ?? []).map(({ byte_range, placeholder }) => ({
    byteRange: { start: byte_range.start, end: byte_range.end },
    placeholder: placeholder ?? null
  }))

const byCodePoint = (a: string, b: string): number => {
  const left = [...a]
  const right = [...b]
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0)
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** The files of a patch, in the order of their paths. */
export const fileUpdates = (
  changes: NonNullable<PatchApplyEnd['changes']>
): ReadonlyArray<FileUpdate> =>
  Object.keys(changes)
    .sort(byCodePoint)
    .flatMap((path): ReadonlyArray<FileUpdate> => {
      const change = changes[path]
      if (change === undefined) return []
      if (change.type !== 'update')
        return [{ path, kind: { type: change.type }, diff: change.content }]
      const moved = change.move_path ?? null
      const diff =
        moved === null ? change.unified_diff : `${change.unified_diff}\n\nMoved to: ${moved}`
      return [{ path, kind: { type: 'update', move_path: moved }, diff }]
    })

/** What a web search did, as the wire spells it. */
export const webAction = (action: WebSearchEnd['action']): Json => {
  const a = action as Record<string, Json | undefined>
  switch (action.type) {
    case 'search':
      return { type: 'search', query: a['query'] ?? null, queries: a['queries'] ?? null }
    case 'open_page':
      return { type: 'openPage', url: a['url'] ?? null }
    case 'find_in_page':
      return { type: 'findInPage', url: a['url'] ?? null, pattern: a['pattern'] ?? null }
    default:
      return { type: 'other' }
  }
}

type UserInput = Extract<TurnItem, { readonly type: 'UserMessage' }>['content'][number]

const plainText = (value: unknown): string => (typeof value === 'string' ? value : '')

const urlOrFile = (input: Readonly<Record<string, unknown>>, url: string) =>
  typeof input['file_id'] === 'string'
    ? { fileId: input['file_id'] }
    : { url: plainText(input[url]) }

/** The parts of a user message as `item_completed` holds them, in their order. */
export const userParts = (content: ReadonlyArray<UserInput>): ReadonlyArray<UserContent> =>
  content.flatMap((input): ReadonlyArray<UserContent> => {
    const raw = input as Readonly<Record<string, unknown>>
    const detail = (raw['detail'] ?? null) as string | null
    const path = plainText(raw['path'])
    const name = plainText(raw['name'])
    switch (input.type) {
      case 'text': {
        const { text, text_elements } = input as {
          readonly text: string
          readonly text_elements?: ReadonlyArray<TextElement>
        }
        return [{ type: 'text', text, text_elements: textElements(text_elements) }]
      }
      case 'image':
        return [{ type: 'image', ...urlOrFile(raw, 'image_url'), detail }]
      case 'local_image':
        return [{ type: 'localImage', detail, path }]
      case 'audio':
        return [{ type: 'audio', ...urlOrFile(raw, 'audio_url') }]
      case 'local_audio':
        return [{ type: 'localAudio', path }]
      case 'skill':
      case 'mention':
        return [{ type: input.type, name, path }]
      default:
        return []
    }
  })
