/**
 * What a tool is: its words and schemas, and how it is answered.
 */
import type { History } from './history.ts'
import { z, type Infer, type ZodObject } from './sdk.ts'
import { shortened } from './words.ts'

export interface ToolAnswer<D> {
  readonly data: D
  /** The same in Markdown, without the notice that is put in front. */
  readonly text: string
}

export interface Tool<I extends ZodObject = ZodObject, O extends ZodObject = ZodObject> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: I
  readonly output: O
  /** True for one that changes something; it is there only with `--writable`. */
  readonly writes?: boolean
  readonly answer: (history: History, args: Infer<I>) => Promise<ToolAnswer<Infer<O>>>
}

/** A tool among others, whose schemas differ. */
export type AnyTool = Omit<Tool, 'answer'> & {
  readonly answer: (history: History, args: never) => Promise<ToolAnswer<object>>
}

export const tool = <I extends ZodObject, O extends ZodObject>(made: Tool<I, O>): AnyTool => made

/** Of longer texts no more is looked at. */
const LOOKED_AT = 256 * 1024

/** A text without secrets, cut to a length; secrets go first, so that none is cut in two and missed. */
export const clean = ({ redact }: History, text: string, max: number): string =>
  shortened(redact(text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text), max)

export const threadArg = z
  .string()
  .min(1)
  .describe('Id of a thread, the beginning of one, or its name.')

export const cwdArg = z
  .string()
  .optional()
  .describe(
    'Only threads of this directory (absolute path). Without it all, those of your directory first.'
  )

export const sinceArg = z
  .string()
  .optional()
  .describe('From this time on: 2026-11-21, 2026-11-21T14:30, today, yesterday, 7d, 2h.')

export const untilArg = z.string().optional().describe('Until this time; a day is included.')

export const limitArg = (max: number, usual: number) =>
  z
    .number()
    .int()
    .min(1)
    .max(max)
    .default(usual)
    .describe(`How many at the most; ${max} is the limit.`)

export const cursorArg = z
  .string()
  .optional()
  .describe('`next_cursor` of the previous answer, to get the next page.')

export const maxCharsArg = z
  .number()
  .int()
  .min(1000)
  .max(100_000)
  .optional()
  .describe('The most characters of the answer. Default: 12,000.')

export const noticeOut = z.string().describe('What the quoted texts are.')
export const nextCursorOut = z
  .string()
  .nullable()
  .describe('Cursor of the next page; null on the last page.')
export const timeOut = z.string().nullable().describe('UTC; null where no line tells.')
