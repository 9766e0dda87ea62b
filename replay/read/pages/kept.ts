/**
 * Pages of turns that were asked for twice, kept in memory for the next time. A thread whose checkpoint is the same has the same
 * rows over the same bytes, so the checkpoint is part of the name of a page, and nothing has to be thrown away when a
 * thread changes: its old pages are not asked for again, and go as the least recently used.
 */
import * as E from 'fp-ts/lib/Either.js'
import { jsonBytes } from '../../../domain/thread/budget/json-size.ts'
import type { Turn } from '../../../domain/protocol.ts'
import { checkpointOf, type Env } from '../../catch-up/project.ts'
import type { StreamInfo } from '../../ports.ts'
import type { Result } from '../../result.ts'

export interface TurnData {
  readonly data: ReadonlyArray<Turn>
}

/** Answers with the kept page of this name, or makes it. Callers must not change it. */
export type Keep = <A extends TurnData>(
  info: StreamInfo,
  name: ReadonlyArray<unknown>,
  make: () => Promise<Result<A>>
) => Promise<Result<A>>

/** Of a page there are its values, which take about twice what they take as JSON, and perhaps its JSON. */
const MEMORY_PER_JSON_BYTE = 3
/** No page takes more than such a part of the memory. */
const PAGES_MIN = 8
const NAMES_MAX = 1024

export const keepNothing: Keep = (_info, _name, make) => make()

/** Memory a page takes, in bytes; infinite when it is more than allowed. */
const memoryOf = ({ data }: TurnData, bytesMax: number): number => {
  let bytes = 0
  for (const turn of data) {
    bytes += jsonBytes(turn) * MEMORY_PER_JSON_BYTE
    if (bytes > bytesMax) return Infinity
  }
  return bytes
}

/** A name that was asked for, and its page once it is kept. */
interface KeptPage {
  readonly page: TurnData | null
  /** Infinite when the page is too large to be kept. */
  readonly bytes: number
}

/** Keeps pages in at most this many bytes. A page is kept when it is asked for the second time: a walk through a thread fills nothing. */
export const keepPages = (env: Env, bytesMax: number): Keep => {
  const names = new Map<string, KeptPage>()
  let bytes = 0
  const forget = (name: string, { page, bytes: freed }: KeptPage): void => {
    names.delete(name)
    if (page !== null) bytes -= freed
  }
  const note = (name: string, asked: KeptPage): void => {
    const before = names.get(name)
    if (before !== undefined) forget(name, before)
    names.set(name, asked)
    if (asked.page !== null) bytes += asked.bytes
    for (const [oldest, one] of names) {
      if (bytes <= bytesMax && names.size <= NAMES_MAX) break
      forget(oldest, one)
    }
  }
  const nameOf = (info: StreamInfo, name: ReadonlyArray<unknown>): string =>
    JSON.stringify([info.streamId, checkpointOf(env, info.streamId), ...name])
  return async <A extends TurnData>(
    info: StreamInfo,
    what: ReadonlyArray<unknown>,
    make: () => Promise<Result<A>>
  ) => {
    const name = nameOf(info, what)
    const known = names.get(name)
    if (known !== undefined && known.page !== null) {
      note(name, known)
      return E.right(known.page as A)
    }
    const made = await make()
    if (E.isLeft(made)) return made
    // Another process may have moved the checkpoint before the rows were read.
    if (known === undefined || known.bytes === Infinity || nameOf(info, what) !== name)
      note(name, known ?? { page: null, bytes: 0 })
    else {
      const size = memoryOf(made.right, bytesMax / PAGES_MIN)
      note(name, { page: size === Infinity ? null : made.right, bytes: size })
    }
    return made
  }
}
