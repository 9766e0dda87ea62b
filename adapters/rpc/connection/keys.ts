/**
 * Which requests wait for each other. Codex serves requests with one key in the order they came, and requests with different
 * keys, or none, at the same time.
 */

/** A key, and whether others may hold it at the same time: adjacent shared holders run together. */
export interface Key {
  readonly name: string
  readonly mode: 'exclusive' | 'shared'
}

/** Alone. */
export const exclusive = (name: string): Key => ({ name, mode: 'exclusive' })

/** Together with others that only read. */
export const shared = (name: string): Key => ({ name, mode: 'shared' })

/** Waits for nothing. */
export const noKey = (): null => null

/** One request at a time for a thread. */
export const threadKey = ({ threadId }: { readonly threadId: string }): Key =>
  exclusive(`thread:${threadId}`)

/** The same for a thread that may be named by the path of its rollout instead. */
export const threadOrPathKey = ({
  threadId,
  path
}: {
  readonly threadId: string
  readonly path: string | null
}): Key => (threadId === '' ? exclusive(`path:${path ?? ''}`) : threadKey({ threadId }))

/** The permit to change which threads a list shows: one in a server, taken after the key. */
export const LIST_PERMIT = exclusive('lists')
