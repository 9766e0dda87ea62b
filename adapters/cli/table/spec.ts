/**
 * What a row of the command table is, and the options that several commands share.
 */

/** An option. */
export interface OptionSpec {
  readonly name: string
  /** Its letter, where it has one. */
  readonly short?: string
  /** Placeholder of its value; absent for a flag. */
  readonly value?: string
  readonly many?: boolean
  readonly choices?: ReadonlyArray<string>
  /** For whole numbers: the smallest and the largest allowed. */
  readonly range?: readonly [number, number]
  readonly text: string
}

/** What a command prints, by form. A command without `json` refuses `--json`. */
export interface OutputSpec {
  readonly human: string
  readonly tsv?: string
  readonly json?: string
}

/** A command. */
export interface CommandSpec {
  readonly name: string
  /** Placeholders of its arguments; one in brackets may be left out, and with `...` be there several times. */
  readonly args: ReadonlyArray<string>
  /** What the first argument may be, where its placeholder does not say so. */
  readonly choices?: ReadonlyArray<string>
  readonly summary: string
  readonly about: ReadonlyArray<string>
  readonly options: ReadonlyArray<OptionSpec>
  /** Options that exclude each other. */
  readonly conflicts?: ReadonlyArray<readonly [string, string]>
  readonly output: OutputSpec
  readonly exits: ReadonlyArray<number>
  /** A command and what it does. */
  readonly examples: ReadonlyArray<readonly [string, string]>
}

/** The most a list prints at once; the pages behind it are walked. */
export const LIMIT_MAX = 1_000_000

/** How many rows a command prints. */
export const limit = (text: string): OptionSpec => ({
  name: 'limit',
  value: 'N',
  range: [1, LIMIT_MAX],
  text
})

/** Where a page begins. */
export const CURSOR: OptionSpec = {
  name: 'cursor',
  value: 'CURSOR',
  text: 'Begin where `nextCursor` or `backwardsCursor` of an earlier page says.'
}

/** How large a page gets. */
export const MAX_BYTES: OptionSpec = {
  name: 'max-bytes',
  value: 'N',
  range: [1, Number.MAX_SAFE_INTEGER],
  text:
    'Stop after so many bytes of JSON; what is larger alone is shortened and says so. The next page begins at `nextCursor`. ' +
    'Default: no such limit.'
}

/** When everything is as it was. */
export const AT_TIME: OptionSpec = {
  name: 'at',
  value: 'TIME',
  text:
    'Answer as it would have been then: `2026-11-21T14:30:00Z` (UTC where no zone is named), `2026-11-21` (when that day was over), or ' +
    '`2h` (so long ago; s, m, h, d, w). See docs/TIME-TRAVEL.md. Default: now.'
}

/** When a thread, or everything, is as it was. */
export const AT: OptionSpec = {
  name: 'at',
  value: 'REVISION|TURN|TIME',
  text:
    'Answer as it would have been: before the event with this revision, or at the end of this turn (its id or the beginning of it), of the ' +
    'thread that is named; or at a time: `2026-11-21T14:30:00Z` (UTC where no zone is named), `2026-11-21` (when that day was over), `2h` (so ' +
    'long ago; s, m, h, d, w). See docs/TIME-TRAVEL.md. Default: now.'
}

/** How a thread is named. */
export const ONE_THREAD = [
  '`<thread>` is an id, the beginning of an id that no other thread shares, or a name.'
]
