/**
 * Read receipts: which turns of a thread a client has not seen. Codex 0.169 keeps them in its database and nowhere in
 * the log, so every thread here is as it is there before the first receipt.
 */
import { isJsonObject, type Json } from '../../../domain/json.ts'
import type { Thread } from '../../../domain/protocol.ts'

/** Where what a client has not seen begins. */
export type UnreadPosition =
  | { readonly type: 'turn'; readonly turnId: string }
  | { readonly type: 'threadStart' }

/** What a client of 0.169 is told about one thread; null for one of a sub-agent or of nobody knows whom, which has no receipt. */
export type ReadState = {
  readonly firstUnread: UnreadPosition | null
  readonly revision: string
} | null

const isWithoutPerson = (source: Json): boolean =>
  source === 'unknown' || (isJsonObject(source) && 'subAgent' in source)

/** The receipt of a thread nobody has told anything about. */
export const unread = ({ id, source }: Pick<Thread, 'id' | 'source'>): ReadState =>
  isWithoutPerson(source) ? null : { firstUnread: null, revision: `initial:${id}` }
