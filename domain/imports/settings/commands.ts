/**
 * COMMANDS: each becomes a skill; one that the other agent would have filled in stays out.
 */
import { trimmed } from '../../white-space.ts'
import { markdownOf, said } from './front-matter.ts'
import { byBytes } from '../../byte-order.ts'
import type { LeftOutPart } from './settings.ts'
import type { Reword } from './words.ts'

/** A command, by its path below the folder of commands. */
export interface CommandFile {
  readonly path: ReadonlyArray<string>
  readonly text: string
}

/** A skill that a command becomes. */
export interface CommandSkill {
  readonly name: string
  readonly text: string
}

interface CommandsImport {
  readonly skills: ReadonlyArray<CommandSkill>
  readonly leftOut: ReadonlyArray<LeftOutPart>
}

export interface CommandRules {
  readonly reword: Reword
  /** True where a command without a description gets one. */
  readonly describes: boolean
}

const NAME_CHARACTERS_MAX = 64

const slugOf = (text: string): string => {
  const slug = text
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase()
  return slug === '' ? 'migrated' : slug
}

/** What a text expects somebody to fill in. */
const expansion = (body: string): string | null => {
  if (body.includes('$ARGUMENTS') || /\$\d/.test(body)) return 'it takes arguments'
  if (body.includes('{{') && body.includes('}}')) return 'it holds {{ }}'
  if (body.includes('!`') || body.includes('! `')) return 'it runs a command when it is used'
  return body.split(/\p{White_Space}+/u).some((word) => word.startsWith('@') && word.length > 1)
    ? 'it names a file or a person by @'
    : null
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

const skillText = (
  { name, source }: { readonly name: string; readonly source: string },
  description: string,
  body: string
): string => `---
name: ${quoted(name)}
description: ${quoted(description)}
---

# ${name}

Use this skill when the user asks to run the migrated source command \`${source}\`.

## Command Template

${body === '' ? 'No command template body was found.' : body}
`

interface MadeSkill extends CommandSkill {
  readonly isDescribed: boolean
}

const skillOf = ({ path, text }: CommandFile, rules: CommandRules): MadeSkill | string => {
  const source = [...path.slice(0, -1), (path.at(-1) ?? '').replace(/\.md$/, '')].join('-')
  if (path.at(-1) === 'README.md') return 'it is a README'
  const document = markdownOf(text)
  const written = said(document, 'description')
  if (written === null && !rules.describes) return 'it has no description'
  const name = slugOf(`source-command-${source}`)
  if (name.length > NAME_CHARACTERS_MAX) return 'its name is too long for a skill'
  const expected = expansion(document.body)
  if (expected !== null) return expected
  const { reword } = rules
  const description = reword(written ?? `Migrated source command \`${source}\``)
  const body = reword(trimmed(document.body))
  const isDescribed = written !== null
  return { name, isDescribed, text: skillText({ name, source }, description, body) }
}

/** The skills that commands become, by name. */
export const commandsOf = (
  files: ReadonlyArray<CommandFile>,
  rules: CommandRules
): CommandsImport => {
  const leftOut: Array<LeftOutPart> = []
  const named = new Map<string, Array<{ readonly what: string; readonly skill: MadeSkill }>>()
  for (const file of files) {
    const what = file.path.join('/')
    const skill = skillOf(file, rules)
    if (typeof skill === 'string') leftOut.push({ what, why: skill })
    else named.set(skill.name, [...(named.get(skill.name) ?? []), { what, skill }])
  }
  const skills = [...named.values()].flatMap((same) => {
    // One that is described goes before those that are not.
    const described = same.filter(({ skill }) => skill.isDescribed)
    const [only, ...others] = described.length === 0 ? same : described
    const made = only === undefined || others.length > 0 ? null : only.skill
    const why = `several commands would become the skill ${same[0]?.skill.name ?? ''}`
    const left = same.filter(({ skill }) => skill !== made)
    leftOut.push(...left.map(({ what }) => ({ what, why })))
    return made === null ? [] : [{ name: made.name, text: made.text }]
  })
  return { skills: [...skills].sort((a, b) => byBytes(a.name, b.name)), leftOut }
}
