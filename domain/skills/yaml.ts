/**
 * YAML as the parser of Codex reads it: events in order, so that a member of the wrong type is told before a mistake behind it, and every
 * scalar is a text. Values are never expanded: what aliases stand for costs nothing until it is asked for.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type ParsedNode
} from 'yaml'
import { isTooDeep } from './yaml-depth.ts'
import { wordedFault } from './yaml-words.ts'

/** Longer than what people write before a text; a reader that is given more keeps everybody waiting. */
const TEXT_MAX = 64 * 1024

/** A mistake of syntax, and from where on nothing could be read. */
export interface YamlFault {
  readonly at: number
  readonly message: string
}

/** Thrown while a text is read, and caught by `decoded`: the message is told. */
class Undecodable extends Error {}

/** A text that is being read. */
export interface YamlText {
  readonly root: ParsedNode | null
  readonly document: Document.Parsed | null
  readonly fault: YamlFault | null
  readonly hasMore: boolean
  /** ` at line L column C`; nothing for the very beginning. */
  readonly place: (at: number) => string
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/

/** Where an offset is, for people. */
const placesOf =
  (text: string) =>
  (at: number): string => {
    const before = text.slice(0, at)
    const line = before.split('\n')
    const column = [...(line.at(-1) ?? '')].length
    return line.length === 1 && column === 0 ? '' : ` at line ${line.length} column ${column + 1}`
  }

/** The first alias of something that has no name. */
const unknownAlias = (document: Document.Parsed): YamlFault | null => {
  const known = new Set<string>()
  let found: YamlFault | null = null
  visit(document, {
    Alias: (_, node) => {
      if (known.has(node.source)) return undefined
      found = { at: node.range?.[0] ?? 0, message: 'unknown anchor' }
      return visit.BREAK
    },
    Node: (_, node) => {
      if ('anchor' in node && typeof node.anchor === 'string') known.add(node.anchor)
    }
  })
  return found
}

/** A text of several lines that stands where a mapping was begun: the parser of Codex takes it for a text. */
const asText = (document: Document.Parsed): ParsedNode | null => {
  const { contents, errors } = document
  const [first] = isMap(contents) ? contents.items : []
  const key = first?.key
  const isOne = errors[0]?.code === 'MULTILINE_IMPLICIT_KEY' && isScalar(key)
  return isOne && errors[0]?.pos[0] === key.range[0] ? key : contents
}

const openedYaml = (text: string): YamlText => {
  if (text.length > TEXT_MAX) throw new Undecodable(`it is longer than ${TEXT_MAX} characters`)
  const place = placesOf(text)
  const control = CONTROL.exec(text)
  if (control !== null) {
    const position = Buffer.byteLength(text.slice(0, control.index))
    const message = `control characters are not allowed at position ${position}`
    return { root: null, document: null, fault: { at: -1, message }, hasMore: false, place }
  }
  if (isTooDeep(text)) throw new Undecodable('recursion limit exceeded')
  const options = { schema: 'failsafe', uniqueKeys: false, logLevel: 'silent' } as const
  const documents = parseAllDocuments(text, {
    ...options,
    prettyErrors: false,
    lineCounter: new LineCounter()
  })
  const [document] = documents as ReadonlyArray<Document.Parsed>
  if (document === undefined)
    return { root: null, document: null, fault: null, hasMore: false, place }
  const faults = [wordedFault(document, text, place), unknownAlias(document)].flatMap((fault) =>
    fault === null ? [] : [fault]
  )
  const [fault = null] = faults.toSorted((a, b) => a.at - b.at)
  const worded =
    fault?.message === 'unknown anchor'
      ? { ...fault, message: fault.message + place(fault.at) }
      : fault
  return { root: asText(document), document, fault: worded, hasMore: documents.length > 1, place }
}

/** Reads a text; `Left` is what Codex says of one that it cannot read. */
export const decoded = <A>(
  text: string,
  read: (yaml: YamlText) => A
): { readonly value: A } | { readonly problem: string } => {
  try {
    const yaml = openedYaml(text)
    if (yaml.fault?.at === -1) return { problem: yaml.fault.message }
    const value = read(yaml)
    if (yaml.fault !== null) return { problem: yaml.fault.message }
    if (yaml.hasMore)
      return {
        problem: 'deserializing from YAML containing more than one document is not supported'
      }
    return { value }
  } catch (cause) {
    if (cause instanceof Undecodable) return { problem: cause.message }
    if (cause instanceof RangeError) return { problem: 'recursion limit exceeded' }
    throw cause
  }
}

const startOf = (node: ParsedNode): number => node.range[0]

/** The node itself, or the one an alias stands for. Throws the mistake that comes before it. */
const reached = (yaml: YamlText, node: ParsedNode): ParsedNode => {
  if (yaml.fault !== null && startOf(node) >= yaml.fault.at)
    throw new Undecodable(yaml.fault.message)
  if (!isAlias(node) || yaml.document === null) return node
  return (node.resolve(yaml.document) as ParsedNode | undefined) ?? node
}

/** How a value of the wrong type is named. */
const kindOf = (node: ParsedNode): string => {
  if (isMap(node)) return 'map'
  if (isSeq(node)) return 'sequence'
  return isNull(node) ? 'unit value' : `string ${JSON.stringify(textIn(node))}`
}

/** Every scalar is a text by the schema. */
const textIn = (node: ParsedNode): string =>
  isScalar(node) && typeof node.value === 'string' ? node.value : ''

const isPlain = (node: ParsedNode): boolean =>
  isScalar(node) && node.tag === undefined && (node.type === 'PLAIN' || node.type === undefined)

const isNull = (node: ParsedNode): boolean =>
  isPlain(node) && ['', '~', 'null', 'Null', 'NULL'].includes(textIn(node))

const wrong = (
  { place }: YamlText,
  path: string,
  node: ParsedNode,
  expected: string
): Undecodable => {
  const where = path === '' ? '' : `${path}: `
  return new Undecodable(
    `${where}invalid type: ${kindOf(node)}, expected ${expected}${place(startOf(node))}`
  )
}

/** A text, or null for nothing. */
export const yamlText = (yaml: YamlText, path: string, given: ParsedNode): string | null => {
  const node = reached(yaml, given)
  if (isNull(node)) return null
  if (isScalar(node)) return textIn(node)
  throw wrong(yaml, path, node, 'a string')
}

/** A flag, or null for nothing. */
export const yamlFlag = (yaml: YamlText, path: string, given: ParsedNode): boolean | null => {
  const node = reached(yaml, given)
  if (isNull(node)) return null
  const text = textIn(node)
  if (isPlain(node) && /^(true|True|TRUE|false|False|FALSE)$/.test(text))
    return text.toLowerCase() === 'true'
  throw wrong(yaml, path, node, 'a boolean')
}

/** The entries of a list; none where nothing is said. */
export const yamlList = <A>(
  yaml: YamlText,
  path: string,
  given: ParsedNode,
  each: (node: ParsedNode, path: string) => A
): ReadonlyArray<A> => {
  const node = reached(yaml, given)
  if (isSeq(node))
    return (node.items as ReadonlyArray<ParsedNode>).map((item, at) => each(item, `${path}[${at}]`))
  if (isPlain(node) && textIn(node) === '') return []
  throw wrong(yaml, path, node, 'a sequence')
}

/** What is done with a member of a struct. */
export type YamlMembers = Readonly<Record<string, (node: ParsedNode, path: string) => void>>

/** Reads the members of a struct that are known; nothing where nothing is said. */
export const yamlStruct = (
  yaml: YamlText,
  path: string,
  given: ParsedNode | null,
  name: string,
  members: YamlMembers
): void => {
  if (given === null) return
  const node = reached(yaml, given)
  if (isPlain(node) && textIn(node) === '') return
  if (!isMap(node)) throw wrong(yaml, path, node, `struct ${name}`)
  const seen = new Set<string>()
  for (const { key, value } of node.items) {
    const own = reached(yaml, key)
    if (!isScalar(own)) throw wrong(yaml, path, own, 'field identifier')
    const field = textIn(own)
    const read = Object.hasOwn(members, field) ? members[field] : undefined
    if (read === undefined) continue
    const where = path === '' ? '' : `${path}: `
    if (seen.has(field))
      throw new Undecodable(`${where}duplicate field \`${field}\`${yaml.place(startOf(node))}`)
    seen.add(field)
    if (value !== null) read(value, path === '' ? field : `${path}.${field}`)
  }
}

/** Nothing at all is like an option that is not there. */
export const isYamlNull = (yaml: YamlText, given: ParsedNode): boolean =>
  isNull(reached(yaml, given))
