/**
 * Names of things: branded strings, so that a turn id cannot be passed where a thread id is wanted.
 */

/** One thread = one stream of events. In a Codex home it is the UUID at the end of the rollout's file name, lowercase. */
export type StreamId = string & { readonly __brand: 'StreamId' }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** True for a lowercase hyphenated UUID of any version, the only form Codex writes. */
export const isUuid = (text: string): boolean => UUID.test(text)

/** Trusts that `text` names a stream; callers check the form where it comes from outside. */
export const streamId = (text: string): StreamId => text as StreamId

const SEGMENT = /[0-9a-f]{12}_[0-9a-f-]{36}\.jsonl(\.zst)?$/

/** True for the path of a rollout that goes on where another one of its thread was left (0.143 on). */
export const isSegmentPath = (path: string): boolean => SEGMENT.test(path)
