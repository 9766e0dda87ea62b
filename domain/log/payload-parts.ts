/**
 * Pieces that several payloads share, spelled as they are on disk in every era.
 */
import * as t from 'io-ts'
import { oneOf, optional, u32, u64 } from './codec.ts'

const text = optional(t.string)
const strings = t.array(t.string)

const ByteRange = t.type({ start: u64, end: u64 })
/** A marked stretch of a message; `byte_range` counts UTF-8 bytes. */
export const TextElement = t.intersection([
  t.type({ byte_range: ByteRange }),
  t.partial({ placeholder: text })
])
/** How closely the model looks at an image. */
export const ImageDetail = oneOf('auto', 'low', 'high', 'original')

/** Where in its memories the model found something. */
export const MemoryCitation = t.type({
  entries: t.array(t.type({ path: t.string, lineStart: u32, lineEnd: u32, note: t.string })),
  rolloutIds: strings
})

/** What a patch does to one file. */
export const FileChange = t.union([
  t.type({ type: t.literal('add'), content: t.string }),
  t.type({ type: t.literal('delete'), content: t.string }),
  t.intersection([
    t.type({ type: t.literal('update'), unified_diff: t.string }),
    t.partial({ move_path: text })
  ])
])

/** What an MCP tool answered. */
export const ToolResult = t.intersection([
  t.type({ content: t.array(t.unknown) }),
  t.partial({ structuredContent: t.unknown, isError: optional(t.boolean), _meta: t.unknown })
])

/** What a web search did; an unknown type reads as `other`. */
export const WebSearchAction = t.union([
  t.intersection([
    t.type({ type: t.literal('search') }),
    t.partial({ query: text, queries: optional(strings) })
  ]),
  t.intersection([t.type({ type: t.literal('open_page') }), t.partial({ url: text })]),
  t.intersection([
    t.type({ type: t.literal('find_in_page') }),
    t.partial({ url: text, pattern: text })
  ]),
  t.type({ type: t.string })
])

/** What a review looks at. */
export const ReviewTarget = t.union([
  t.type({ type: t.literal('uncommittedChanges') }),
  t.type({ type: t.literal('baseBranch'), branch: t.string }),
  t.intersection([
    t.type({ type: t.literal('commit'), sha: t.string }),
    t.partial({ title: text })
  ]),
  t.type({ type: t.literal('custom'), instructions: t.string })
])
