/**
 * How a number came about: the answers of models it is made of, and the lines that say so.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Json } from '../../../domain/json.ts'
import { visible } from '../../parts/ansi.ts'
import { Answered } from '../../parts/answered.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { JsonTree } from '../../parts/json-tree.tsx'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import { threadHref, type Query } from '../../routes.ts'
import { useAnswer } from '../../state/answer.ts'
import { setQuery } from '../../state/location.ts'
import { count, exactTime } from '../../text/times.ts'
import type { SpendAnswer, SpendPage } from '../../wire/answers.ts'
import { byOf, usageParams } from './asked.ts'
import { costWords } from './report.tsx'

const PAGE = 50

const RULES: Readonly<Record<NonNullable<SpendAnswer['rule']>, string>> = {
  record: 'the answer’s own record',
  delta: 'growth of the thread’s count',
  reset: 'the count began anew',
  source: 'the source of an imported thread'
}

const UNKNOWN: Readonly<Record<string, string>> = {
  compaction_unrecorded: 'a compaction that no line tells the cost of',
  answer_unrecorded: 'an answer that was cut off before its cost was written'
}

const ruleWords = ({ rule, kind, rolledBack, aborted }: SpendAnswer): string =>
  [
    rule === null ? (UNKNOWN[kind] ?? kind) : RULES[rule],
    rolledBack ? 'turn rolled back' : '',
    aborted ? 'turn interrupted' : ''
  ]
    .filter((text) => text !== '')
    .join(', ')

interface LinePage {
  readonly data: ReadonlyArray<{ readonly line: Json }>
}

/** The line itself, read from the file. */
const Line = ({ spend }: { readonly spend: SpendAnswer }) => {
  const { threadId, place } = spend
  const params = { threadId, from: place.revision, limit: 1 }
  const asked = useAnswer<LinePage>('unroll/events/list', place.revision === null ? null : params)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.scrollIntoView({ block: 'nearest' }), [asked.value])
  return (
    <div class="spend-line" ref={box}>
      <p class="dim">
        Line {place.revision === null ? 'of an older file' : count(place.revision)}, byte{' '}
        {count(place.offsetBytes)} of <code>{visible(spend.path)}</code>{' '}
        <CopyButton text={`unroll usage thread --thread ${threadId} --explain`} what="the command">
          copy command
        </CopyButton>
      </p>
      {place.revision === null ? null : (
        <Answered asked={asked}>
          {({ data }) => <JsonTree name="line" value={data[0]?.line ?? null} />}
        </Answered>
      )}
    </div>
  )
}

const keyOf = ({ threadId, path, place }: SpendAnswer): string =>
  `${threadId} ${path} ${place.offsetBytes}`

const columnsOf = (
  hasCost: boolean,
  show: (spend: SpendAnswer) => void
): ReadonlyArray<ShownColumn<SpendAnswer>> => [
  { title: 'time', cell: ({ occurredAtMs }) => exactTime(occurredAtMs) },
  {
    title: 'turn',
    cell: ({ threadId, turnId }) => (
      <a href={threadHref(threadId, { turnId })}>{(turnId ?? threadId).slice(0, 13)}</a>
    )
  },
  { title: 'model', cell: ({ model }) => (model === null ? '–' : visible(model)) },
  {
    title: 'tokens',
    isNumber: true,
    cell: ({ tokens }) => (tokens === null ? 'unknown' : count(tokens.totalTokens))
  },
  {
    title: 'input',
    isNumber: true,
    isExtra: true,
    cell: ({ tokens }) => (tokens === null ? '–' : count(tokens.inputTokens))
  },
  {
    title: 'output',
    isNumber: true,
    isExtra: true,
    cell: ({ tokens }) => (tokens === null ? '–' : count(tokens.outputTokens))
  },
  ...(hasCost
    ? [
        {
          title: 'cost',
          isNumber: true,
          cell: ({ cost }: SpendAnswer) => (cost === undefined ? '–' : costWords(cost))
        }
      ]
    : []),
  {
    title: 'why',
    isWide: true,
    isExtra: true,
    cell: (spend) => `${ruleWords(spend)} (${spend.certainty})`
  },
  {
    title: 'line',
    cell: (spend) => (
      <button
        type="button"
        class="small"
        aria-label={`the line at byte ${count(spend.place.offsetBytes)}`}
        onClick={() => show(spend)}
      >
        line
      </button>
    )
  }
]

export const Explain = ({ query, group }: { readonly query: Query; readonly group: string }) => {
  const by = byOf(query)
  const [limit, setLimit] = useState(PAGE)
  const [shown, show] = useState<SpendAnswer | null>(null)
  const asked = useAnswer<SpendPage>('unroll/usage/spends', {
    ...usageParams(query, by),
    ...{ key: group, limit }
  })
  const title = `Spends of ${by} ${group}`
  return (
    <Dialog title={title} class="explain" close={() => setQuery({ explain: null })}>
      <h2 dir="auto">{visible(title)}</h2>
      <p class="dim">
        A row is an answer of a model. What was copied into forks or repeated is left out.
      </p>
      <Answered asked={asked}>
        {({ data, nextCursor }) => (
          <>
            <div class="wide-table" tabIndex={0} role="region" aria-label={title}>
              <Table
                caption={title}
                columns={columnsOf(
                  data.some(({ cost }) => cost !== undefined),
                  show
                )}
                rows={data}
                keyOf={keyOf}
              />
            </div>
            {nextCursor === null ? null : (
              <button type="button" onClick={() => setLimit(limit + 4 * PAGE)}>
                More
              </button>
            )}
          </>
        )}
      </Answered>
      {shown === null ? null : <Line spend={shown} key={keyOf(shown)} />}
      <form method="dialog">
        <button>Close</button>
      </form>
    </Dialog>
  )
}
