/**
 * Whether a request may run, asked in Codex's order: is the method known, do the parameters fit, was there a handshake, is it
 * experimental.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, type JsonObject } from '../../../domain/json.ts'
import type { Method } from '../methods/method.ts'
import type { ClientSession, Server } from '../threads/server.ts'
import { invalidRequest, notForPages, unreadable, type RpcError } from '../wire/errors.ts'
import type { Incoming } from '../wire/message.ts'
import { decode, unknownVariant } from '../wire/serde.ts'

export type RpcRequest = Extract<Incoming, { readonly kind: 'request' }>

/** A request that may run. */
export interface CheckedRequest {
  readonly method: Method
  readonly params: unknown
}

/** What needs the experimental API; members that nothing else looks at are those the client sent. */
const experimentalPart = (
  method: Method,
  { params: sent }: RpcRequest,
  params: unknown,
  server: Server
): string | null => {
  if (method.experimental.includes(server.profile)) return method.name
  const fields = method.experimentalFields[server.profile] ?? []
  const values = { ...(isJsonObject(sent) ? sent : {}), ...(params as JsonObject | null) }
  const isSet = (value: unknown): boolean =>
    value !== undefined && value !== null && value !== false
  const valueAt = (path: string): unknown =>
    path.split('.').reduce<unknown>((at, name) => (at as JsonObject | null)?.[name], values)
  const set = fields.find((gated) =>
    isSet(valueAt(typeof gated === 'string' ? gated : gated.field))
  )
  if (set === undefined) return null
  return `${method.name}.${typeof set === 'string' ? set : set.calledField}`
}

/** The method and its parameters, or why the request is refused. */
export const check = (
  request: RpcRequest,
  methods: ReadonlyMap<string, Method>,
  server: Server,
  session: ClientSession
): E.Either<RpcError, CheckedRequest> => {
  if (session.methods?.has(request.method) === false) return E.left(notForPages(request.method))
  const method = methods.get(request.method)
  if (method === undefined)
    return E.left(unreadable(unknownVariant(request.method, [...methods.keys()])))
  const isBare = request.params === undefined || request.params === null
  if (isBare && !method.mayLackParams) return E.left(unreadable('missing field `params`'))
  const params = decode<unknown>(method.params(server), request.params ?? null)
  if (E.isLeft(params)) return E.left(unreadable(params.left))
  if (!session.initialized && method.name !== 'initialize')
    return E.left(invalidRequest('Not initialized'))
  const experimental = session.experimentalApi
    ? null
    : experimentalPart(method, request, params.right, server)
  if (experimental !== null)
    return E.left(invalidRequest(`${experimental} requires experimentalApi capability`))
  return E.right({ method, params: params.right })
}
