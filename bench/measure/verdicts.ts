/**
 * Targets against figures.
 */
import type { Target } from '../targets.ts'
import { figureOf, ratioTo, type Row } from './rows.ts'
import { UNROLL } from './servers.ts'

/** What became of a target; the figure is that of the worst row. */
export interface Verdict {
  readonly text: string
  readonly most: number
  readonly peer: string | null
  /** True where answers may come from what is kept. */
  readonly kept: boolean
  readonly outcome: 'met' | 'missed' | 'not measured'
  readonly figure: number | null
  readonly row: string | null
  /** Rows over the limit, and rows in all. */
  readonly over: number
  readonly of: number
}

/** Judges the targets a home is about. */
export const judge = (
  targets: ReadonlyArray<Target>,
  profile: string,
  rows: ReadonlyArray<Row>
): ReadonlyArray<Verdict> =>
  targets
    .filter(({ profiles }) => profiles === undefined || profiles.includes(profile))
    .map(({ text, rows: about, peer, kept = false, most }) => {
      const found = rows
        .map((row) => ({
          row: `${row.suite}: ${row.name}`,
          figure: peer === undefined ? figureOf(row, UNROLL) : ratioTo(row, peer)
        }))
        .filter(({ row, figure }) => about.test(row) && figure !== null)
        .sort((a, b) => (b.figure ?? 0) - (a.figure ?? 0))
      const figure = found[0]?.figure ?? null
      const outcome = figure === null ? 'not measured' : figure <= most ? 'met' : 'missed'
      const over = found.filter((one) => (one.figure ?? 0) > most).length
      const row = found[0]?.row ?? null
      return { text, most, peer: peer ?? null, kept, outcome, figure, row, over, of: found.length }
    })

/** Judges the targets of a script of its own: those that name it. */
export const judgeOwn = (
  targets: ReadonlyArray<Target>,
  script: string,
  rows: ReadonlyArray<Row>
): ReadonlyArray<Verdict> =>
  judge(
    targets.filter(({ profiles }) => profiles?.includes(script) === true),
    script,
    rows
  )
