/**
 * Images that items hold, in the order in which they stand there: parts of messages, parts of what tools answered, what was made or
 * looked at. What an image is, its first bytes tell; never its name, and never what the transcript says of it.
 */
import { isJsonObject, type Json } from '../../../domain/json.ts'
import type { ThreadItem } from '../../../domain/protocol.ts'

/** Where the bytes of an image are; null for one that is elsewhere, which is never fetched. */
export type ImageSource = { readonly base64: string } | { readonly path: string } | null

/** The largest image that is shown, in bytes. */
export const IMAGE_BYTES_MAX = 32 * 1024 * 1024

const DATA_URL = /^data:[^,]{0,200};base64,/i

const inUrl = (url: unknown): ImageSource => {
  const head = typeof url === 'string' ? DATA_URL.exec(url)?.[0] : undefined
  return head === undefined ? null : { base64: (url as string).slice(head.length) }
}

const IMAGE_PARTS: ReadonlySet<unknown> = new Set(['image', 'inputImage', 'input_image'])

/** The images among the parts of an answer. */
const inParts = (parts: Json | undefined): ReadonlyArray<ImageSource> => {
  if (!Array.isArray(parts)) return []
  return (parts as ReadonlyArray<Json>).flatMap((part): ReadonlyArray<ImageSource> => {
    if (!isJsonObject(part) || !IMAGE_PARTS.has(part['type'])) return []
    const { data } = part
    if (typeof data === 'string') return [{ base64: data }]
    return [inUrl(part['imageUrl'] ?? part['image_url'] ?? part['url'])]
  })
}

/** The images of an item. */
export const imagesIn = (item: ThreadItem): ReadonlyArray<ImageSource> => {
  switch (item.type) {
    case 'userMessage':
      return item.content.flatMap((part): ReadonlyArray<ImageSource> => {
        if (part.type === 'image') return [inUrl('url' in part ? part.url : null)]
        return part.type === 'localImage' ? [{ path: part.path }] : []
      })
    case 'mcpToolCall': {
      const { result } = item
      return isJsonObject(result) ? inParts(result['content']) : []
    }
    case 'dynamicToolCall':
      return inParts(item.contentItems)
    case 'functionCallOutput':
      return inParts(item.output)
    case 'imageGeneration':
      if (typeof item.result === 'string' && item.result !== '')
        return [inUrl(item.result) ?? { base64: item.result }]
      return [item.savedPath === undefined ? null : { path: item.savedPath }]
    case 'imageView':
      return [{ path: item.path }]
    default:
      return []
  }
}

/** How many first bytes tell what an image is. */
export const HEAD_BYTES = 12

const begins = (bytes: Uint8Array, text: string, at = 0): boolean =>
  Buffer.from(
    bytes.buffer,
    bytes.byteOffset + at,
    Math.min(text.length, bytes.length - at)
  ).toString('latin1') === text

/** The type of an image by its first bytes; null for what is none of the four that are shown. */
export const imageTypeOf = (bytes: Uint8Array): string | null => {
  if (bytes.length < HEAD_BYTES) return null
  if (begins(bytes, '\x89PNG\r\n\x1a\n')) return 'image/png'
  if (begins(bytes, '\xff\xd8\xff')) return 'image/jpeg'
  if (begins(bytes, 'GIF87a') || begins(bytes, 'GIF89a')) return 'image/gif'
  return begins(bytes, 'RIFF') && begins(bytes, 'WEBP', 8) ? 'image/webp' : null
}
