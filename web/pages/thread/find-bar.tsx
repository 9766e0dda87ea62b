/**
 * Finds a text in the messages of a thread: how often it is there, one place after the other, and marked where it is shown.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { keepMarked } from '../../parts/marks.ts'
import { elementOf, type ListRef } from '../../parts/reveal.ts'
import { useFound, type FoundInThread } from '../../state/find.ts'
import { keys } from '../../state/keys.ts'
import { setQuery } from '../../state/location.ts'
import { selected } from '../../state/selection.ts'
import { count } from '../../text/times.ts'
import type { FoundPlace } from '../../wire/answers.ts'
import type { ThreadRoute } from './view.ts'

const HINT_KEY = 'unroll.findHint'

/** True once in this browser. */
const isFirstTime = (): boolean => {
  try {
    if (localStorage.getItem(HINT_KEY) !== null) return false
    localStorage.setItem(HINT_KEY, 'seen')
    return true
  } catch {
    return false
  }
}

interface FindBarProps {
  readonly route: ThreadRoute
  readonly list: ListRef
  readonly show: (turnId: string, itemId: string) => Promise<void>
  readonly placeOf: (turnId: string) => number | null
  readonly close: () => void
}

/** Which of the places in its item this one is. */
const nthInItem = (places: ReadonlyArray<FoundPlace>, at: number): number => {
  const here = places[at]
  return places
    .slice(0, at)
    .filter((one) => one.turnId === here?.turnId && one.itemId === here.itemId).length
}

/** The first place in what an address names; else the first. */
const firstPlace = ({ places }: FoundInThread, { turnId, itemId }: ThreadRoute): number => {
  const inItem = places.findIndex((one) => one.turnId === turnId && one.itemId === itemId)
  return inItem === -1 ? places.findIndex((one) => one.turnId === turnId) : inItem
}

const useMarks = (
  { list, placeOf }: FindBarProps,
  term: string,
  { places }: FoundInThread,
  at: number | null
): void => {
  const current = useRef<() => ReturnType<Parameters<typeof keepMarked>[2]>>(() => null)
  current.current = () => {
    const box = list.current?.box()
    const here = at === null ? undefined : places[at]
    const n = here === undefined ? null : placeOf(here.turnId)
    if (!box || here === undefined || n === null || at === null) return null
    const element = elementOf(box, { n, itemId: here.itemId })
    return element === null ? null : { element, nth: nthInItem(places, at) }
  }
  const marks = useRef<ReturnType<typeof keepMarked> | null>(null)
  useEffect(() => {
    const box = list.current?.box()
    if (!box || term === '') return undefined
    marks.current = keepMarked(box, term, () => current.current())
    return () => marks.current?.stop()
  }, [term, list.current])
  useEffect(() => marks.current?.again(), [at, places])
}

const wordsOf = (
  { places, isWhole, isCut, failure }: FoundInThread,
  term: string,
  at: number | null
): string => {
  if (failure !== null) return failure
  if (term === '') return ''
  if (places.length === 0) return isWhole ? 'not in the messages' : 'looking…'
  const total = `${count(places.length)}${isCut || !isWhole ? '+' : ''}`
  return at === null ? `${total} places` : `${count(at + 1)} of ${total}`
}

interface StepsProps {
  readonly next: (step: 1 | -1) => () => void
  readonly isEmpty: boolean
  readonly close: () => void
}

const Steps = ({ next, isEmpty, close }: StepsProps) => (
  <>
    <button
      type="button"
      class="small"
      onClick={next(-1)}
      disabled={isEmpty}
      aria-label="previous place"
    >
      ↑
    </button>
    <button
      type="button"
      class="small"
      onClick={next(1)}
      disabled={isEmpty}
      aria-label="next place"
    >
      ↓
    </button>
    <button type="button" class="small" onClick={close} aria-label="close find">
      ✕
    </button>
  </>
)

export const FindBar = (props: FindBarProps) => {
  const { route, show, close } = props
  const term = route.query['find'] ?? ''
  const found = useFound(route.threadId, route.at, term)
  const [at, setAt] = useState<number | null>(null)
  const [hint] = useState(isFirstTime)
  const field = useRef<HTMLInputElement>(null)
  const { places } = found
  const go = (n: number): void => {
    const next = places[(n + places.length) % places.length]
    if (next === undefined) return
    setAt((n + places.length) % places.length)
    selected.value = { turnId: next.turnId, itemId: next.itemId }
    void show(next.turnId, next.itemId)
  }
  useEffect(() => setAt(null), [term])
  // A link names the place; a term that was typed leads to the first.
  useEffect(() => {
    if (at !== null || places.length === 0) return
    const first = route.turnId === null ? 0 : firstPlace(found, route)
    if (first !== -1) go(first)
    else if (found.isWhole) go(0)
  }, [places])
  useEffect(() => {
    if (term === '') field.current?.focus()
  }, [])
  const next = (step: 1 | -1) => () => go(at === null ? 0 : at + step)
  useEffect(() => keys({ n: next(1), N: next(-1) }))
  useMarks(props, term, found, at)
  return (
    <form
      class="find-bar"
      role="search"
      aria-label="find in this thread"
      onSubmit={(event) => {
        event.preventDefault()
        const text = field.current?.value ?? ''
        if (text === term) next(1)()
        else setQuery({ find: text === '' ? null : text })
        field.current?.blur()
      }}
    >
      <input
        ref={field}
        type="search"
        name="find"
        key={term}
        defaultValue={term}
        aria-label="Find in the messages of this thread"
        placeholder="Find in the messages…"
      />
      <span class="find-count dim" role="status">
        {wordsOf(found, term, at)}
      </span>
      <Steps next={next} isEmpty={places.length === 0} close={close} />
      {hint ? (
        <p class="find-hint dim">
          The find of the browser sees only the turns that are drawn; this one looks at all
          messages.
        </p>
      ) : null}
    </form>
  )
}
