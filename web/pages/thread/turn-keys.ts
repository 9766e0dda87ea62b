/**
 * Walking through a thread by keys: from item to item, from turn to turn.
 */
import { useEffect } from 'preact/hooks'
import { itemKey } from '../../items/context.ts'
import { textOf } from '../../items/item-text.ts'
import { ITEMS_SHOWN, partsOf, stopsOf, workWith } from '../../items/turn-parts.ts'
import type { Revealing } from '../../parts/reveal.ts'
import { isOpen, setOpen } from '../../state/folds.ts'
import { keys } from '../../state/keys.ts'
import { showsInspector, splitDiffs } from '../../state/preferences.ts'
import { selected, shown } from '../../state/selection.ts'
import { copy, say } from '../../state/toast.ts'
import type { TurnWindow } from '../../state/turns.ts'
import { threadHref } from '../../routes.ts'
import type { NumberedTurn } from '../../wire/answers.ts'
import { toggleRolledBack, toggleShown } from './turn-tools.tsx'
import type { ThreadRoute } from './view.ts'

/** So many turns are looked through for one that has what is looked for. */
const LOOKED_THROUGH = 200

export interface WalkParts {
  readonly route: ThreadRoute
  readonly turns: TurnWindow
  readonly revealing: Revealing
  /** Place of the turn at the upper edge. */
  readonly top: () => number
}

const stopsIn = ({ route }: WalkParts, turn: NumberedTurn): ReadonlyArray<string> => {
  const first = turn.items[0]
  const hasPrompt = shown.value.size === 0 && first?.type === 'userMessage'
  const all = partsOf(hasPrompt ? turn.items.slice(1) : turn.items, shown.value)
  const name = `${route.threadId}/${turn.id}`
  const parts = isOpen(`${name}/whole`, false) ? all : all.slice(0, ITEMS_SHOWN)
  const stops = stopsOf(parts, (id) => isOpen(`${name}/${id}`, false))
  return hasPrompt && first !== undefined ? [first.id, ...stops] : stops
}

const isPrompted = (turn: NumberedTurn): boolean => turn.items[0]?.type === 'userMessage'

/** Moves of the selection. */
export const walkOf = (parts: WalkParts) => {
  const { turns, revealing, top } = parts
  const select = (turn: NumberedTurn, itemId: string | null, align: 'start' | 'nearest'): void => {
    selected.value = { turnId: turn.id, itemId }
    revealing.reveal({ n: turn.n, turnId: turn.id, itemId, align }, (element) =>
      element.focus({ preventScroll: true })
    )
  }
  const placeNow = (): number => {
    const known = selected.value === null ? null : turns.placeOf(selected.value.turnId)
    return known ?? top()
  }
  const turnFrom = async (
    from: number,
    step: 1 | -1,
    isWanted: (turn: NumberedTurn) => boolean
  ): Promise<NumberedTurn | null> => {
    const total = turns.total.value ?? 0
    for (let n = from, looked = 0; n >= 0 && n < total && looked < LOOKED_THROUGH; n += step) {
      const turn = await turns.at(n)
      if (turn === null) return null
      if (isWanted(turn)) return turn
      looked += 1
    }
    return null
  }
  return {
    item: async (step: 1 | -1): Promise<void> => {
      const n = placeNow()
      const here = await turns.at(n)
      const stops = here === null ? [] : stopsIn(parts, here)
      const isIn = here !== null && selected.value?.turnId === here.id
      const at = isIn ? stops.indexOf(selected.value?.itemId ?? '') : -1
      const next = isIn && step === -1 && at === -1 ? undefined : stops[at + step]
      if (here !== null && next !== undefined && (isIn || step === 1))
        return select(here, next, 'nearest')
      const other = await turnFrom(n + step, step, (turn) => stopsIn(parts, turn).length > 0)
      const own = other === null ? [] : stopsIn(parts, other)
      const itemId = own[step === 1 ? 0 : own.length - 1]
      if (other !== null && itemId !== undefined) select(other, itemId, 'nearest')
    },
    prompt: async (step: 1 | -1): Promise<void> => {
      const isIn = selected.value !== null || step === -1
      const turn = await turnFrom(placeNow() + (isIn ? step : 0), step, isPrompted)
      if (turn !== null) select(turn, turn.items[0]?.id ?? null, 'start')
    },
    turn: async (n: number): Promise<void> => {
      const last = (turns.total.value ?? 0) - 1
      const turn = await turns.at(Math.min(Math.max(n, 0), last))
      if (turn !== null) select(turn, null, 'start')
    },
    next: (step: 1 | -1): number => placeNow() + (selected.value === null && step === 1 ? 0 : step)
  }
}

const selectedTurn = ({ turns }: WalkParts): NumberedTurn | undefined => {
  const n = selected.value === null ? null : turns.placeOf(selected.value.turnId)
  return n === null ? undefined : turns.turn(n)
}

/** Opens or shuts what is selected: by the button that does it. */
const fold = (box: HTMLElement | null | undefined): void | false => {
  const line = box?.querySelector<HTMLElement>('.item.selected .fold-line')
  if (!line) return false
  line.click()
}

const copyText = (parts: WalkParts): void => {
  const turn = selectedTurn(parts)
  const id = selected.value?.itemId ?? null
  const items =
    id === null ? (turn?.items ?? []) : (turn?.items.filter((item) => item.id === id) ?? [])
  const group = partsOf(turn?.items ?? []).find((part) => part.kind === 'work' && part.id === id)
  const all = group?.kind === 'work' ? group.items : items
  if (all.length === 0) return say('Select an item first, with j or k')
  void copy(all.map(textOf).join('\n\n'), 'the text')
}

/** The address of what is selected, as it is seen. */
export const linkTo = ({ threadId, turnId, itemId, at, query }: ThreadRoute): string => {
  const place = selected.value ?? { turnId, itemId }
  const item = place.itemId?.replace(/\/work$/, '') ?? null
  const href = threadHref(threadId, { turnId: place.turnId, itemId: item, at })
  const kept = Object.entries(query).filter(([name]) => ['show', 'rb', 'find'].includes(name))
  const url = new URL(href, location.origin)
  for (const [name, value] of kept) url.searchParams.set(name, value)
  return url.href
}

/** Opens the work that an item is folded into, and what is left out of a long turn. */
export const openAround = (threadId: string, turn: NumberedTurn, itemId: string): void => {
  const place = { threadId, turnId: turn.id, cwd: '', at: null }
  const rest = turn.items[0]?.type === 'userMessage' ? turn.items.slice(1) : turn.items
  const parts = partsOf(rest)
  const work = workWith(parts, itemId)
  if (work !== null) setOpen(itemKey(place, work), true)
  const at = parts.findIndex((part) =>
    part.kind === 'item' ? part.item.id === itemId : part.id === work
  )
  if (at >= ITEMS_SHOWN) setOpen(`${threadId}/${turn.id}/whole`, true)
}

export interface TurnKeyActions {
  readonly goToEnd: () => void
  readonly find: () => void
  readonly escape: () => void
  readonly box: () => HTMLElement | null | undefined
}

export const useTurnKeys = (parts: WalkParts, actions: TurnKeyActions): void =>
  useEffect(() => {
    const walk = walkOf(parts)
    const { goToEnd, find, escape, box } = actions
    return keys({
      j: () => void walk.item(1),
      k: () => void walk.item(-1),
      J: () => void walk.prompt(1),
      K: () => void walk.prompt(-1),
      ']': () => void walk.turn(walk.next(1)),
      '[': () => void walk.turn(walk.next(-1)),
      'g g': () => void walk.turn(0),
      G: goToEnd,
      l: goToEnd,
      o: () => fold(box()),
      Enter: () => fold(box()),
      d: () => toggleShown('diffs'),
      t: () => toggleShown('tools'),
      m: () => toggleShown('messages'),
      r: () => toggleRolledBack(parts.route),
      s: () => {
        splitDiffs.value = !splitDiffs.value
      },
      i: () => {
        showsInspector.value = !showsInspector.value
      },
      c: () => copyText(parts),
      y: () => void copy(linkTo(parts.route), 'the link'),
      '/': find,
      Escape: escape
    })
  })
