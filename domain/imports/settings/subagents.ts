/**
 * SUBAGENTS: name, description and instructions, how hard it thinks and what it may write. Models are not taken over.
 */
import { trimmed } from '../../white-space.ts'
import { markdownOf, said, type MarkdownDocument } from './front-matter.ts'
import type { LeftOutPart } from './settings.ts'
import { tomlText } from './toml-text.ts'
import type { Reword } from './words.ts'

interface Subagent {
  readonly name: string
  /** Its file for Codex. */
  readonly text: string
  readonly leftOut: ReadonlyArray<LeftOutPart>
}

const EFFORTS = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'])

const SANDBOXES: Readonly<Record<string, string>> = {
  acceptEdits: 'workspace-write',
  readOnly: 'read-only'
}

/** Members that mean something to Codex. */
const TAKEN = new Set(['name', 'description', 'effort', 'permissionMode'])

const lackOf = (document: MarkdownDocument): string | null => {
  if (document.problem !== null) return `its front matter cannot be read: ${document.problem}`
  if (trimmed(document.body) === '') return 'it has no instructions'
  if (said(document, 'name') === null) return 'it has no name'
  return said(document, 'description') === null ? 'it has no description' : null
}

export interface SubagentRules {
  readonly reword: Reword
  /** True where members stand in the order of their names. */
  readonly sorts: boolean
}

/** A subagent, or why it is left out. */
export const subagentOf = (
  file: string,
  text: string,
  { reword, sorts }: SubagentRules
): Subagent | LeftOutPart => {
  const document = markdownOf(text)
  const lack = lackOf(document)
  if (lack !== null) return { what: file, why: lack }
  const name = said(document, 'name') ?? ''
  const written = document.front.get('effort') ?? ''
  const effort = written === 'max' ? 'xhigh' : written
  const mode = document.front.get('permissionMode') ?? ''
  const sandbox = Object.hasOwn(SANDBOXES, mode) ? SANDBOXES[mode] : undefined
  const rows: ReadonlyArray<readonly [string, string | undefined]> = [
    ['name', name],
    ['description', reword(said(document, 'description') ?? '')],
    ['model_reasoning_effort', EFFORTS.has(effort) ? effort : undefined],
    ['sandbox_mode', sandbox],
    ['developer_instructions', reword(trimmed(document.body))]
  ]
  const ordered = sorts ? rows.toSorted(([a], [b]) => (a < b ? -1 : 1)) : rows
  const lines = ordered.flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} = ${tomlText(value)}\n`]
  )
  const unused = [...document.front.keys()].filter((key) => !TAKEN.has(key))
  const odd = [
    ...(written !== '' && !EFFORTS.has(effort) ? ['effort'] : []),
    ...(mode !== '' && sandbox === undefined ? ['permissionMode'] : [])
  ]
  return {
    name,
    text: lines.join(''),
    leftOut: [...unused, ...odd].map((key) => ({
      what: `${file}: ${key}`,
      why: TAKEN.has(key) ? 'Codex has no such value' : 'subagents of Codex have no such setting'
    }))
  }
}
