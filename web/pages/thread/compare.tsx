/**
 * Two points of a thread beside each other, or two threads: what came, what went, and what became another one.
 */
import { Answered, Empty, Failure } from '../../parts/answered.tsx'
import { hrefOf, parsePoint, printPoint, threadHref, type PointInAddress } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { setQuery } from '../../state/location.ts'
import { say } from '../../state/toast.ts'
import { count, exactTime } from '../../text/times.ts'
import { DIFFERENCES, type DifferencesAnswer } from './differences.tsx'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const PARTS = { turns: 'Turns', files: 'Files', context: 'Context', usage: 'Usage' } as const
export type ComparedPart = keyof typeof PARTS

/** What the address says about the sides; a text that names no point is told. */
const sidesOf = ({ threadId, query }: ThreadRoute) => {
  const other = query['b-thread'] ?? threadId
  const side = (name: 'a' | 'b', id: string) => ({
    threadId: id,
    text: query[name] ?? '',
    at: parsePoint(query[name])
  })
  const before = side('a', threadId)
  const after = side('b', other)
  const wrong = [before, after].find(({ text, at }) => text !== '' && at === null)
  return { before, after, wrong: wrong?.text ?? null }
}

type ComparedPoint = ReturnType<typeof sidesOf>['before']

const asked = ({ threadId, at }: ComparedPoint) => ({ threadId, ...(at === null ? {} : { at }) })

const pointWords = (at: PointInAddress | null): string => {
  if (at === null) return 'now'
  if ('revision' in at) return `as of event ${count(at.revision)}`
  return 'turnId' in at ? `at the end of turn ${at.turnId.slice(0, 13)}` : exactTime(at.timeMs)
}

const SideLink = ({
  side,
  route
}: {
  readonly side: ComparedPoint
  readonly route: ThreadRoute
}) => (
  <a href={threadHref(side.threadId, { at: side.at })}>
    {side.threadId === route.threadId ? '' : `thread ${side.threadId.slice(0, 13)} `}
    {pointWords(side.at)}
  </a>
)

const swapped = ({ before, after }: ReturnType<typeof sidesOf>, of: ComparedPart): string =>
  hrefOf(threadHref(after.threadId, { view: 'diff' }), {
    a: after.text,
    b: before.text,
    'b-thread': before.threadId === after.threadId ? null : before.threadId,
    of: of === 'turns' ? null : of
  })

const POINT_HELP = 'a point is rev:40, turn:ID or time:MS; empty is now'

/** The sides by hand. */
const Points = ({ route }: { readonly route: ThreadRoute }) => {
  const { query } = route
  const names = ['a', 'b', 'b-thread'] as const
  const labels = { a: 'from', b: 'to', 'b-thread': 'of thread' } as const
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const given = Object.fromEntries(
      names.map((name) => {
        const value = data.get(name)
        return [name, typeof value === 'string' && value.trim() !== '' ? value.trim() : null]
      })
    )
    const wrong = [given['a'], given['b']].find((text) => text && parsePoint(text) === null)
    if (wrong) say(`“${wrong}” is no point: ${POINT_HELP}`)
    else setQuery(given, { replace: false })
  }
  return (
    <form class="filters view-filters" onSubmit={submit} key={names.map((n) => query[n]).join(' ')}>
      {names.map((name) => (
        <label>
          {labels[name]}{' '}
          <input
            name={name}
            size={name === 'b-thread' ? 14 : 10}
            defaultValue={query[name] ?? ''}
            placeholder={name === 'b-thread' ? 'this one' : 'now'}
            title={name === 'b-thread' ? 'the id of another thread' : POINT_HELP}
            autocomplete="off"
            spellcheck={false}
          />
        </label>
      ))}
      <button type="submit">Compare</button>
    </form>
  )
}

const Tabs = ({ of }: { readonly of: ComparedPart }) => (
  <nav class="tabs" aria-label="what is compared">
    {Object.entries(PARTS).map(([part, name]) => (
      <button
        type="button"
        class="tab"
        aria-current={part === of ? 'true' : undefined}
        onClick={() => setQuery({ of: part === 'turns' ? null : part })}
      >
        {name}
      </button>
    ))}
  </nav>
)

const isPart = (text: string | undefined): text is ComparedPart =>
  text !== undefined && Object.hasOwn(PARTS, text)

export const CompareView = ({ route }: ThreadViewProps) => {
  const sides = sidesOf(route)
  const { before, after, wrong } = sides
  const of = isPart(route.query['of']) ? route.query['of'] : 'turns'
  const isSame =
    before.threadId === after.threadId &&
    (before.at === null ? '' : printPoint(before.at)) ===
      (after.at === null ? '' : printPoint(after.at))
  const answer = useAnswer<{ readonly data: DifferencesAnswer }>(
    'unroll/diff/read',
    wrong !== null || isSame ? null : { before: asked(before), after: asked(after), of: [of] }
  )
  const Shown = DIFFERENCES[of]
  const named = answer.value?.data.every((one) => one.of === of) === true
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="differences">
      <div class="view-body">
        <p>
          From <SideLink side={before} route={route} /> to <SideLink side={after} route={route} />.{' '}
          <a href={swapped(sides, of)}>Swap</a>
        </p>
        <Points route={route} />
        <Tabs of={of} />
        {wrong === null ? null : <Failure message={`“${wrong}” is no point: ${POINT_HELP}`} />}
        {isSame && wrong === null ? (
          <Empty>
            Both sides are the same. Name a point to come from, or go back in time in the turns of
            the thread and choose “Compare with now”.
          </Empty>
        ) : wrong === null ? (
          <Answered asked={named ? answer : { ...answer, value: null }}>
            {({ data }) =>
              data.length === 0 ? (
                <Empty>No difference in {PARTS[of].toLowerCase()}.</Empty>
              ) : (
                <Shown data={data} before={before} after={after} />
              )
            }
          </Answered>
        ) : null}
      </div>
    </div>
  )
}
