/**
 * What the tools, resources and prompts of the MCP server are answered from.
 */
import * as E from 'fp-ts/lib/Either.js'
import { describe, ERROR_KIND, type StoreError } from '../../domain/errors.ts'
import { rangeTyped, TIME_FORMS, type TimeRange } from '../../domain/time/typed-time.ts'
import type { Zone } from '../../domain/time/zone.ts'
import type { Engine } from '../../replay/engine.ts'
import type { PastPoint } from '../../replay/past/time-travel/past.ts'
import { hint } from '../hint.ts'

export interface History {
  readonly engine: () => Promise<Engine>
  /** An engine over the same threads as they were; the caller closes it. */
  readonly engineAt: (point: PastPoint) => Promise<E.Either<StoreError, Engine>>
  /** Path of `$CODEX_HOME`; null where a store holds the threads. */
  readonly home: string | null
  readonly index?: string
  /** Where the client works; results from there come first. */
  readonly directories: () => Promise<ReadonlyArray<string>>
  /** A text without its secrets. */
  readonly redact: (text: string) => string
  /** The most characters of an answer, unless a call asks for another number. */
  readonly maxChars: number
  readonly zone: Zone
  readonly nowMs: () => number
}

/** Why a call has no answer, in the words of `--json`. */
export interface Refusal {
  readonly kind: string
  readonly message: string
  readonly hint: string
}

/** Thrown by a tool, and answered as its error: the only way out of a walk over pages that is not an answer. */
export class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** Next steps that are tools, where the command line would name a command. */
const HINTS: Partial<Readonly<Record<StoreError['_tag'], string>>> = {
  StreamNotFound: 'find the thread with list_threads or search_history',
  AmbiguousThread: 'use the whole id',
  TurnNotFound: 'read_thread lists the turns and their ids',
  ItemNotFound: 'read_thread lists the items of a turn and their ids',
  AnchorGone: 'begin again without a cursor',
  WrongExpectedRevision:
    'read_thread answers the current revision; look at what changed, then ask again'
}

export const refusalOf = (e: StoreError): Refusal => ({
  kind: ERROR_KIND[e._tag],
  message: describe(e),
  hint: HINTS[e._tag] ?? hint(e)
})

export const refuse = (kind: string, message: string, next: string): never => {
  throw new Refused({ kind, message, hint: next })
}

/** What an engine answered; a failure ends the call. */
export const got = <A>(answer: E.Either<StoreError, A>): A => {
  if (E.isLeft(answer)) throw new Refused(refusalOf(answer.left))
  return answer.right
}

const TIMES = TIME_FORMS.map(([example]) => example).join(', ')

/** The range that two typed times name. */
export const rangeOf = (
  { zone, nowMs }: History,
  since: string | undefined,
  until: string | undefined
): TimeRange => {
  const range = rangeTyped({ since, until }, { zone, nowMs: nowMs() })
  if (E.isRight(range)) return range.right
  return range.left === 'order'
    ? refuse('invalid_request', '`since` is after `until`', 'exchange them')
    : refuse('invalid_request', `\`${range.left}\` is no time`, `write one of: ${TIMES}`)
}

/** The thread a text names: an id, the beginning of one, or a name. */
export const threadNamed = async (history: History, text: string): Promise<string> =>
  got(await (await history.engine()).resolve(text.replace(/^unroll:\/\/thread\//, ''))())
