/**
 * Packs events into calls, as full as the server takes them.
 */
import { seal, type Draft } from './draft.ts'
import { eventId } from './event-id.ts'
import type { Call, Planning } from './plan.ts'
import { eventBytes } from './sizes.ts'
import type { ProposedEvent } from './stored.ts'

/** Takes what counts together, and gives calls. */
export interface Packer {
  /** An event may not be larger: its group must have room beside it. */
  readonly eventBytesMax: number
  readonly add: (unit: ReadonlyArray<Draft>) => void
  /** The calls that are full; each is given once. */
  readonly take: () => ReadonlyArray<Call>
  /** The calls that are left. */
  readonly end: () => ReadonlyArray<Call>
}

/** Bytes that the mark of a group adds to an event at most: two revisions, and their names. */
const MARK_BYTES = 64

/** An empty packer. */
export const packer = ({ stream, writer, sha1 }: Planning, callBytesMax: number): Packer => {
  const { nonce } = writer
  const idOf = (parts: ReadonlyArray<string | number>): string =>
    eventId([stream, ...parts, nonce], sha1)
  let full: Array<Call> = []
  let events: Array<ProposedEvent> = []
  let bytes = 0
  let first = 0

  const close = (): void => {
    if (events.length > 0)
      full.push({ expected: first === 0 ? 'no_stream' : first - 1, events, bytes })
    events = []
    bytes = 0
  }
  const put = (draft: Draft, group: Parameters<typeof seal>[2]): void => {
    const event = seal(idOf, draft, group)
    const size = eventBytes(event)
    if (bytes + size > callBytesMax) close()
    if (events.length === 0) first = draft.revision
    events.push(event)
    bytes += size
  }
  const take = (): ReadonlyArray<Call> => {
    const calls = full
    full = []
    return calls
  }
  return {
    eventBytesMax: callBytesMax - MARK_BYTES,
    add: (unit) => {
      const [head, last] = [unit[0], unit[unit.length - 1]]
      if (head === undefined || last === undefined) return
      const size = unit.reduce((sum, one) => sum + one.bytes, 0)
      if (bytes + size > callBytesMax && size <= callBytesMax) close()
      const isOneCall = size <= callBytesMax
      const group = isOneCall ? null : { group: head.revision, until: last.revision }
      for (const draft of unit) put(draft, group)
    },
    take,
    end: () => {
      close()
      return take()
    }
  }
}
