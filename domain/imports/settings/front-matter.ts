/**
 * Markdown with front matter, as commands and subagents of other agents are written.
 */
import { isMap, isScalar, parseDocument, type Scalar } from 'yaml'
import { trimmed } from '../../white-space.ts'
import { isTooDeep } from '../../skills/yaml-depth.ts'

export interface MarkdownDocument {
  /** Texts, flags and numbers of the front matter; null for what is none of them. */
  readonly front: ReadonlyMap<string, string | null>
  readonly body: string
  /** Why the front matter cannot be read; null when it can, or there is none. */
  readonly problem: string | null
}

/** Lines that close front matter, longest first where they begin alike. */
const ENDS = ['\r\n---\r\n', '\r\n---\n', '\n---\r\n', '\n---\n', '\r\n---', '\n---']

const endOf = (text: string): { readonly at: number; readonly next: number } | null => {
  const found = ENDS.flatMap((end) => {
    const at = text.indexOf(end)
    return at === -1 ? [] : [{ at, next: at + end.length }]
  })
  return found.reduce<(typeof found)[number] | null>(
    (first, one) => (first === null || one.at < first.at ? one : first),
    null
  )
}

/** A fraction as Codex prints it. */
const fractionText = (value: number): string => {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf'
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value)
}

const scalarText = ({ value, source = '' }: Scalar): string | null => {
  if (typeof value === 'string') return trimmed(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return /^[-+]?0\d/.test(source) ? source : String(value)
  return typeof value === 'number' ? fractionText(value) : null
}

const frontOf = (text: string): Pick<MarkdownDocument, 'front' | 'problem'> => {
  const none = (problem: string) => ({ front: new Map<string, string | null>(), problem })
  if (isTooDeep(text)) return none('it is nested too deeply')
  const document = parseDocument(text, { version: '1.2', intAsBigInt: true, logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined) return none((error.message.split('\n')[0] ?? '').replace(/:$/, ''))
  if (!isMap(document.contents)) return none('it is no YAML mapping')
  const front = new Map<string, string | null>()
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) && typeof key.value === 'string' ? trimmed(key.value) : ''
    if (name !== '')
      front.set(name, isScalar(value) && value.tag === undefined ? scalarText(value) : null)
  }
  return { front, problem: null }
}

/** Reads a document; one whose front matter is not closed has none. */
export const markdownOf = (text: string): MarkdownDocument => {
  const open = /^---\r?\n/.exec(text)
  const rest = open === null ? '' : text.slice(open[0].length)
  const end = open === null ? null : endOf(rest)
  if (end === null) return { front: new Map(), body: text, problem: null }
  return { ...frontOf(rest.slice(0, end.at)), body: rest.slice(end.next) }
}

/** A member that says something. */
export const said = ({ front }: MarkdownDocument, name: string): string | null => {
  const text = front.get(name) ?? ''
  return trimmed(text) === '' ? null : text
}
