/**
 * `GET /blob/THREAD/TURN/ITEM/N`: the N-th image of an item. It comes out of the rollout; a file of the machine is read only where the
 * person at the server allowed it, and only the one that the item names.
 */
import * as E from 'fp-ts/lib/Either.js'
import { constants } from 'node:fs'
import { open, realpath, type FileHandle } from 'node:fs/promises'
import { isAbsolute, normalize } from 'node:path'
import type { ItemInTurn } from '../../../replay/read/pages/item-page.ts'
import { identified } from '../threads/identity.ts'
import { ask, type Server } from '../threads/server.ts'
import { text, type HttpAnswer } from '../transports/http.ts'
import { HEAD_BYTES, IMAGE_BYTES_MAX, imagesIn, imageTypeOf } from './images.ts'

/** Answers the rest of a path below `/blob/`. */
export type Blobs = (path: string) => Promise<HttpAnswer>

const GONE = text(404, 'there is no such image')
const NO_IMAGE = text(404, 'this is no PNG, JPEG, GIF or WebP')
const LARGE = text(413, 'images of more than 32 MiB are not shown')
const CLOSED = text(403, 'images of this machine are shown with --local-images only')

const shown = (bytes: Uint8Array): HttpAnswer => {
  const contentType = imageTypeOf(bytes)
  if (contentType === null) return NO_IMAGE
  return { status: 200, body: bytes, headers: { 'content-type': contentType } }
}

const decoded = (base64: string): HttpAnswer =>
  (base64.length / 4) * 3 > IMAGE_BYTES_MAX + 2 ? LARGE : shown(Buffer.from(base64, 'base64'))

/** The bytes of an open file, of which the first are looked at before the others are read. */
const imageOf = async (file: FileHandle): Promise<HttpAnswer> => {
  const { size } = await file.stat()
  if (size > IMAGE_BYTES_MAX) return LARGE
  const head = Buffer.alloc(HEAD_BYTES)
  await file.read(head, 0, HEAD_BYTES, 0)
  if (imageTypeOf(head) === null) return NO_IMAGE
  const bytes = Buffer.alloc(size)
  const { bytesRead } = await file.read(bytes, 0, size, 0)
  return shown(bytes.subarray(0, bytesRead))
}

/** A regular file at exactly this path: no link leads there, at its end or on the way. */
const local = async (path: string): Promise<HttpAnswer> => {
  if (!isAbsolute(path) || normalize(path) !== path) return GONE
  let file: FileHandle
  try {
    if ((await realpath(path)) !== path) return GONE
    // A pipe would not open before somebody writes to it.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return GONE
  }
  try {
    const [before, after] = await Promise.all([file.stat(), realpath(path)])
    return before.isFile() && after === path ? await imageOf(file) : GONE
  } catch {
    return GONE
  } finally {
    await file.close()
  }
}

interface AskedImage {
  readonly threadId: string
  readonly turnId: string
  readonly itemId: string
  readonly n: number
}

const askedIn = (path: string): AskedImage | null => {
  let parts: ReadonlyArray<string>
  try {
    parts = path.split('/').map(decodeURIComponent)
  } catch {
    return null
  }
  const [threadId = '', turnId = '', itemId = '', n = ''] = parts
  const isWhole = parts.length === 4 && turnId !== '' && itemId !== '' && /^\d{1,6}$/.test(n)
  return isWhole ? { threadId, turnId, itemId, n: Number(n) } : null
}

const itemOf = async (
  server: Server,
  { threadId, turnId, itemId }: AskedImage
): Promise<ItemInTurn | undefined> => {
  const meant = await identified(server, { threadId })
  if (E.isLeft(meant) || meant.right.thread === null) return undefined
  const { streamId } = meant.right.thread
  const items = await ask({ server }, (engine) => engine.readItems(streamId, turnId, [itemId]))
  return E.isLeft(items) ? undefined : items.right[0]
}

/** The images of a home; `localImages`: also files of this machine that items name. */
export const openBlobs =
  (server: Server, localImages: boolean): Blobs =>
  async (path) => {
    const asked = askedIn(path)
    const found = asked === null ? undefined : await itemOf(server, asked)
    const source = asked === null || found === undefined ? null : imagesIn(found.item)[asked.n]
    if (source === null || source === undefined) return GONE
    if ('base64' in source) return decoded(source.base64)
    return localImages ? local(source.path) : CLOSED
  }
