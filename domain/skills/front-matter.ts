/**
 * The front matter of a `SKILL.md`: what a skill is called and what it is for, by the rules of a version of Codex.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ProfileName } from '../log/profile.ts'
import { trimmed, trimmedEnd, trimmedStart } from '../white-space.ts'
import { decoded, yamlStruct, yamlText } from './yaml.ts'

/** What front matter says of a skill. */
export interface SkillFront {
  readonly name: string
  readonly description: string
  readonly shortDescription: string | null
}

const NAME_MAX = 64
const QUALIFIED_NAME_MAX = 128
const TEXT_MAX = 1024

/** A text on one line. */
export const onOneLine = (text: string): string =>
  trimmed(text.replaceAll(/\p{White_Space}+/gu, ' '))

/** Lines between the first line, which must be `---`, and the next of these; null where there is no such thing. */
const frontLines = (text: string): ReadonlyArray<string> | null => {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  if (trimmed(lines[0] ?? '') !== '---') return null
  const end = lines.findIndex((line, at) => at > 0 && trimmed(line) === '---')
  return end <= 1 ? null : lines.slice(1, end)
}

/** A value without the comment behind it, and that comment. */
const withoutComment = (value: string): readonly [text: string, comment: string] => {
  const found = value.startsWith('#') ? { index: 0 } : /\p{White_Space}#/u.exec(value)
  if (found === null) return [value, '']
  const text = trimmedEnd(value.slice(0, found.index))
  return [text, value.slice(text.length)]
}

const isUnreadable = (text: string): boolean => 'problem' in decoded(text, () => null)

/** A line whose value is prose that YAML cannot read, with that value quoted; null where nothing is to be repaired. */
const quotedLine = (line: string): string | null => {
  const at = line.indexOf(':')
  const [key, value] = [line.slice(0, at), line.slice(at + 1)]
  if (at === -1 || trimmed(key) === '' || (value !== '' && !/^\p{White_Space}/u.test(value)))
    return null
  const start = trimmedStart(value)
  const [given, comment] = withoutComment(start)
  const text = trimmedEnd(given)
  const first = text.charAt(0)
  if (text === '' || `|>'"`.includes(first)) return null
  const isOdd = '[{@`'.includes(first) && isUnreadable(text)
  if (!/:\p{White_Space}/u.test(text) && !isOdd) return null
  const space = value.slice(0, value.length - start.length)
  return `${key}:${space}'${text.replaceAll("'", "''")}'${comment}`
}

/** True for a line that begins a block text. */
const beginsBlock = (line: string): boolean => {
  const at = line.indexOf(':')
  return at !== -1 && /\S/.test(line.slice(0, at)) && /^\s+[|>]/.test(line.slice(at + 1))
}

/** Front matter whose prose is quoted; null where nothing was to be repaired. Block texts stay as they are. */
const repaired = (lines: ReadonlyArray<string>): string | null => {
  let block: number | null = null
  let isChanged = false
  const mended = lines.map((line) => {
    const indent = /^ */.exec(line)?.[0].length ?? 0
    if (block !== null && (trimmed(line) === '' || indent > block)) return line
    block = beginsBlock(line) ? indent : null
    const quoted = quotedLine(line)
    isChanged ||= quoted !== null
    return quoted ?? line
  })
  return isChanged ? mended.join('\n') : null
}

interface RawFront {
  readonly name: string | null
  readonly description: string | null
  readonly shortDescription: string | null
}

const rawFront = (text: string) =>
  decoded(text, (yaml): RawFront => {
    const raw = { name: null, description: null, shortDescription: null } as {
      -readonly [K in keyof RawFront]: RawFront[K]
    }
    yamlStruct(yaml, '', yaml.root, 'SkillFrontmatter', {
      name: (node, path) => (raw.name = yamlText(yaml, path, node)),
      description: (node, path) => (raw.description = yamlText(yaml, path, node)),
      metadata: (node, path) =>
        yamlStruct(yaml, path, node, 'SkillFrontmatterMetadata', {
          'short-description': (inner, below) =>
            (raw.shortDescription = yamlText(yaml, below, inner))
        })
    })
    return raw
  })

const lengthOf = (text: string): number => Array.from(text).length

/** Why a text cannot be taken; null when it can. */
const fault = (field: string, text: string, max: number): string | null => {
  if (text === '') return `missing field \`${field}\``
  return lengthOf(text) > max
    ? `invalid ${field}: exceeds maximum length of ${max} characters`
    : null
}

/** Where a skill stands, as far as its name depends on it. */
export interface SkillPlaceName {
  /** Name of its folder. */
  readonly folder: string
  /** The plugin it belongs to; null for none. */
  readonly namespace: string | null
}

/** Reads front matter; `Left` is what Codex says of a file that is no skill. */
export const skillFront = (
  text: string,
  { folder, namespace }: SkillPlaceName,
  profile: ProfileName
): E.Either<string, SkillFront> => {
  const lines = frontLines(text)
  if (lines === null) return E.left('missing YAML frontmatter delimited by ---')
  const first = rawFront(lines.join('\n'))
  const mended = 'problem' in first && profile !== '0.130' ? repaired(lines) : null
  const second = mended === null ? first : rawFront(mended)
  const read = 'problem' in second ? first : second
  if ('problem' in read) return E.left(`invalid YAML: ${read.problem}`)
  const base = onOneLine(read.value.name ?? '') || onOneLine(folder) || 'skill'
  const name = namespace === null ? base : `${namespace}:${base}`
  const description = onOneLine(read.value.description ?? '')
  const shortDescription = onOneLine(read.value.shortDescription ?? '') || null
  const isOld = profile === '0.130'
  const problem =
    fault('name', isOld ? name : base, NAME_MAX) ??
    fault('qualified name', name, QUALIFIED_NAME_MAX) ??
    fault('description', description, isOld ? TEXT_MAX : Infinity) ??
    (shortDescription === null || !isOld
      ? null
      : fault('metadata.short-description', shortDescription, TEXT_MAX))
  return problem === null ? E.right({ name, description, shortDescription }) : E.left(problem)
}
