/**
 * Tables for people.
 */
import { figureOf, ratioTo, type Row } from './rows.ts'
import { UNROLL } from './servers.ts'
import type { Verdict } from './verdicts.ts'

/** Three digits at most: more would be noise. */
export const short = (value: number | null): string => {
  if (value === null) return '–'
  if (value >= 100) return Math.round(value).toLocaleString('en')
  if (value >= 10) return value.toFixed(1)
  if (value >= 1) return value.toFixed(2)
  return value >= 0.01 ? value.toFixed(3) : String(Number(value.toPrecision(2)))
}

/** Columns as wide as they need to be; the first is text, the others are figures. */
export const tableOf = (lines: ReadonlyArray<ReadonlyArray<string>>): string => {
  const width = (column: number): number =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0))
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(width(column)) : text.padStart(width(column))
  return lines.map((line) => `${line.map(cell).join('  ').trimEnd()}\n`).join('')
}

/** Every row; behind each peer how many times its figure unroll's is. */
export const figures = (rows: ReadonlyArray<Row>, peers: ReadonlyArray<string>): string => {
  const head = ['', UNROLL, ...peers.flatMap((peer) => [peer, 'ratio']), 'unit']
  const figure = (row: Row, server: string): string =>
    row.notes[server] === undefined ? short(figureOf(row, server)) : 'n/a'
  const lines = rows.map((row) => [
    `${row.suite}: ${row.name}`,
    figure(row, UNROLL),
    ...peers.flatMap((peer) => [figure(row, peer), short(ratioTo(row, peer))]),
    row.unit
  ])
  return tableOf([head, ...lines])
}

/** Why figures are missing, each reason once. */
export const notes = (rows: ReadonlyArray<Row>): string => {
  const reasons = new Map<string, string[]>()
  for (const { suite, name, notes: own } of rows) {
    for (const [server, reason] of Object.entries(own)) {
      const key = `${server}: ${reason}`
      reasons.set(key, [...(reasons.get(key) ?? []), `${suite}: ${name}`])
    }
  }
  return [...reasons]
    .map(([reason, where]) => {
      const more = where.length > 1 ? ` and ${where.length - 1} more` : ''
      return `n/a  ${reason} (${where[0]}${more})\n`
    })
    .join('')
}

/** Every target, met or not. */
export const verdicts = (all: ReadonlyArray<Verdict>): string => (all.length === 0 ? '' : told(all))

const told = (all: ReadonlyArray<Verdict>): string =>
  tableOf([
    ['target', 'limit', 'figure', 'over', '', ''],
    ...all.map(({ text, most, peer, kept, outcome, figure, over, of }) => [
      `${text}${peer === null ? '' : `, times ${peer}`}`,
      `<= ${most}`,
      short(figure),
      of === 0 ? '–' : `${over} of ${of}`,
      outcome,
      kept ? 'may be kept' : ''
    ])
  ]) +
  all
    .filter(({ outcome }) => outcome === 'missed')
    .map(({ row, figure, most }) => `missed  ${row}: ${short(figure)}, limit ${most}\n`)
    .join('')
