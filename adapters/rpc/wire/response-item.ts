/**
 * Items as the Responses API spells them, as far as a client's are checked: the kind and what a message cannot be
 * without. What else they hold is kept as it came.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isJsonObject, type JsonObject } from '../../../domain/json.ts'
import { own } from '../../../domain/own.ts'
import { decode, type Codec } from './serde.ts'

const MEMBERS: Readonly<Record<string, ReadonlyArray<string>>> = {
  message: ['role', 'content'],
  function_call: ['name', 'arguments', 'call_id'],
  function_call_output: ['call_id', 'output'],
  custom_tool_call: ['call_id', 'name', 'input'],
  custom_tool_call_output: ['call_id', 'output']
}

const complaint = (u: unknown): string | null => {
  if (!isJsonObject(u)) return 'invalid type: expected internally tagged enum ResponseItem'
  const { type } = u
  if (typeof type !== 'string') return 'missing field `type`'
  const missing = (own(MEMBERS, type) ?? []).find((member) => u[member] === undefined)
  return missing === undefined ? null : `missing field \`${missing}\``
}

export const responseItem: Codec<JsonObject> = new t.Type<JsonObject, unknown>(
  'ResponseItem',
  (u): u is JsonObject => complaint(u) === null,
  (u, c) => {
    const reason = complaint(u)
    return reason === null ? t.success(u as JsonObject) : t.failure(u, c, reason)
  },
  t.identity
)

/** Why a value is no item; null when it is one. */
export const itemComplaint = (value: unknown): string | null => {
  const read = decode(responseItem, value)
  return E.isLeft(read) ? read.left : null
}
