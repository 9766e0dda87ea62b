/**
 * A skill, in which order skills are told, which of them are switched off, and how a client is told.
 */
import { byBytes } from '../byte-order.ts'
import { isJsonObject, textIn, type Json, type JsonObject } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'
import { trimmed } from '../white-space.ts'
import type { SkillFront } from './front-matter.ts'
import type { SkillExtras } from './metadata.ts'

/** Whose a skill is, in the order in which they are told. */
export const SKILL_SCOPES = ['repo', 'user', 'system', 'admin'] as const

export type SkillScope = (typeof SKILL_SCOPES)[number]

export interface Skill extends SkillFront, SkillExtras {
  /** Where its `SKILL.md` is, without links. */
  readonly path: string
  readonly scope: SkillScope
  /** Id of the plugin it belongs to; null for none. */
  readonly pluginId: string | null
}

/** A `SKILL.md` that is no skill, and what Codex says of it. */
export interface SkillProblem {
  readonly path: string
  readonly message: string
}

/** Skills in the order in which they are told; of one file the first counts. */
export const inSkillOrder = (skills: ReadonlyArray<Skill>): ReadonlyArray<Skill> => {
  const once = new Map([...skills].reverse().map((skill) => [skill.path, skill]))
  return [...once.values()].sort(
    (a, b) =>
      SKILL_SCOPES.indexOf(a.scope) - SKILL_SCOPES.indexOf(b.scope) ||
      byBytes(a.name, b.name) ||
      byBytes(a.path, b.path)
  )
}

/** Which skill a switch is for: a file, or all of a name. */
export interface SkillSelector {
  readonly by: 'path' | 'name'
  readonly value: string
}

/** A switch of the configuration. */
export interface SkillRule extends SkillSelector {
  readonly enabled: boolean
}

/** Where the switches stand in a configuration. */
export const SKILL_RULES = ['skills', 'config'] as const

/** Which skill an entry of the configuration is for; null where it does not say, or says it in two ways. */
export const selectorOf = (
  entry: Json,
  canonical: (path: string) => string
): SkillSelector | null => {
  const { path = null, name = null } = isJsonObject(entry) ? entry : {}
  if ((path === null) === (name === null)) return null
  const by = path === null ? 'name' : 'path'
  const value = path === null ? trimmed(textIn(name)) : canonical(textIn(path))
  return value === '' ? null : { by, value }
}

/** The switches of a configuration, in order; none where one of them is no switch. Later ones for the same replace earlier ones. */
export const skillRules = (
  config: JsonObject,
  canonical: (path: string) => string
): ReadonlyArray<SkillRule> => {
  const { skills } = config
  const entries: Json = (isJsonObject(skills) ? skills['config'] : undefined) ?? []
  if (!Array.isArray(entries)) return []
  const rules = new Map<string, SkillRule>()
  for (const entry of entries as ReadonlyArray<Json>) {
    const { path = null, name = null, enabled } = isJsonObject(entry) ? entry : {}
    const isRead = [path, name].every((text) => text === null || typeof text === 'string')
    if (typeof enabled !== 'boolean' || !isRead) return []
    const selector = selectorOf(entry, canonical)
    if (selector === null) continue
    const key = `${selector.by} ${selector.value}`
    rules.delete(key)
    rules.set(key, { ...selector, enabled })
  }
  return [...rules.values()]
}

/** Files of the skills that are switched off. */
export const disabledSkills = (
  skills: ReadonlyArray<Skill>,
  rules: ReadonlyArray<SkillRule>
): ReadonlySet<string> => {
  const disabled = new Set<string>()
  for (const { by, value, enabled } of rules)
    for (const skill of skills) {
      if ((by === 'path' ? skill.path : skill.name) !== value) continue
      if (enabled) disabled.delete(skill.path)
      else disabled.add(skill.path)
    }
  return disabled
}

/** A skill as a client of a version is told. */
export const toldSkill = (skill: Skill, enabled: boolean, profile: ProfileName): JsonObject => {
  const isNew = profile === '0.169'
  const { name, description, shortDescription, tools, path, scope, pluginId } = skill
  const own = skill.interface
  return {
    name,
    description,
    ...(shortDescription === null ? {} : { shortDescription }),
    ...(own === null
      ? {}
      : {
          interface: {
            displayName: own.displayName,
            shortDescription: own.shortDescription,
            iconSmall: own.iconSmall,
            iconLarge: own.iconLarge,
            ...(isNew ? { iconSmallUrl: null, iconLargeUrl: null } : {}),
            brandColor: own.brandColor,
            defaultPrompt: own.defaultPrompt
          }
        }),
    ...(tools === null ? {} : { dependencies: { tools: tools.map((tool) => ({ ...tool })) } }),
    path,
    scope,
    enabled,
    ...(isNew ? { pluginId } : {})
  }
}
