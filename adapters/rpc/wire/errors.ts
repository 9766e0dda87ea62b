/**
 * JSON-RPC errors: their codes, and the one place where a `StoreError` becomes one.
 *
 * Codex answers nearly everything with −32600, unknown methods included; the texts are part of the contract.
 */
import type { SteerRefusal } from '../../../domain/ledgers/analytics/vocabulary.ts'
import { describe, ERROR_KIND, type StoreError } from '../../../domain/errors.ts'
import type { Json } from '../../../domain/json.ts'

export const CODE = {
  invalidRequest: -32600,
  unsupported: -32601,
  invalidParams: -32602,
  internal: -32603,
  overloaded: -32001
} as const

/** A failed request, as its client sees it. */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: Json
  /** Why a steer was refused, for usage analytics; not sent. */
  readonly refusal?: SteerRefusal
}

/** A request that cannot be served as it is. */
export const invalidRequest = (message: string): RpcError => ({
  code: CODE.invalidRequest,
  message
})

/** A request whose JSON does not have the shape of its method. */
export const unreadable = (reason: string): RpcError => invalidRequest(`Invalid request: ${reason}`)

/** A method that exists and does nothing. */
export const unsupported = (method: string): RpcError => ({
  code: CODE.unsupported,
  message: `${method} is not supported yet`
})

/** A method that a page may not call; the same for one that nobody knows. */
export const notForPages = (method: string): RpcError => ({
  code: CODE.unsupported,
  message: `${method} is not open to pages`
})

/** A request that its client took back. */
export const CANCELLED: RpcError = { code: -32800, message: 'request cancelled' }

export const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause)

/** A failure that is not the client's. */
export const internal = (message: string): RpcError => ({ code: CODE.internal, message })

/** Too many requests at once; the same request may be sent again. */
export const overloaded: RpcError = {
  code: CODE.overloaded,
  message: 'Server overloaded; retry later.'
}

/** Why Codex cannot read a whole rollout, in its words. */
export const unreadableReason = (
  e: Extract<StoreError, { readonly _tag: 'UnreadableRollout' }>
): string => {
  const head = 'thread-store internal error: failed to'
  switch (e.reason) {
    case 'empty':
      return `${head} read thread ${e.path}: rollout at ${e.path} is empty`
    case 'no_lines':
      return `${head} read session metadata ${e.path}: rollout at ${e.path} is empty`
    case 'no_metadata': {
      const metadata = `${head} read session metadata ${e.path}`
      return `${metadata}: ${metadata}: rollout at ${e.path} is empty`
    }
    case 'no_session_meta':
      return `${head} read thread ${e.path}: rollout at ${e.path} does not start with session metadata`
    case 'not_utf8':
      return `${head} load thread history ${e.path}: stream did not contain valid UTF-8`
  }
}

type Table = {
  readonly [K in StoreError['_tag']]: (e: Extract<StoreError, { readonly _tag: K }>) => RpcError
}

const TABLE: Table = {
  StreamNotFound: ({ streamId, among }) =>
    invalidRequest(
      among === undefined
        ? `thread not loaded: ${streamId}`
        : `no ${among === 'archived' ? 'archived ' : ''}rollout found for thread id ${streamId}`
    ),
  AmbiguousThread: (e) => invalidRequest(describe(e)),
  InvalidRequest: (e) => invalidRequest(e.message),
  AnchorGone: () => invalidRequest('invalid cursor: anchor turn is no longer present'),
  UnreadableRollout: (e) => internal(`failed to read thread: ${unreadableReason(e)}`),
  NotPossible: (e) => invalidRequest(e.reason),
  TurnNotFound: (e) => invalidRequest(`turn not found: ${e.turnId}`),
  OperationNotFound: (e) => invalidRequest(describe(e)),
  ItemNotFound: (e) => invalidRequest(describe(e)),
  WrongExpectedRevision: (e) => ({
    ...invalidRequest(describe(e)),
    data: { kind: ERROR_KIND[e._tag], expected: e.expected, actual: e.actual }
  }),
  TailMoved: (e) => internal(describe(e)),
  IndexUnavailable: (e) => internal(describe(e)),
  IndexEmptied: (e) => internal(describe(e)),
  Busy: () => overloaded,
  StoreUnavailable: (e) => internal(describe(e)),
  StoreRefused: (e) => internal(describe(e)),
  IoFailure: (e) => internal(`failed to read thread: ${describe(e)}`)
}

/** A `StoreError` in Codex's words; total. */
export const ofStoreError = (e: StoreError): RpcError =>
  (TABLE[e._tag] as (e: StoreError) => RpcError)(e)
