/**
 * What Codex has and a server that only keeps threads has not: such a method is known, its parameters are read, its gate is
 * kept, and then it is refused. One row per name; a client is never left without an answer.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ProfileName } from '../../../../domain/profile.ts'
import { memberKey, type Key } from '../../connection/keys.ts'
import type { Call, Method } from '../../method.ts'
import { loadedThread } from '../../threads/threads.ts'
import type { RpcError } from '../../wire/errors.ts'
import { option, required, struct, tagged, text, unitValue } from '../../wire/serde.ts'

/** Parameters as far as they are looked at. */
export type Values = Readonly<Record<string, unknown>>

/** Why a method is refused. */
export type Why = (method: string, params: Values, call: Call) => RpcError

interface Shape {
  readonly codec: t.Mixed
  /** True where a request may come without parameters. */
  readonly mayBeAbsent: boolean
}

/** Parameters that must be there: a struct, its mandatory members, and those texts that may be left out. */
export const of = (
  name: string,
  members: Readonly<Record<string, t.Mixed>> = {},
  texts: ReadonlyArray<string> = []
): Shape => ({
  codec: struct(
    name,
    Object.fromEntries([
      ...Object.entries(members).map(([key, codec]) => [key, required(codec)] as const),
      ...texts.map((key) => [key, option(text)] as const)
    ])
  ),
  mayBeAbsent: false
})

/** A struct that may be absent. */
export const optional = (name: string): Shape => ({
  codec: option(struct(name, {})).codec,
  mayBeAbsent: true
})

/** No parameters. */
export const unit: Shape = { codec: unitValue, mayBeAbsent: true }

/** A struct that may be absent since 0.169, and no parameters before. */
export const lately =
  (name: string) =>
  (profile: ProfileName): Shape =>
    profile === '0.169' ? optional(name) : unit

/** Parameters of several kinds, told apart by their member `type`; what else they have is not looked at. */
export const kinds = (name: string, ...types: ReadonlyArray<string>): Shape => ({
  codec: tagged(name, Object.fromEntries(types.map((type) => [type, struct(name, {})]))),
  mayBeAbsent: false
})

/** One request at a time for the thread that is named. */
export const ofThread = memberKey('thread', 'threadId')

/** What the rows of one group have in common. */
interface Group {
  readonly eras: ReadonlyArray<ProfileName>
  readonly experimental?: true
  readonly why: Why
  readonly key: (params: Values) => Key | null
}

/** A method that is refused. */
export type Refused = Method<Values | null, unknown>

/** Rows that are refused alike. */
export const rows = (
  { eras, experimental, why, key }: Group,
  shapes: Readonly<Record<string, Shape | ((profile: ProfileName) => Shape)>>
): ReadonlyArray<Refused> =>
  Object.entries(shapes).map(([name, shape]) => {
    const shapeIn = (profile: ProfileName): Shape =>
      typeof shape === 'function' ? shape(profile) : shape
    const mayLackParams = eras.every((profile) => shapeIn(profile).mayBeAbsent)
    return {
      name,
      profiles: eras,
      ...(experimental === true ? { experimental: eras } : {}),
      ...(mayLackParams ? { mayLackParams } : {}),
      standing: 'refused' as const,
      params: (profile: ProfileName) => shapeIn(profile).codec,
      result: t.unknown,
      key: (params: Values | null) => key(params ?? {}),
      handler: (params: Values | null, call: Call) => async () =>
        E.left(why(name, params ?? {}, call))
    }
  })

/** Refuses a thread that is not loaded in the usual words, and only then what is asked of it. */
export const ofLoaded =
  (why: Why): Why =>
  (method, params, call) => {
    const live = loadedThread(call, String(params['threadId']))
    return E.isLeft(live) ? live.left : why(method, params, call)
  }
