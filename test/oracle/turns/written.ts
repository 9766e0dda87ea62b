/**
 * What turns wrote into a home: the kinds of lines of every file, and how many turns ended.
 */
import { readFileSync } from 'node:fs'
import { rolloutsIn } from './place.ts'

interface Line {
  readonly type: string
  readonly payload: { readonly type?: string }
}

const linesOf = (path: string): ReadonlyArray<Line> =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line]
      } catch {
        return []
      }
    })

const kindOf = ({ type, payload }: Line): string => `${type} ${payload.type ?? ''}`.trim()

/** The kinds of the lines of every file, in the order in which the threads were begun. */
export const kindsIn = (home: string): ReadonlyArray<ReadonlyArray<string>> =>
  rolloutsIn(home).map((path) => linesOf(path).map(kindOf))

const ENDS: ReadonlySet<string> = new Set(['task_complete', 'turn_aborted'])

/** How many turns have ended in all files. */
export const endsIn = (home: string): number =>
  rolloutsIn(home)
    .flatMap(linesOf)
    .filter(({ type, payload }) => type === 'event_msg' && ENDS.has(payload.type ?? '')).length
