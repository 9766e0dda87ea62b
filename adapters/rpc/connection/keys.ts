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

/** The same where naming a thread is up to the client. */
export const optionalThreadKey = ({ threadId }: { readonly threadId?: unknown }): Key | null =>
  typeof threadId === 'string' ? threadKey({ threadId }) : null

/** The same for a thread that may be named by the path of its rollout instead. */
export const threadOrPathKey = ({
  threadId,
  path
}: {
  readonly threadId: string
  readonly path: string | null
}): Key => (threadId === '' ? exclusive(`path:${path ?? ''}`) : threadKey({ threadId }))

/** A key that all requests of a method have in common. */
export const always = (key: Key) => (): Key => key

/** One request at a time for whatever a member of the parameters names. */
export const memberKey =
  (kind: string, member: string) =>
  (params: Readonly<Record<string, unknown>>): Key =>
    exclusive(`${kind}:${String(params[member])}`)

/** Reads of the configuration, which may run together. */
export const readsConfig = always(shared('config'))

/** Whatever else concerns the configuration. */
export const config = always(exclusive('config'))

/** Whatever concerns the account. */
export const accountAuth = always(exclusive('account-auth'))

/** Whatever concerns the MCP servers. */
export const mcpRegistry = always(exclusive('mcp-registry'))

/** The permit to change which threads a list shows: one in a server, taken after the key. */
export const LIST_PERMIT = exclusive('lists')
