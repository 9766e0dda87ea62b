/**
 * How a thread differs between two points, or two threads from each other: in turns, in what the model knows, in files that patches
 * changed, and in tokens. What did not change is left out.
 */
import type { JsonObject } from '../../json.ts'
import type { ThreadItem, Turn } from '../../protocol.ts'
import type { Tokens } from '../../ledgers/usage/tokens.ts'
import { isSame, listChanges, type ListChange } from './lists.ts'

/** What can be compared. */
export const DIFFERENCE_PARTS = ['turns', 'context', 'files', 'usage'] as const
export type DifferencePart = (typeof DIFFERENCE_PARTS)[number]

/** A member that is another one on the other side. */
interface FieldChange {
  readonly field: string
  readonly before: unknown
  readonly after: unknown
}

/** A turn that was added or removed, or what changed in it. */
type TurnDifference =
  | Exclude<ListChange<Turn>, { readonly change: 'changed' }>
  | {
      readonly change: 'changed'
      readonly key: string
      /** All but its items. */
      readonly fields: ReadonlyArray<FieldChange>
      readonly items: ReadonlyArray<ListChange<ThreadItem>>
    }

/** What patches did to a file. */
export interface FileSum {
  readonly path: string
  /** Patches that were applied. */
  readonly patches: number
  readonly linesAdded: number
  readonly linesDeleted: number
  /** Patches of turns that were rolled back, which changed the file all the same. */
  readonly rolledBack: number
}

/** The tokens of one model. */
export interface ModelSum extends Tokens {
  readonly model: string
}

export type ThreadDifference =
  | ({ readonly of: 'turns' } & TurnDifference)
  /** An item the model is told, or one of the facts beside the items. */
  | ({ readonly of: 'context' } & ListChange<JsonObject>)
  | ({ readonly of: 'context'; readonly change: 'changed' } & FieldChange)
  | ({ readonly of: 'files' } & ListChange<FileSum>)
  | ({ readonly of: 'usage' } & ListChange<ModelSum>)

const fieldChanges = (before: object, after: object): ReadonlyArray<FieldChange> => {
  const [old, now] = [before, after] as ReadonlyArray<Readonly<Record<string, unknown>>>
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !isSame(old?.[field], now?.[field]))
    .map((field) => ({ field, before: old?.[field] ?? null, after: now?.[field] ?? null }))
}

/** Differences between turns, which are given with all their items. */
export const turnDifferences = (
  before: ReadonlyArray<Turn>,
  after: ReadonlyArray<Turn>
): ReadonlyArray<ThreadDifference> =>
  listChanges(before, after, ({ id }) => id).map((one): ThreadDifference => {
    if (one.change !== 'changed') return { of: 'turns', ...one }
    const { items: old, ...oldFields } = one.before
    const { items: now, ...nowFields } = one.after
    const fields = fieldChanges(oldFields, nowFields)
    const items = listChanges(old, now, ({ id }) => id)
    return { of: 'turns', change: 'changed', key: one.key, fields, items }
  })

/** The items a model is told, and the facts beside them. */
interface KnownContext {
  readonly items: ReadonlyArray<JsonObject>
  readonly itemTokens?: ReadonlyArray<number>
  readonly settings: object | null
}

/** Facts beside the items, settings one by one; the sizes of items follow from the items. */
const factsOf = (context: KnownContext): object => {
  const { items: _items, settings, itemTokens: _sizes, ...facts } = context
  const named = Object.entries<unknown>({ ...settings }).map(
    ([name, value]) => [`settings.${name}`, value] as const
  )
  return { ...facts, ...Object.fromEntries<unknown>(named) }
}

/** Differences in what the model knows. Its items have no ids: a changed one is one removed and one added. */
export const contextDifferences = (
  before: KnownContext,
  after: KnownContext
): ReadonlyArray<ThreadDifference> => [
  ...listChanges(before.items, after.items, (item) => JSON.stringify(item)).map(
    (one): ThreadDifference => ({ of: 'context', ...one })
  ),
  ...fieldChanges(factsOf(before), factsOf(after)).map((one): ThreadDifference => ({
    of: 'context',
    change: 'changed',
    ...one
  }))
]

/** Differences in what patches did, file by file. */
export const fileDifferences = (
  before: ReadonlyArray<FileSum>,
  after: ReadonlyArray<FileSum>
): ReadonlyArray<ThreadDifference> =>
  listChanges(before, after, ({ path }) => path).map((one) => ({ of: 'files', ...one }))

/** Differences in what was spent, model by model. */
export const usageDifferences = (
  before: ReadonlyArray<ModelSum>,
  after: ReadonlyArray<ModelSum>
): ReadonlyArray<ThreadDifference> =>
  listChanges(before, after, ({ model }) => model).map((one) => ({ of: 'usage', ...one }))
