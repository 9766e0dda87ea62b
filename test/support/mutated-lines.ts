/**
 * Lines of every kind an era knows, with one member changed: made from the shapes, for Codex and unroll to be asked about.
 */
import type { ProfileName } from '../../domain/log/profile.ts'
import { PROFILES } from '../../domain/log/profile.ts'
import { SHAPES } from '../../domain/log/shapes/eras.ts'
import type { Members, Shape, Shapes } from '../../domain/log/shapes/shape.ts'
import { BASE } from './mutated-base.ts'

type Sample = unknown

/** Stands for the id of the thread a line is written to. */
export const OWN_ID = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const OTHER_ID = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const PRIMITIVES: Readonly<Record<string, Sample>> = {
  ReasoningEffort: 'high',
  Timestamp: '2026-11-21T07:09:43.000Z',
  ...{
    any: { a: [1] },
    anyWord: 'text',
    string: 'text',
    bool: true,
    u16: 404,
    i32: 3,
    u32: 2,
    i64: 1795243784,
    u64: 5
  },
  ...{ f64: 4, uuid: OTHER_ID, AbsolutePath: '/workspace/demo', AgentPath: '/root/helper' },
  ...{ PathUri: 'file:///workspace/demo' }
}
/** Members whose value matters. */
const NAMED: Readonly<Record<string, Sample>> = {
  ...{
    id: OWN_ID,
    session_id: OWN_ID,
    thread_id: OWN_ID,
    threadId: OWN_ID,
    cwd: '/workspace/demo'
  },
  timestamp: '2026-11-21T07:09:43.000Z',
  history_mode: 'legacy'
}
/** A file that continues another one is a specimen of its own. */
const LEFT_OUT: ReadonlySet<string> = new Set(['history_base'])
/** Metadata of a thread that continues another one. */
const CONTINUED: Specimen = {
  kind: 'session_meta:continued',
  type: 'session_meta',
  payload: {
    ...{ session_id: OWN_ID, id: OWN_ID, timestamp: '2026-11-21T07:09:43.000Z' },
    ...{ cwd: '/workspace/demo', originator: 'lab', cli_version: '0.169.0', source: 'vscode' },
    ...{ model_provider: 'mock', history_mode: 'paginated', forked_from_id: BASE.id },
    forked_from_ordinal_exclusive: BASE.lines.length,
    attached_thread: true,
    history_base: {
      thread_id: BASE.id,
      end_ordinal_exclusive: BASE.lines.length,
      end_byte_offset: BASE.text.length
    }
  }
}
/** Metadata of a thread that begins with copies of the one that started it. */
const SPAWNED: Specimen = {
  kind: 'session_meta:spawned',
  type: 'session_meta',
  payload: {
    ...{ session_id: BASE.id, id: OWN_ID, timestamp: '2026-11-21T07:09:43.000Z' },
    ...{ cwd: '/workspace/demo', originator: 'lab', cli_version: '0.169.0' },
    source: { subagent: { thread_spawn: { parent_thread_id: BASE.id, depth: 1 } } },
    ...{ model_provider: 'mock', history_mode: 'paginated', parent_thread_id: BASE.id },
    subagent_history_start_ordinal: 4
  }
}
const DEPTH_MAX = 8

/** Values of a shape that show all of its members, and each of its variants at least once. */
const samplesOf = (shapes: Shapes, shape: Shape, depth = 0): ReadonlyArray<Sample> => {
  if (typeof shape === 'string') {
    if (shape.startsWith('=')) return shape.slice(1).split('|')
    const name = shape.replace('?', '')
    if (PRIMITIVES[name] !== undefined) return [PRIMITIVES[name]]
    const named = shapes[name]
    return named === undefined || depth > DEPTH_MAX ? [] : samplesOf(shapes, named, depth + 1)
  }
  if (Array.isArray(shape)) {
    const all = samplesOf(shapes, shape[0] as Shape, depth + 1)
    return [all.slice(0, 2)]
  }
  return objectSamples(shapes, shape as Members, depth)
}

const memberSamples = (
  shapes: Shapes,
  name: string,
  shape: Shape,
  depth: number
): ReadonlyArray<Sample> =>
  NAMED[name] !== undefined && typeof shape === 'string' && shape !== 'PathUri'
    ? [NAMED[name]]
    : samplesOf(shapes, shape, depth + 1)

const objectSamples = (shapes: Shapes, shape: Members, depth: number): ReadonlyArray<Sample> => {
  const found: Array<Sample> = []
  const each: Array<readonly [string, ReadonlyArray<Sample>]> = []
  for (const [key, member] of Object.entries(shape)) {
    if (key === '@unit')
      found.push(...(member === '*' ? ['text'] : samplesOf(shapes, member as Shape)))
    else if (key === '@key')
      for (const [name, inner] of Object.entries(member as Shapes))
        found.push(...samplesOf(shapes, inner, depth + 1).map((value) => ({ [name]: value })))
    else if (key === '@either')
      found.push(
        ...(member as ReadonlyArray<Shape>).flatMap((one) => samplesOf(shapes, one, depth + 1))
      )
    else if (key === '*')
      each.push([
        shape['@keys'] === 'uuid' ? OTHER_ID : '/workspace/demo/a.txt',
        samplesOf(shapes, member as Shape, depth + 1)
      ])
    else if (!/^@|!$/.test(key) && !LEFT_OUT.has(key.replace(/[?=]$/, '')))
      each.push([
        key.replace(/[?=]$/, ''),
        memberSamples(shapes, key.replace(/[?=]$/, ''), member as Shape, depth)
      ])
  }
  const tag = Object.keys(shape).find(
    (key) =>
      key.startsWith('@') &&
      !/^@(unit|key|keys|either|also|order|sequence|closed|object)$/.test(key)
  )
  if (tag !== undefined)
    for (const [name, inner] of Object.entries(shape[tag] as unknown as Shapes)) {
      if (name === '*') continue
      for (const value of samplesOf(shapes, inner, depth + 1))
        found.push({ [tag.slice(1)]: name, ...(value as object) })
    }
  const also = (shape['@also'] as ReadonlyArray<Shape> | undefined)?.flatMap((one) =>
    samplesOf(shapes, one, depth + 1)
  ) ?? [{}]
  const counts = each.map(([, all]) => all.length)
  if (found.length > 0 && each.length === 0) return found
  return Array.from({ length: Math.max(also.length, found.length, 1, ...counts) }, (_, at) => ({
    ...Object.fromEntries(
      each.flatMap(([key, all]) => (all.length === 0 ? [] : [[key, all[at % all.length]]]))
    ),
    ...(also[at % also.length] as object),
    ...(found[at % Math.max(1, found.length)] as object | undefined)
  }))
}

/** A line as it is before its change. */
export interface Specimen {
  readonly kind: string
  readonly type: string
  readonly payload: unknown
}

const kindOf = (type: string, payload: unknown): string => {
  const { type: inner, item } = payload as {
    readonly type?: string
    readonly item?: { readonly type: string }
  }
  return [type, inner, item?.type].filter((part) => part !== undefined).join(':')
}

/** Lines of every kind that counts in an era, each with all its members. */
export const specimensOf = (era: ProfileName): ReadonlyArray<Specimen> => {
  const shapes = SHAPES[era]
  const lineages = PROFILES[era].segments ? [CONTINUED, SPAWNED] : []
  const each = Object.entries(shapes['LINES'] as Shapes)
    .flatMap(([type, shape]) =>
      samplesOf(shapes, shape).map((payload) => ({ kind: kindOf(type, payload), type, payload }))
    )
    .filter(({ kind }) => {
      const [type = '', inner = '', item] = kind.split(':')
      return (
        type !== 'event_msg' ||
        (PROFILES[era].events.has(inner) &&
          (item === undefined || PROFILES[era].completedItems.has(item)))
      )
    })
  return [...each, ...lineages]
}

/** A value, written as JSON text with one part replaced. */
const written = (value: unknown, path: ReadonlyArray<string | number>, change: Change): string => {
  const [key, ...rest] = path
  if (Array.isArray(value))
    return `[${value.map((item, at) => (at === key ? inner(item, rest, change) : JSON.stringify(item))).join(',')}]`
  return `{${Object.entries(value as object)
    .flatMap(([name, member]) => {
      if (name !== key) return [`${JSON.stringify(name)}:${JSON.stringify(member)}`]
      if (rest.length > 0) return [`${JSON.stringify(name)}:${inner(member, rest, change)}`]
      return change(JSON.stringify(member)).map((text) => `${JSON.stringify(name)}:${text}`)
    })
    .join(',')}}`
}

const inner = (value: unknown, rest: ReadonlyArray<string | number>, change: Change): string =>
  rest.length > 0 ? written(value, rest, change) : (change(JSON.stringify(value))[0] ?? 'null')

/** How a member is written after a change: its texts, none when it is dropped, two when it is doubled. */
type Change = (text: string) => ReadonlyArray<string>

const CHANGES: Readonly<Record<string, Change>> = {
  dropped: () => [],
  doubled: (text) => [text, text],
  doubledWithNull: (text) => [text, 'null'],
  null: () => ['null'],
  bool: () => ['true'],
  number: () => ['7'],
  zero: () => ['0'],
  negative: () => ['-1'],
  bigInteger: () => ['18446744073709551616'],
  largeInteger: () => ['9223372036854775808'],
  float: () => ['1.5'],
  wholeFloat: () => ['1.0'],
  longFloat: () => ['1.50'],
  exponent: () => ['1e3'],
  minusZero: () => ['-0'],
  hugeInteger: () => [`1${'0'.repeat(40)}`],
  string: () => ['"other"'],
  emptyString: () => ['""'],
  array: () => ['[]'],
  object: () => ['{}'],
  loneSurrogate: () => ['"\\ud800"'],
  nestedInObject: (text) => [`{"inner":${text}}`],
  nestedInArray: (text) => [`[${text}]`],
  unknownMember: (text) =>
    text.startsWith('{') ? [`{"unknown":[1.5]${text === '{}' ? '' : ','}${text.slice(1)}`] : [text],
  onlyMember: (text) => [`{${/^"[^"]*"$/.test(text) ? text : '"only"'}:null}`],
  unknownWord: (text) => [
    /^"[^"]*"$/.test(text) ? `"${text.slice(1, -1)}_x"` : `{"unknown":${text}}`
  ]
}

/** One changed line. */
export interface Mutation {
  readonly kind: string
  readonly member: string
  readonly change: string
  readonly type: string
  /** The members of the line but its time and number, as text. */
  readonly text: string
}

const pathsOf = (
  value: unknown,
  path: ReadonlyArray<string | number> = []
): ReadonlyArray<ReadonlyArray<string | number>> => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => {
    const own = [...path, Array.isArray(value) ? Number(key) : key]
    return [own, ...pathsOf(member, own)]
  })
}

/** Every change of every member of the specimens of an era. */
export const mutationsOf = (era: ProfileName): ReadonlyArray<Mutation> =>
  specimensOf(era).flatMap(({ kind, type, payload }) => {
    const line = { type, payload }
    const unchanged = {
      kind,
      type,
      member: '-',
      change: 'unchanged',
      text: JSON.stringify(line).slice(1, -1)
    }
    return [
      unchanged,
      ...pathsOf(line).flatMap((path) =>
        Object.entries(CHANGES)
          .filter(([name]) => typeof path.at(-1) === 'string' || !/dropped|doubled/.test(name))
          .map(([change, apply]) => ({
            ...{ kind, type, change, member: path.slice(1).join('.') || String(path[0]) },
            text: written(line, path, apply).slice(1, -1)
          }))
      )
    ]
  })
