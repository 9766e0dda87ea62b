/**
 * What the methods answer that only this page asks.
 */
import type { Page, Thread, Turn } from '../../domain/protocol.ts'

export type ThreadPage = Page<Thread>

/** A turn with its place in the thread, counted from 0. */
export type NumberedTurn = Turn & { readonly n: number }

export interface TurnRangeAnswer {
  readonly total: number
  readonly revision: number
  readonly data: ReadonlyArray<NumberedTurn>
}

/** A message that a search found. */
export interface FoundPlace {
  readonly turnId: string
  readonly itemId: string
  readonly snippet: string
  readonly snippetMatchRange: { readonly start: number; readonly end: number }
}
