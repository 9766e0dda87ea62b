/**
 * What a store tells, a line of JSON each: where it is, and what it says.
 */
import { threadOfStream } from '../../eventstore/stream/names.ts'
import type { Joined, JoinedBytes } from '../../eventstore/stream/join.ts'
import type { StorePosition } from '../../eventstore/stream/stored.ts'
import { safeJson } from './text.ts'

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}

/** Bytes of a line: as the event they are, else in base64; neither where they are too many to be held. */
const contentOf = ({ data }: JoinedBytes): object => {
  if (data === null) return { event: null }
  const event = data.json ?? parsed(data.bytes)
  return typeof event === 'object' && event !== null
    ? { event }
    : { raw: Buffer.from(data.bytes ?? '').toString('base64') }
}

const saidBy = (joined: Joined): object => {
  if (joined.what === 'fact') return { type: joined.type, data: joined.data }
  const { segment, line, offset, bytes } = joined.metadata
  return { type: joined.kind, segment, line, offset, bytes, ...contentOf(joined) }
}

/** One line of text, newline included; `position` is where it came to count. */
export const toldLine = (joined: Joined, position: StorePosition): string => {
  const { stream, revision, createdAtMs } = joined
  const { commit, prepare } = position
  const place = { position: { commit, prepare }, stream, revision }
  const thread = threadOfStream(stream)
  const at = new Date(createdAtMs).toISOString()
  return `${safeJson(JSON.stringify({ ...place, thread, at, ...saidBy(joined) }))}\n`
}

/** Type of what was told, as it is chosen by. */
export const typeOf = (joined: Joined): string =>
  joined.what === 'fact' ? joined.type : joined.kind

/** Chooses by a list of types, of which one may end with `*`; everything where there is no list. */
export const chosenBy = (list: string | undefined): ((joined: Joined) => boolean) => {
  if (list === undefined) return () => true
  const wanted = list.split(',').map((type) => type.trim())
  return (joined) => {
    const type = typeOf(joined)
    return wanted.some((one) =>
      one.endsWith('*') ? type.startsWith(one.slice(0, -1)) : type === one
    )
  }
}
