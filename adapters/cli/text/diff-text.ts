/**
 * Patches for people: what was added and deleted, and a diff in colours.
 */
import type { FileUpdate } from '../../../domain/protocol.ts'
import { styled, type StyledLine } from './styled.ts'
import { excerptOf, lines } from './text.ts'

/** Lines that a patch adds to a file and deletes from it. */
export interface ChangedLines {
  readonly added: number
  readonly deleted: number
}

const countLines = (text: string): number => {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return text === '' || text.endsWith('\n') ? count : count + 1
}

/** True for a diff of the whole file: what was added or deleted, without signs. */
const isContent = ({ kind, diff }: FileUpdate): boolean =>
  kind.type !== 'update' && !/^(--- |@@ )/m.test(diff.slice(0, 1000))

const isHead = (line: string): boolean => line.startsWith('+++ ') || line.startsWith('--- ')

/** What a patch does to one file; one pass over the diff, which is never split. */
export const changedLines = (change: FileUpdate): ChangedLines => {
  const { kind, diff } = change
  if (isContent(change)) {
    const count = countLines(diff)
    return kind.type === 'add' ? { added: count, deleted: 0 } : { added: 0, deleted: count }
  }
  let added = 0
  let deleted = 0
  let inHunk = false
  for (let at = 0; at < diff.length;) {
    const sign = diff[at]
    if (sign === '@') inHunk = true
    const counts = inHunk || !isHead(diff.slice(at, at + 4))
    if (sign === '+' && counts) added += 1
    else if (sign === '-' && counts) deleted += 1
    const end = diff.indexOf('\n', at)
    if (end === -1) break
    at = end + 1
  }
  return { added, deleted }
}

const MOVED = /\n*Moved to: [^\n]*\s*$/

const styleOf = (line: string) => {
  if (line.startsWith('@@')) return 'cyan'
  if (line.startsWith('+')) return 'green'
  return line.startsWith('-') ? 'red' : null
}

/** The first lines of a diff in colours, and how many more there are. */
export const diffLines = (
  change: FileUpdate,
  linesMax: number
): { readonly shown: ReadonlyArray<StyledLine>; readonly more: number } => {
  const { kind, diff } = change
  if (diff === '') return { shown: [], more: 0 }
  const content = isContent(change)
  const { first, more } = excerptOf(content ? diff : diff.replace(MOVED, ''), linesMax)
  const sign = content ? (kind.type === 'add' ? '+' : '-') : ''
  const shown = lines(first).map((line) => [styled(sign + line, styleOf(sign + line))])
  return { shown, more }
}
