/**
 * Pieces that several payloads share, spelled as they are on disk in every era.
 */
import * as t from 'io-ts'
import { optional, u32, u64 } from './codec.ts'

const text = optional(t.string)
const strings = t.array(t.string)

/** A marked stretch of a message; `byte_range` counts UTF-8 bytes. */
export const TextElement = t.intersection([
  t.type({ byte_range: t.type({ start: u64, end: u64 }) }),
  t.partial({ placeholder: text })
])
export type TextElement = t.TypeOf<typeof TextElement>

/** Where in its memories the model found something. */
export const RecordedCitation = t.type({
  entries: t.array(t.type({ path: t.string, lineStart: u32, lineEnd: u32, note: t.string })),
  rolloutIds: strings
})
export type RecordedCitation = t.TypeOf<typeof RecordedCitation>

/** What a patch does to one file. */
export const RecordedFileChange = t.union([
  t.type({ type: t.literal('add'), content: t.string }),
  t.type({ type: t.literal('delete'), content: t.string }),
  t.intersection([
    t.type({ type: t.literal('update'), unified_diff: t.string }),
    t.partial({ move_path: text })
  ])
])
export type RecordedFileChange = t.TypeOf<typeof RecordedFileChange>

/** What an MCP tool answered. */
export const ToolResult = t.intersection([
  t.type({ content: t.array(t.unknown) }),
  t.partial({ structuredContent: t.unknown, isError: optional(t.boolean), _meta: t.unknown })
])
export type ToolResult = t.TypeOf<typeof ToolResult>

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
export type WebSearchAction = t.TypeOf<typeof WebSearchAction>

/** What a review looks at. */
export const RecordedReviewTarget = t.union([
  t.type({ type: t.literal('uncommittedChanges') }),
  t.type({ type: t.literal('baseBranch'), branch: t.string }),
  t.intersection([
    t.type({ type: t.literal('commit'), sha: t.string }),
    t.partial({ title: text })
  ]),
  t.type({ type: t.literal('custom'), instructions: t.string })
])
export type RecordedReviewTarget = t.TypeOf<typeof RecordedReviewTarget>
