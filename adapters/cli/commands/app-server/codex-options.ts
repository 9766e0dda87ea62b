/**
 * Options that `codex app-server` takes and its clients pass: those that say what sessions begin with are heeded, the others
 * have nothing to act on here.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Json, JsonObject } from '../../../../domain/json.ts'
import { isRead, parsedConfig } from '../../../home/config.ts'
import { flagOf, listOf, type Input } from '../../args.ts'
import { APP_SERVER_IDLE } from '../../table/serving.ts'

/** What those options come to. */
interface CodexOptions {
  /** Values that go before those of `config.toml`, by their place. */
  readonly overrides: JsonObject
  /** What was given and has no effect, as it was written; without values, which may be secret. */
  readonly idle: ReadonlyArray<string>
}

type Override = readonly [string, Json]

/** `key=value`, the value as TOML, or as it stands when it is none; Codex's words for what is neither. */
const overrideOf = (text: string): E.Either<string, Override> => {
  const at = text.indexOf('=')
  if (at === -1) return E.left(`Invalid override (missing '='): ${text}`)
  const key = text.slice(0, at).trim()
  if (key === '') return E.left(`Empty key in override: ${text}`)
  const raw = text.slice(at + 1).trim()
  const value = parsedConfig(`value = ${raw}`)?.['value']
  return E.right([key, value ?? raw.replace(/^["']+|["']+$/g, '')])
}

/** Reads them; `Left` for a value that is none. */
export const codexOptions = (input: Input): E.Either<string, CodexOptions> => {
  const configured: Array<Override> = []
  for (const text of listOf(input, 'config')) {
    const override = overrideOf(text)
    if (E.isLeft(override)) return override
    configured.push(override.right)
  }
  const toggled = (['enable', 'disable'] as const).flatMap((option) =>
    listOf(input, option).map((name) => ({ option, name, key: `features.${name}` }))
  )
  const idle = [
    ...APP_SERVER_IDLE.filter(({ name }) => flagOf(input, name)).map(({ name }) => `--${name}`),
    ...configured.filter(([key]) => !isRead(key)).map(([key]) => `-c ${key}`),
    ...toggled.filter(({ key }) => !isRead(key)).map(({ option, name }) => `--${option} ${name}`)
  ]
  const overrides = [
    ...configured,
    ...toggled.map(({ option, key }): Override => [key, option === 'enable'])
  ].filter(([key]) => isRead(key))
  return E.right({ overrides: Object.fromEntries(overrides), idle })
}
