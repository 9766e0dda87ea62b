/**
 * A table of a few hundred rows at most; longer ones are virtual lists.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { idle } from '../state/idle.ts'

export interface ShownColumn<A> {
  readonly title: string
  readonly cell: (row: A) => ComponentChildren
  readonly isNumber?: boolean
  /** Left out where there is little room. */
  readonly isExtra?: boolean
  /** Takes the room that is left, and breaks its lines. */
  readonly isWide?: boolean
}

interface TableProps<A> {
  readonly caption: string
  readonly columns: ReadonlyArray<ShownColumn<A>>
  readonly rows: ReadonlyArray<A>
  readonly keyOf: (row: A, index: number) => string | number
}

const classOf = <A,>({ isNumber, isExtra, isWide }: ShownColumn<A>): string =>
  [isNumber && 'number', isExtra && 'extra', isWide && 'wide'].filter(Boolean).join(' ')

const FIRST_ROWS = 60
const MORE_ROWS = 100

/** How many rows are drawn: what may be seen at once, and the others as soon as nothing else is to be done. */
const useDrawn = (rows: number): number => {
  const [drawn, setDrawn] = useState(FIRST_ROWS)
  useEffect(() => {
    if (drawn < rows) void idle(500).then(() => setDrawn(drawn + MORE_ROWS))
  }, [drawn, rows])
  return drawn
}

/** The first column names the row. */
export const Table = <A,>({ caption, columns, rows, keyOf }: TableProps<A>) => {
  const drawn = useDrawn(rows.length)
  return (
    <table class="numbers">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th scope="col" class={classOf(column)}>
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, drawn).map((row, index) => (
          <tr key={keyOf(row, index)}>
            {columns.map((column, at) =>
              at === 0 ? (
                <th scope="row" class={classOf(column)}>
                  {column.cell(row)}
                </th>
              ) : (
                <td class={classOf(column)}>{column.cell(row)}</td>
              )
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
