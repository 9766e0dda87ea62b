/**
 * One thread: what it is called, the views of it, and the point in time that they show.
 */
import { useEffect } from 'preact/hooks'
import type { Thread } from '../../../domain/protocol.ts'
import { VIEW_NAMES } from '../../frame/names.ts'
import { Ago } from '../../parts/ago.tsx'
import { visible } from '../../parts/ansi.ts'
import { ExportButton } from '../../parts/export-button.tsx'
import { later } from '../../parts/later.tsx'
import { TimeTravel } from '../../parts/time-travel-later.tsx'
import { THREAD_VIEWS, threadHref, type ThreadView } from '../../routes.ts'
import { useAnswer, type AskedAnswer } from '../../state/answer.ts'
import { home, threadTitle } from '../../state/home.ts'
import { useFollowed } from '../../state/live.ts'
import { useTurnRange } from '../../state/turn-range.ts'
import { counted } from '../../text/times.ts'
import { TurnsView } from './turns.tsx'
import type { ThreadRoute, ThreadViewProps } from './view.ts'

const ThreadActions = later(
  async () => (await import('../../parts/thread-actions.tsx')).ThreadActions,
  null
)
const TimelineView = later(async () => (await import('./timeline.tsx')).TimelineView)
const ContextView = later(async () => (await import('./context.tsx')).ContextView)
const EventsView = later(async () => (await import('./events.tsx')).EventsView)
const FilesView = later(async () => (await import('./files.tsx')).FilesView)
const CompareView = later(async () => (await import('./compare.tsx')).CompareView)

/** Views that have a slider; the others show all of time. */
const TRAVELLED: ReadonlySet<ThreadView> = new Set(['turns', 'context', 'files'])

const titleOf = (thread: Thread): string =>
  thread.name ?? (thread.preview.slice(0, 200) || 'Untitled thread')

const Details = ({ thread, total }: { readonly thread: Thread; readonly total: number | null }) => {
  const updatedMs = thread.updatedAt * 1000
  const details = [
    thread.cwd,
    thread.gitInfo?.branch ?? '',
    thread.model ?? '',
    `Codex ${thread.cliVersion}`
  ].filter((text) => text !== '')
  return (
    <p class="dim details">
      {total === null ? null : <span>{counted(total, 'turn')}</span>}
      <Ago timeMs={updatedMs} />
      {details.map((text) => (
        <span>{visible(text)}</span>
      ))}
      {thread.forkedFromId === null ? null : (
        <a href={threadHref(thread.forkedFromId)}>forked from {thread.forkedFromId.slice(0, 13)}</a>
      )}
    </p>
  )
}

/** Another way to look at the same thread, at the same point in time. */
const Views = ({ route }: { readonly route: ThreadRoute }) => (
  <nav class="views" aria-label="views of the thread">
    {THREAD_VIEWS.filter((view) => view !== 'diff' || route.view === 'diff').map((view) => (
      <a
        href={threadHref(route.threadId, { view, at: route.at })}
        aria-current={route.view === view ? 'page' : undefined}
      >
        {VIEW_NAMES[view]}
      </a>
    ))}
  </nav>
)

const View = (props: ThreadViewProps) => {
  switch (props.route.view) {
    case 'turns':
      return <TurnsView {...props} />
    case 'timeline':
      return <TimelineView {...props} />
    case 'context':
      return <ContextView {...props} />
    case 'events':
      return <EventsView {...props} />
    case 'files':
      return <FilesView {...props} />
    case 'diff':
      return <CompareView {...props} />
  }
}

/** The thread and how many turns it has, at the point that is looked at; asked again when lines are written. */
const useThread = ({ threadId, at }: ThreadRoute) => {
  const thread = useAnswer<{ readonly thread: Thread }>('thread/read', {
    ...{ threadId, includeTurns: false },
    ...(at === null ? {} : { at })
  })
  const { now, shown: range } = useTurnRange(threadId, at)
  useFollowed(at === null ? threadId : null, {
    revision: range.value?.revision ?? null,
    changed: () => {
      thread.again()
      range.again()
    }
  })
  return { thread, range, now: now.value?.revision ?? 0 }
}

const Missing = ({
  asked,
  route
}: {
  readonly asked: AskedAnswer<unknown>
  readonly route: ThreadRoute
}) => (
  <main class="page" id="main">
    <div class="empty">
      <h1>This thread cannot be read</h1>
      <p class="dim">{visible(asked.failure ?? '')}</p>
      <p>
        {route.at === null ? (
          <a href="/">All threads</a>
        ) : (
          <a href={threadHref(route.threadId, { view: route.view })}>The thread as it is now</a>
        )}
      </p>
    </div>
  </main>
)

export const ThreadPage = ({ route }: { readonly route: ThreadRoute }) => {
  const { thread: asked, range, now } = useThread(route)
  const thread = asked.value?.thread ?? null
  const title = thread === null ? null : titleOf(thread)
  useEffect(() => {
    threadTitle.value = title
    return () => {
      threadTitle.value = null
    }
  }, [title])
  if (thread === null && asked.failure !== null) return <Missing asked={asked} route={route} />
  const total = range.value?.total ?? null
  const revision = range.value?.revision ?? null
  return (
    <main class="page thread-page" id="main" aria-busy={thread === null}>
      <header class="thread-head">
        <h1 dir="auto">{visible(title ?? '\u00a0')}</h1>
        {thread === null ? (
          <p class="dim details">{'\u00a0'}</p>
        ) : (
          <Details {...{ thread, total }} />
        )}
        <div class="thread-bar">
          <Views route={route} />
          <div class="thread-tools">
            <ExportButton threadId={route.threadId} at={route.at} />
            {thread === null || route.at !== null || home.value?.writable !== true ? null : (
              <ThreadActions
                {...{
                  thread,
                  total,
                  turnId: route.turnId,
                  revision
                }}
                changed={() => {
                  asked.again()
                  range.again()
                }}
              />
            )}
          </div>
        </div>
      </header>
      {TRAVELLED.has(route.view) || (route.view === 'events' && route.at !== null) ? (
        <TimeTravel threadId={route.threadId} at={route.at} {...{ total, now }} />
      ) : null}
      <View {...{ route, thread, revision }} />
    </main>
  )
}
