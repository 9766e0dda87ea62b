/**
 * What lies between two turns: the time that passed, and what is new since the person was here.
 */
import { Ago } from '../parts/ago.tsx'
import { duration } from '../text/times.ts'
import type { NumberedTurn } from '../wire/answers.ts'

/** Shorter pauses are of no interest. */
const PAUSE_MS = 60_000
const DAY_MS = 24 * 3_600_000

const endOf = ({ completedAt, startedAt, durationMs }: NumberedTurn): number | null => {
  if (completedAt !== null) return completedAt * 1000
  return startedAt === null || durationMs === null ? null : startedAt * 1000 + durationMs
}

const passed = (ms: number): string =>
  ms < DAY_MS ? duration(ms) : `${Math.floor(ms / DAY_MS)} days`.replace(/^1 days$/, '1 day')

/** `3 h 5 min later`; null for a pause that is short or not known. */
export const pauseBetween = (
  before: NumberedTurn | undefined,
  turn: NumberedTurn
): string | null => {
  const ended = before === undefined ? null : endOf(before)
  if (ended === null || turn.startedAt === null) return null
  const pause = turn.startedAt * 1000 - ended
  return pause < PAUSE_MS ? null : `${passed(pause)} later`
}

export const Gap = ({
  before,
  turn
}: {
  readonly before: NumberedTurn | undefined
  readonly turn: NumberedTurn
}) => {
  const pause = pauseBetween(before, turn)
  return pause === null ? null : (
    <div class="gap-line">
      <span>{pause}</span>
    </div>
  )
}

/** Stands before the first turn that was not there when the person looked last. */
export const NewSince = ({ atMs }: { readonly atMs: number }) => (
  <div class="rule new-since">
    <span>
      new since your last visit, <Ago timeMs={atMs} />
    </span>
  </div>
)
