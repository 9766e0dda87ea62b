/**
 * Whether a client of a real Codex would decode what it is sent: JSON schemas that its own binary generated, and what its
 * decoder demands besides, which a schema does not say.
 */
import { join } from 'node:path'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import * as E from 'fp-ts/lib/Either.js'
import { parseUuid } from '../../domain/uuid.ts'
import { PROFILES, type ProfileName } from '../../domain/log/profile.ts'
import { FIXTURES, readJson } from './fixture-home.ts'

interface Recorded {
  readonly responses: Readonly<Record<string, string>>
  readonly notifications: Readonly<Record<string, string>>
  readonly definitions: Readonly<Record<string, object>>
}

/** Texts that a decoder parses further. */
const READ_FURTHER: Readonly<Record<string, (text: string) => boolean>> = {
  AgentPath: (text) => /^\/root(\/[a-z0-9_]+)*$/.test(text),
  AbsolutePathBuf: (text) => text.startsWith('/'),
  ThreadId: (text) => E.isRight(parseUuid(text))
}

/** Characters of a value that a message shows. */
const VALUE_CHARS_MAX = 80

/** Integers of so many bits; JSON of more digits than a number of JavaScript holds stands for itself. */
const within =
  (low: number, high: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= low && value < high

const INTEGERS = {
  uint: within(0, 2 ** 64),
  uint8: within(0, 2 ** 8),
  uint16: within(0, 2 ** 16),
  uint32: within(0, 2 ** 32),
  uint64: within(0, 2 ** 64),
  int32: within(-(2 ** 31), 2 ** 31),
  int64: within(-(2 ** 63), 2 ** 63),
  double: Number.isFinite
}

/** What is wrong with a message of a kind, by method; null when a client decodes it, or knows no such method. */
export interface ClientSchema {
  readonly answer: (method: string, result: unknown) => string | null
  readonly notification: (method: string, params: unknown) => string | null
}

const depthOf = ({ instancePath }: ErrorObject): number => instancePath.split('/').length

const OTHER_VARIANT = /^(.*\/oneOf\/\d+\/)properties\/type\//

/** What is wrong with the variant that was meant, as deep inside as it is. */
const inWords = (errors: ReadonlyArray<ErrorObject>): string => {
  const others = errors.flatMap(({ schemaPath }) => OTHER_VARIANT.exec(schemaPath)?.[1] ?? [])
  const meant = errors.filter(({ schemaPath }) => !others.some((one) => schemaPath.startsWith(one)))
  const deepest = Math.max(...meant.map(depthOf))
  return meant
    .filter((error) => depthOf(error) === deepest)
    .map(({ instancePath, message = '', data }) => {
      const value = JSON.stringify(data) ?? 'nothing'
      return `${instancePath} ${message}: ${value.slice(0, VALUE_CHARS_MAX)}`
    })
    .join('; ')
}

const load = (profile: ProfileName): ClientSchema => {
  const path = join(FIXTURES, 'schema', `${PROFILES[profile].writesAs}.json`)
  const recorded = readJson(path) as Recorded
  const ajv = new Ajv({ strict: false, verbose: true, validateFormats: true })
  for (const [name, validate] of Object.entries(INTEGERS))
    ajv.addFormat(name, { type: 'number', validate })
  for (const [name, validate] of Object.entries(READ_FURTHER)) ajv.addFormat(name, validate)
  const definitions = Object.fromEntries(
    Object.entries(recorded.definitions).map(([name, schema]) => [
      name,
      name in READ_FURTHER ? { ...schema, format: name } : schema
    ])
  )
  ajv.addSchema({ $id: 'codex', definitions })
  const compiled = new Map<string, ValidateFunction>()
  const told =
    (names: Readonly<Record<string, string>>) =>
    (method: string, value: unknown): string | null => {
      const name = names[method]
      if (name === undefined) return null
      const validate = compiled.get(name) ?? ajv.compile({ $ref: `codex#/definitions/${name}` })
      compiled.set(name, validate)
      if (validate(value)) return null
      return `a client of ${profile} cannot decode ${method}: ${inWords(validate.errors ?? [])}`
    }
  return { answer: told(recorded.responses), notification: told(recorded.notifications) }
}

const loaded = new Map<ProfileName, ClientSchema>()

/** What clients of an era decode. */
export const clientSchema = (profile: ProfileName): ClientSchema => {
  const schema = loaded.get(profile) ?? load(profile)
  loaded.set(profile, schema)
  return schema
}

/** JSON spells half a pair, and only that, as an escape that an even number of backslashes stand before. */
const HALF = /(?<!\\)(?:\\\\)*\\ud[89a-f]/

const parsed = (line: string): { readonly id?: unknown; readonly method?: unknown } | null => {
  try {
    return JSON.parse(line) as { readonly id?: unknown; readonly method?: unknown } | null
  } catch {
    return null
  }
}

/** Decodes what a connection receives, as a client of an era would. */
export const decoderOf = (profile: ProfileName) => {
  const schema = clientSchema(profile)
  const asked = new Map<unknown, string | null>()
  const wrong: Array<string> = []
  const note = (problem: string | null): void => {
    if (problem !== null) wrong.push(problem)
  }
  return {
    /** A line the client sends; only requests are waited for. */
    sent: (line: string): void => {
      const request = parsed(line)
      if (typeof request?.method !== 'string') return
      // Of two requests with one id, nobody knows which is answered.
      asked.set(request.id, asked.has(request.id) ? null : request.method)
    },
    received: (message: Readonly<Record<string, unknown>>): void => {
      const { id, method, params, result } = message
      note(
        HALF.test(JSON.stringify(message)) ? 'a client cannot decode half a surrogate pair' : null
      )
      if (typeof method === 'string') {
        if (id === undefined) note(schema.notification(method, params))
      } else {
        if (result !== undefined) note(schema.answer(asked.get(id) ?? '', result))
        if (asked.get(id) !== null) asked.delete(id)
      }
    },
    /** Throws what could not be decoded since the last call. */
    check: (): void => {
      const problems = wrong.splice(0)
      if (problems.length > 0) throw new Error(problems.slice(0, 5).join('\n'))
    }
  }
}
