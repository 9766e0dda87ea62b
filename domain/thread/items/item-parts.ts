/**
 * Parts of items that look the same whichever event made the item.
 */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { TextElement } from '../../log/payload-parts.ts'
import type { AgentMessage, PatchApplyEnd, UserMessage, WebSearchEnd } from '../../log/payloads.ts'
import type { Profile } from '../../log/profile.ts'
import type { FileUpdate, MemoryCitation, UserContent } from '../../protocol.ts'
import type { TurnItem } from '../../log/turn-item.ts'
import { isBlank } from '../../white-space.ts'

/** Marked stretches of a text, as the wire spells them. */
const textElements = (elements: ReadonlyArray<TextElement> | undefined) =>
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

type Details = UserMessage['image_details']

const inlineImages = (
  urls: ReadonlyArray<string> | null | undefined,
  details: Details,
  profile: Profile
): ReadonlyArray<UserContent> =>
  (urls ?? []).map((url, i) => ({
    type: 'image',
    url,
    ...(profile.members142 ? { detail: details?.[i] ?? null } : {})
  }))

/** Both kinds in the order they were given; null when the order does not name each of them. */
const ordered = <A>(
  order: ReadonlyArray<'inline' | 'file'> | undefined,
  inline: ReadonlyArray<A>,
  files: ReadonlyArray<A>
): ReadonlyArray<A> | null => {
  const rest = { inline: [...inline], file: [...files] }
  const all = (order ?? []).flatMap((kind) => rest[kind].splice(0, 1))
  const isWhole = all.length === order?.length && all.length === inline.length + files.length
  return isWhole ? all : null
}

/** Images of a message; those that are files came with 0.156, and without an order they stand last. */
const images = (e: UserMessage, profile: Profile): ReadonlyArray<UserContent> => {
  const inline = inlineImages(e.images, e.image_details, profile)
  if (!profile.members169) return inline
  const files = (e.file_ids ?? []).map((fileId, i): UserContent => {
    return { type: 'image', fileId, detail: e.file_id_details?.[i] ?? null }
  })
  return ordered(e.image_order, inline, files) ?? [...inline, ...files]
}

/** Sound of a message; references (0.169) stand for all of it, unless an order tells of both kinds. */
const sounds = ({
  audio,
  audio_references,
  audio_order
}: UserMessage): ReadonlyArray<UserContent> => {
  const inline = (audio ?? []).map((url): UserContent => ({ type: 'audio', url }))
  if (!audio_references) return inline
  const references = audio_references.map((reference): UserContent =>
    'file_id' in reference
      ? { type: 'audio', fileId: reference.file_id }
      : { type: 'audio', url: reference.audio_url }
  )
  return ordered(audio_order, inline, references) ?? references
}

const hasNone = (list: ReadonlyArray<unknown> | null | undefined): boolean => !list?.length

/** True for most messages: neither images nor sound. */
const hasTextAlone = (e: UserMessage): boolean =>
  hasNone(e.images) &&
  hasNone(e.local_images) &&
  hasNone(e.file_ids) &&
  hasNone(e.audio) &&
  hasNone(e.audio_references) &&
  hasNone(e.local_audio)

/** The parts of a user message as legacy events hold them: text, images, and from 0.146 on sound. */
export const userEventParts = (e: UserMessage, profile: Profile): ReadonlyArray<UserContent> => {
  const text: ReadonlyArray<UserContent> = isBlank(e.message)
    ? []
    : [{ type: 'text', text: e.message, text_elements: textElements(e.text_elements) }]
  if (hasTextAlone(e)) return text
  const localImages = (e.local_images ?? []).map((path, i): UserContent => ({
    type: 'localImage',
    path,
    ...(profile.members142 ? { detail: e.local_image_details?.[i] ?? null } : {})
  }))
  const heard = profile.members169
    ? [
        ...sounds(e),
        ...(e.local_audio ?? []).map((path): UserContent => ({ type: 'localAudio', path }))
      ]
    : []
  return [...text, ...images(e, profile), ...localImages, ...heard]
}

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

/** The named members of a recorded object, null where one is missing. */
const only = (value: unknown, names: ReadonlyArray<string>): Json =>
  isJsonObject(value) ? Object.fromEntries(names.map((name) => [name, value[name] ?? null])) : null

/** Where in its memories the model found something, without unknown members. */
export const citationOf = (citation: AgentMessage['memory_citation']): MemoryCitation | null =>
  citation === null || citation === undefined
    ? null
    : {
        entries: citation.entries.map((entry) =>
          only(entry, ['path', 'lineStart', 'lineEnd', 'note'])
        ),
        threadIds: citation.rolloutIds
      }

/** Whether an answer was moderated, and what stands in its place. */
export const moderationOf = (moderation: unknown): Json =>
  isJsonObject(moderation)
    ? {
        moderated: moderation['moderated'] ?? null,
        display: only(moderation['display'], [
          'action',
          'blockType',
          'checkTrustedContacts',
          'cyberTrustedAccess'
        ])
      }
    : null

/** Questions beside a message, each with the answers to choose from. */
export const questionsOf = (questions: unknown): Json =>
  Array.isArray(questions) ? questions.map((one) => only(one, ['title', 'options'])) : null

const CONTENT: ReadonlyMap<unknown, string> = new Map([
  ['inputText', 'text'],
  ['inputImage', 'imageUrl'],
  ['inputAudio', 'audioUrl']
])

/** What a tool gave back: texts, pictures and sound. */
export const contentOf = (content: ReadonlyArray<JsonObject> | null | undefined): Json =>
  content?.map((part) => only(part, ['type', CONTENT.get(part['type']) ?? 'text'])) ?? null

/** What an app shows of its call. */
export const appUiOf = (ui: unknown): Json => only(ui, ['resourceUri', 'preferredModelDisplayMode'])

const EXTENSION_ACTIONS: ReadonlyMap<unknown, ReadonlyArray<string>> = new Map([
  ['search', ['query', 'queries']],
  ['openPage', ['url']],
  ['findInPage', ['url', 'pattern']]
])

/** What a search of an extension did. */
export const extensionAction = (action: unknown): Json => {
  if (!isJsonObject(action)) return null
  const names = EXTENSION_ACTIONS.get(action['type'])
  return names === undefined ? { type: 'other' } : only(action, ['type', ...names])
}

/** Why there is no picture; only one reason is known. */
export const failureOf = (failure: unknown): Json =>
  isJsonObject(failure)
    ? {
        type: 'usageLimitExceeded',
        limitId: failure['limitId'] ?? null,
        resetsAt: failure['resetsAt'] ?? null
      }
    : null

/** What a picture was made from; without any the member is left out. */
export const inputImagesOf = (images: unknown): { readonly inputImages?: ReadonlyArray<Json> } =>
  Array.isArray(images) && images.length > 0
    ? { inputImages: images.map((image) => only(image, ['path', 'sha256'])) }
    : {}
