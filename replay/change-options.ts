/**
 * Which options each change honours. An option that a change does not know is refused: a `dryRun` that is ignored would
 * change files.
 */
import type { Engine } from './use-cases.ts'
import type { UndoOptions } from './change/life/undo.ts'
import type { RemoveOptions } from './change/life/remove.ts'
import { invalidRequest, type Result } from './result.ts'

type Option = keyof RemoveOptions | keyof UndoOptions

const ASKED: ReadonlyArray<Option> = ['actor', 'undoes']
const PLANNED: ReadonlyArray<Option> = [...ASKED, 'dryRun', 'expectedRevision']
const FORCED: ReadonlyArray<Option> = [...PLANNED, 'force']

type LastArgument<F> = F extends (...given: infer A) => unknown
  ? Required<A> extends readonly [...ReadonlyArray<unknown>, infer L]
    ? L
    : unknown
  : unknown

/** Use cases that may undo others: all those that change something. */
type ChangeName = {
  [K in keyof Engine]: 'undoes' extends keyof NonNullable<LastArgument<Engine[K]>> ? K : never
}[keyof Engine]

/** Where a change has its options among its arguments, and which it honours. */
export const CHANGE_OPTIONS = {
  archive: [1, FORCED],
  unarchive: [1, FORCED],
  remove: [1, [...PLANNED, 'permanent']],
  restore: [1, PLANNED],
  rename: [2, PLANNED],
  undo: [1, [...FORCED, 'skips']],
  repair: [1, ASKED],
  fork: [2, PLANNED],
  revert: [2, FORCED],
  append: [3, ASKED],
  rollback: [2, FORCED],
  unrollback: [1, FORCED],
  updateMetadata: [2, PLANNED],
  setMemoryMode: [2, PLANNED],
  injectItems: [2, PLANNED],
  setGoal: [2, PLANNED],
  restoreGoal: [2, PLANNED],
  clearGoal: [1, PLANNED],
  updateSettings: [2, PLANNED],
  startReview: [2, PLANNED],
  completeReview: [2, PLANNED],
  interruptReview: [2, PLANNED],
  compact: [2, PLANNED],
  beginTurn: [2, [...ASKED, 'expectedRevision']],
  interrupt: [1, PLANNED]
} as const satisfies { readonly [K in ChangeName]: readonly [number, ReadonlyArray<Option>] }

type AnyChange = (...given: ReadonlyArray<unknown>) => unknown

/** False means the same as leaving an option out. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== false

const refused = (name: string, option: string) => async (): Promise<Result<never>> =>
  invalidRequest(`${name} does not take the option \`${option}\``)

/** The same engine, whose changes refuse options that they do not honour, with `InvalidRequest` and before anything is done. */
export const refusingOptions = (engine: Engine): Engine => {
  const changes = Object.entries(CHANGE_OPTIONS).map(([name, [at, honoured]]) => {
    const change = engine[name as keyof Engine] as AnyChange
    const guardedChange: AnyChange = (...given) => {
      const options = Object.entries(given[at] ?? {})
      const unknown = options.find(
        ([option, value]) => isGiven(value) && !(honoured as ReadonlyArray<string>).includes(option)
      )
      return unknown === undefined ? change(...given) : refused(name, unknown[0])
    }
    return [name, guardedChange] as const
  })
  return { ...engine, ...Object.fromEntries(changes) }
}
