/**
 * Mistakes of syntax in the words of the parser of Codex, which names what it met, where, and what it was doing.
 */
import { isCollection, isScalar, visit, type Document, type YAMLParseError } from 'yaml'

interface WordedFault {
  readonly at: number
  readonly message: string
}

type Locate = (at: number) => string

/** Where the last scalar or flow collection before a place begins. */
const lastBefore = (document: Document.Parsed, at: number, wants: 'scalar' | 'flow'): number => {
  let found = 0
  visit(document, {
    Node: (_, node) => {
      const start = node.range?.[0] ?? at
      const isIt = wants === 'scalar' ? isScalar(node) : isCollection(node) && node.flow === true
      if (isIt && start < at && start >= found) found = start
    }
  })
  return found
}

/** Where a colon separates, from a place on. */
const colonFrom = (text: string, at: number): number | null => {
  const found = /:(?=\s|$)/.exec(text.slice(at))
  return found === null ? null : at + found.index
}

/** The end of a stream is told as a line of its own. */
const endOf = (text: string): string => ` at line ${text.split('\n').length + 1} column 1`

/** Where the next line that says something begins. */
const nextLine = (text: string, at: number, place: Locate): string => {
  const from = text.indexOf('\n', at)
  const next = from === -1 ? null : /[^\s]/.exec(text.slice(from))
  return next === null ? endOf(text) : place(from + next.index)
}

const context = (doing: string, where: string, problem: string): string =>
  where === problem ? `, ${doing}` : `, ${doing}${where}`

const unexpected = (
  text: string,
  at: number,
  message: string,
  place: Locate,
  root: number
): string => {
  const isFirst = /(^|\n)[ ]*$/.test(text.slice(0, at))
  if (message.includes('block-seq-ind') && !isFirst)
    return `block sequence entries are not allowed in this context${place(at)}`
  if (message.includes('YAML stream'))
    return `did not find expected node content${place(at)}, while parsing a block node`
  return `did not find expected key${place(at)}${context('while parsing a block mapping', place(root), place(at))}`
}

/** One word for each mistake; those that are not known here keep the words of the parser that found them. */
const worded = (
  error: YAMLParseError,
  document: Document.Parsed,
  text: string,
  place: Locate
): string => {
  const { code, message } = error
  const [at] = error.pos
  const scalar = (): string => place(lastBefore(document, at, 'scalar'))
  const root = document.contents?.range[0] ?? 0
  if (code === 'BLOCK_AS_IMPLICIT_KEY' || code === 'MULTILINE_IMPLICIT_KEY')
    return `mapping values are not allowed in this context${place(colonFrom(text, at) ?? at)}`
  if (code === 'MISSING_CHAR' && message.includes('closing'))
    return `found unexpected end of stream${place(text.length)}${context('while scanning a quoted scalar', scalar(), '')}`
  if (code === 'MISSING_CHAR' && message.startsWith('Implicit map keys'))
    return `could not find expected ':'${nextLine(text, at, place)}${context('while scanning a simple key', place(at), '')}`
  if (code === 'TAB_AS_INDENT')
    return `found a tab character that violates indentation${place(at)}, while scanning a plain scalar${scalar()}`
  if (code === 'BAD_SCALAR_START')
    return `found character that cannot start any token${place(at)}, while scanning for the next token`
  if (code === 'BAD_DQ_ESCAPE')
    return `found unknown escape character${place(at)}, while parsing a quoted scalar${scalar()}`
  if (code === 'BAD_INDENT' && message.startsWith('Flow')) {
    const start = lastBefore(document, at, 'flow')
    const isMapping = message.startsWith('Flow map')
    const later = text.indexOf('\n', start)
    const colon = later === -1 ? null : colonFrom(text, later)
    const where = colon === null ? endOf(text) : place(colon)
    return `did not find expected ',' or '${isMapping ? '}' : ']'}'${where}, while parsing a flow ${isMapping ? 'mapping' : 'sequence'}${place(start)}`
  }
  if (code === 'UNEXPECTED_TOKEN') return unexpected(text, at, message, place, root)
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}${place(at)}`
}

/** The mistake that the parser of Codex would meet first; null for a document without one. */
export const wordedFault = (
  document: Document.Parsed,
  text: string,
  place: Locate
): WordedFault | null => {
  const [first, ...others] = document.errors
  if (first === undefined) return null
  // A quoted text ends where it ends: what stands behind it is what is wrong.
  const isQuoted = first.code === 'BLOCK_AS_IMPLICIT_KEY' && /['"]/.test(text.charAt(first.pos[0]))
  const isItem = first.code === 'MULTILINE_IMPLICIT_KEY' && text.charAt(first.pos[0]) === '-'
  const better = others.find(({ code }) => code === 'UNEXPECTED_TOKEN')
  const error = (isQuoted || isItem) && better !== undefined ? better : first
  return { at: error.pos[0], message: worded(error, document, text, place) }
}
