/**
 * The audit trail: what was done to threads, oldest first, and which bytes say so.
 */
import type { JsonObject } from '../../../domain/json.ts'
import { visible } from '../../parts/ansi.ts'
import { Empty } from '../../parts/answered.tsx'
import { Choice } from '../../parts/choice.tsx'
import { Downloads } from '../../parts/downloads.tsx'
import { Fold } from '../../parts/fold.tsx'
import { GrowingList } from '../../parts/growing-list.tsx'
import { JsonTree } from '../../parts/json-tree.tsx'
import { threadOf } from '../../parts/thread-filter.tsx'
import { ThreadLink } from '../../parts/thread-link.tsx'
import type { Query } from '../../routes.ts'
import { usePages } from '../../state/pages.ts'
import { useSince } from '../../state/since.ts'
import { SINCE } from '../../text/since.ts'
import { exactTime } from '../../text/times.ts'
import { AUDIT_ACTIONS, type AuditRowAnswer } from '../../wire/ledger-answers.ts'

const ROW_PX = 62
const PAGE = 200

const wordsOf = (action: string): string => action.replaceAll('_', ' ')

const BAD = new Set(['turn_failed', 'deleted'])
const ODD = new Set(['turn_interrupted', 'rolled_back', 'reverted', 'compacted'])

const actorOf = ({ originator, cliVersion, process, client }: AuditRowAnswer['actor']): string => {
  if (process !== null) return `${process.user}, ${client ?? 'unroll'} (process ${process.pid})`
  return [originator, cliVersion].filter((text) => text !== null).join(' ')
}

/** The first members in a line. */
const gist = (value: JsonObject | null): string =>
  Object.entries(value ?? {})
    .map(
      ([name, member]) => `${name}: ${typeof member === 'string' ? member : JSON.stringify(member)}`
    )
    .join(', ')
    .slice(0, 300)

const Side = ({ title, name, value }: SideProps) =>
  value === null || Object.keys(value).length === 0 ? null : (
    <section>
      <h3 class="line-title">{title}</h3>
      <JsonTree name={name} value={value} />
    </section>
  )

interface SideProps {
  readonly title: string
  readonly name: string
  readonly value: JsonObject | null
}

const keyOf = ({ threadId, at, action, turnId, evidence }: AuditRowAnswer): string =>
  JSON.stringify([threadId, at, action, turnId, evidence])

const Happened = ({ row }: { readonly row: AuditRowAnswer }) => {
  const name = keyOf(row)
  const timeMs = row.at === null ? NaN : Date.parse(row.at)
  const actor = actorOf(row.actor)
  const tone = BAD.has(row.action) ? 'bad' : ODD.has(row.action) ? 'odd' : ''
  return (
    <>
      <div class="row-links">
        {Number.isNaN(timeMs) ? (
          <span>time not known</span>
        ) : (
          <time title={row.at ?? ''}>{exactTime(timeMs)}</time>
        )}
        <ThreadLink threadId={row.threadId} turnId={row.turnId} />
      </div>
      <Fold
        name={`audit ${name}`}
        summary={
          <>
            <strong class={tone}>{wordsOf(row.action)}</strong>{' '}
            <span class="dim" dir="auto">
              {visible(gist(row.after))}
            </span>
            {row.certainty === 'recorded' ? null : <span class="badge">{row.certainty}</span>}
          </>
        }
      >
        {() => (
          <div class="opened">
            {actor === '' ? null : <p class="dim">by {visible(actor)}</p>}
            <Side title="Before" name={`before ${name}`} value={row.before} />
            <Side title="After" name={`after ${name}`} value={row.after} />
            <Side title="Which bytes say so" name={`evidence ${name}`} value={row.evidence} />
          </div>
        )}
      </Fold>
    </>
  )
}

const isAction = (text: string | undefined): boolean =>
  (AUDIT_ACTIONS as ReadonlyArray<string | undefined>).includes(text)

export const TrailFilters = ({ query }: { readonly query: Query }) => (
  <>
    <Choice
      label="what"
      name="action"
      value={query['action'] ?? ''}
      options={[['', 'everything'], ...AUDIT_ACTIONS.map((name) => [name, wordsOf(name)] as const)]}
    />
    <Choice label="since" name="since" value={query['since'] ?? ''} options={SINCE} />
  </>
)

export const Trail = ({ query }: { readonly query: Query }) => {
  const { action } = query
  const pages = usePages<AuditRowAnswer>('unroll/audit/list', {
    ...threadOf(query),
    ...useSince(query),
    ...(isAction(action) ? { actions: [action] } : {}),
    limit: PAGE
  })
  return (
    <GrowingList
      label="audit trail"
      pages={pages}
      rowPx={ROW_PX}
      keyOf={keyOf}
      render={(row) => <Happened row={row} />}
      before={
        <p class="choices">
          Oldest first.
          <Downloads name="audit" rows={pages.rows ?? []} hasMore={pages.nextCursor !== null} />
        </p>
      }
      empty={
        <Empty>
          <p>Nothing like that happened.</p>
          <p>
            <a href="/audit">The whole trail</a>
          </p>
        </Empty>
      }
    />
  )
}
