/**
 * One line = one message: JSON-RPC 2.0 without the `jsonrpc` member.
 *
 * Ids are kept as the JSON text they were written in, so that 64-bit integers come back digit for digit.
 */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import type { RpcError } from './errors.ts'

const LONE = '\\ud'
const ESCAPE = /\\(?:(ud[89a-f][0-9a-f]{2})|.)/g

/**
 * JSON that every decoder takes: half a surrogate pair, which a rollout may hold and JSON can spell, is none in UTF-8 and becomes
 * U+FFFD.
 */
export const wellFormed = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.includes(LONE)
    ? text.replace(ESCAPE, (escape, lone?: string) => (lone === undefined ? escape : '\ufffd'))
    : text
}

/** Texts of values that were printed twice; null for those printed once. They go with their values. */
const texts = new WeakMap<object, string | null>()

/** Prints a value, which must not change any more; from the second time on its text is kept as long as it is. */
export const printed = (value: object): string => {
  const known = texts.get(value)
  if (typeof known === 'string') return known
  const text = wellFormed(value)
  texts.set(value, known === undefined ? null : text)
  return text
}

/** A reply with more entries than this, in lists or in lists of lists, is printed in pieces. */
const ENTRIES_MAX = 512
/** About the characters of a piece. */
const PIECE_LENGTH = 64 * 1024
/** A reply has a thread, that has turns, and they have items. */
const LISTS_DEPTH = 5

/** How many entries lists in a value have, as far as it is of interest. */
const entriesIn = (value: unknown, depth: number): number => {
  if (typeof value !== 'object' || value === null || depth === 0) return 0
  let entries = Array.isArray(value) ? value.length : 0
  if (depth === 1) return entries
  for (const key in value) {
    if (entries > ENTRIES_MAX) break
    entries += entriesIn((value as Readonly<Record<string, unknown>>)[key], depth - 1)
  }
  return entries
}

const isLong = (value: unknown, depth: number): boolean => entriesIn(value, depth) > ENTRIES_MAX

/** JSON texts that make the JSON of a value together: one of each part that is not long itself. */
function* partsOf(value: unknown, depth: number): Generator<string, void> {
  if (!isLong(value, depth)) yield wellFormed(value ?? null)
  else if (Array.isArray(value)) yield* partsOfList(value as ReadonlyArray<unknown>, depth)
  else yield* partsOfObject(value as object, depth)
}

function* partsOfList(list: ReadonlyArray<unknown>, depth: number): Generator<string, void> {
  let before = '['
  for (const inner of list) {
    yield before
    yield* partsOf(inner, depth - 1)
    before = ','
  }
  yield ']'
}

function* partsOfObject(object: object, depth: number): Generator<string, void> {
  let before = '{'
  for (const [key, inner] of Object.entries(object)) {
    if (inner === undefined) continue
    yield `${before}${wellFormed(key)}:`
    yield* partsOf(inner, depth - 1)
    before = ','
  }
  yield '}'
}

/** The JSON of a long value, in pieces. */
function* piecesOf(head: string, value: object, tail: string): Generator<string, void> {
  let piece = head
  for (const part of partsOf(value, LISTS_DEPTH)) {
    piece += part
    if (piece.length < PIECE_LENGTH) continue
    yield piece
    piece = ''
  }
  yield piece + tail
}

/** What a client can send. Anything else is not answered. */
export type Incoming =
  | {
      readonly kind: 'request'
      /** JSON text of the id: a string or a 64-bit integer. */
      readonly id: string
      readonly method: string
      readonly params: unknown
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'response'; readonly id: string; readonly reply: ClientReply }

/** What a client answered to a question of the server. */
export type ClientReply =
  | { readonly kind: 'result'; readonly result: Json }
  | { readonly kind: 'error'; readonly error: Json }

/** A question of the server to its clients. */
export interface ServerQuestion {
  /** JSON text of the id. */
  readonly requestId: string
  readonly method: string
  readonly params: JsonObject
}

/** A message to a client that asks for nothing. */
export interface Notification {
  readonly method: string
  readonly params: unknown
}

export type Audience =
  /** Every client that has shaken hands. */
  | 'all'
  /** The clients that follow a thread. */
  | { readonly subscribersOf: string }
  /** Of those the ones that follow it without having it loaded. */
  | { readonly watchersOf: string }
  /** The client that started some work. */
  | { readonly starterOf: string }
  /** The clients that follow the home. */
  | 'home_followers'
  /** The client whose request it belongs to. */
  | 'requester'

export interface Notice extends Notification {
  readonly to: Audience
}

const I64_MIN = -(2n ** 63n)
const I64_MAX = 2n ** 63n - 1n
const INTEGER_ID = /"id"\s*:\s*(-?\d+)\s*[,}]/g

/** Digits of an integer id too large for a JavaScript number; null when it does not fit 64 bits either. */
const wideInteger = (line: string, id: number): string | null => {
  for (const [, digits = ''] of line.matchAll(INTEGER_ID)) {
    if (Number(digits) !== id) continue
    const value = BigInt(digits)
    return value >= I64_MIN && value <= I64_MAX ? digits : null
  }
  return null
}

const idText = (line: string, id: unknown): string | null => {
  if (typeof id === 'string' || Number.isSafeInteger(id)) return JSON.stringify(id)
  return typeof id === 'number' && Number.isInteger(id) ? wideInteger(line, id) : null
}

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Reads a line; null when it is no message. */
export const parseMessage = (line: string): Incoming | null => {
  const value = parseJson(line)
  if (!isJsonObject(value)) return null
  const { id, method, params } = value
  const text = idText(line, id)
  if (typeof method === 'string') {
    return text === null
      ? { kind: 'notification', method, params }
      : { kind: 'request', id: text, method, params }
  }
  if (text === null) return null
  if ('result' in value)
    return {
      kind: 'response',
      id: text,
      reply: { kind: 'result', result: value['result'] as Json }
    }
  return 'error' in value
    ? { kind: 'response', id: text, reply: { kind: 'error', error: value['error'] as Json } }
    : null
}

/** Prints a reply; a long one in pieces, which are made when they are taken. */
export const printResult = (id: string, result: unknown): string | Iterable<string> => {
  if (!isJsonObject(result)) return `{"id":${id},"result":${wellFormed(result)}}`
  return isLong(result, LISTS_DEPTH)
    ? piecesOf(`{"id":${id},"result":`, result, '}')
    : `{"id":${id},"result":${printed(result)}}`
}

export const printError = (id: string, { code, message, data }: RpcError): string =>
  `{"error":${wellFormed({ code, message, data })},"id":${id}}`

export const printQuestion = ({ requestId, method, params }: ServerQuestion): string =>
  `{"id":${requestId},"method":${wellFormed(method)},"params":${wellFormed(params)}}`

/** Prints a notification; since 0.169 it says when it was sent. */
export const printNotification = (
  { method, params }: Notification,
  emittedAtMs: number | null
): string => wellFormed(emittedAtMs === null ? { method, params } : { method, params, emittedAtMs })
