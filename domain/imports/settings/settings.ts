/**
 * What translating settings of another agent comes to, and values as a strict reader of JSON spells them.
 *
 * Source: `externalAgentConfig/*` of Codex 0.130.0, 0.142.5 and 0.169.0; `test/fixtures/imported-settings` has what they made.
 */
import { isJsonObject, parsedJson, type Json, type JsonObject } from '../../json.ts'
import { ExactNumber, exactValue } from '../../log/exact-json.ts'
import type { ProfileName } from '../../log/profile.ts'

/** A part of the settings that is not taken over. */
export interface LeftOutPart {
  readonly what: string
  readonly why: string
}

/** JSON whose numbers may be as they are written. */
export type Setting = Json | ExactNumber | ReadonlyArray<Setting> | SettingsObject

export interface SettingsObject {
  readonly [name: string]: Setting | undefined
}

/** The value of a settings file; undefined for a text that is no JSON. Later versions keep numbers as they are written. */
export const settingOf = (text: string, profile: ProfileName): Setting | undefined => {
  const value = parsedJson(text)
  if (value === undefined) return undefined
  const keeping = profile === '0.130' ? 'rounded' : 'written'
  return exactValue(text, value, keeping) as Setting | undefined
}

export const isSettings = (value: unknown): value is SettingsObject =>
  isJsonObject(value) && !(value instanceof ExactNumber)

/** A member that is an object itself; none for anything else. */
export const settingsAt = (settings: Setting | undefined, name: string): SettingsObject =>
  isSettings(settings) && Object.hasOwn(settings, name) && isSettings(settings[name])
    ? settings[name]
    : {}

export const settingAt = (settings: Setting | undefined, name: string): Setting | undefined =>
  isSettings(settings) && Object.hasOwn(settings, name) ? settings[name] : undefined

/** A number as its reader prints it. */
const numberText = ({ text, keeping }: ExactNumber, isWhole: boolean): string => {
  if (keeping === 'written' || isWhole)
    return text.replace(/[eE]([+-]?)/, (_, sign: string) => `e${sign === '' ? '+' : sign}`)
  const value = Number(text)
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
}

/** A text, flag or number as text; null for anything else. */
export const scalarText = (value: Setting | undefined): string | null => {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  return value instanceof ExactNumber
    ? numberText(value, value.isBetween(-(2n ** 63n), 2n ** 64n - 1n))
    : null
}

/** Texts of a list, or the one that stands alone. */
export const scalarTexts = (value: Setting | undefined): ReadonlyArray<string> =>
  (Array.isArray(value) ? (value as ReadonlyArray<Setting>) : [value]).flatMap(
    (one) => scalarText(one) ?? []
  )

/** A value as JSON, compact. */
export const compact = (value: Setting | undefined): string => {
  if (value instanceof ExactNumber) return scalarText(value) ?? ''
  if (Array.isArray(value)) return `[${(value as ReadonlyArray<Setting>).map(compact).join(',')}]`
  if (isSettings(value))
    return `{${Object.entries(value)
      .map(([name, member]) => `${JSON.stringify(name)}:${compact(member)}`)
      .join(',')}}`
  return JSON.stringify(value ?? null)
}

/** One file of settings over another: objects are joined, anything else is replaced. */
export const mergedSettings = (below: Setting, above: Setting): Setting => {
  if (!isSettings(below) || !isSettings(above)) return above
  const added = Object.entries(above).map(([name, value]) => [
    name,
    Object.hasOwn(below, name) ? mergedSettings(below[name] ?? null, value ?? null) : value
  ])
  return Object.fromEntries([...Object.entries(below), ...added]) as SettingsObject
}

/** A configuration with what it does not have yet; values that are there stay. */
export const withMissing = (existing: JsonObject, incoming: JsonObject): JsonObject =>
  Object.fromEntries([
    ...Object.entries(existing).map(([name, value]) => {
      const more = Object.hasOwn(incoming, name) ? incoming[name] : undefined
      return [name, isJsonObject(value) && isJsonObject(more) ? withMissing(value, more) : value]
    }),
    ...Object.entries(incoming).filter(([name]) => !Object.hasOwn(existing, name))
  ]) as JsonObject

/** The part of a configuration that another does not have; null when it has all. */
export const missingIn = (existing: JsonObject, incoming: JsonObject): JsonObject | null => {
  const missing = Object.entries(incoming).flatMap(([name, value]) => {
    if (!Object.hasOwn(existing, name)) return [[name, value] as const]
    const there = existing[name]
    const inner = isJsonObject(there) && isJsonObject(value) ? missingIn(there, value) : null
    return inner === null ? [] : [[name, inner] as const]
  })
  return missing.length === 0 ? null : Object.fromEntries(missing)
}
