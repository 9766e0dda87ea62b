/**
 * Read receipts: which turns of a thread a client has not seen. Codex 0.169 keeps them in its database and nowhere in
 * the log, so every thread here is as it is there before the first receipt.
 */

/** What a client of 0.169 is told about one thread. */
export interface ReadState {
  readonly firstUnread: null
  readonly revision: string
}

/** The receipt of a thread nobody has told anything about. */
export const unread = (threadId: string): ReadState => ({
  firstUnread: null,
  revision: `initial:${threadId}`
})
