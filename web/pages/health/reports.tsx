/**
 * Codex's databases beside the files, and what the index holds.
 */
import { visible } from '../../parts/ansi.ts'
import { Answered } from '../../parts/answered.tsx'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import { useAnswer } from '../../state/answer.ts'
import { count, counted, size } from '../../text/times.ts'
import type { FindingAnswer, IndexAnswer, InspectionAnswer } from '../../wire/health-answers.ts'

type InspectedDatabase = InspectionAnswer['databases'][number]

const DATABASES: ReadonlyArray<ShownColumn<InspectedDatabase>> = [
  { title: 'database', cell: ({ name }) => visible(name) },
  {
    title: 'state',
    isWide: true,
    cell: ({ status, why }) => (
      <>
        <span class={status === 'damaged' || status === 'unreadable' ? 'bad-text' : ''}>
          {status}
        </span>
        {why === null ? null : <span class="dim"> {visible(why)}</span>}
      </>
    )
  },
  {
    title: 'size',
    isNumber: true,
    cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : size(sizeBytes))
  },
  { title: 'file', isExtra: true, cell: ({ path }) => <code>{visible(path)}</code> }
]

const FINDINGS: ReadonlyArray<ShownColumn<FindingAnswer>> = [
  { title: 'finding', cell: ({ kind }) => kind.replaceAll('_', ' ') },
  { title: 'severity', cell: ({ severity }) => severity },
  { title: 'what it means', isWide: true, cell: ({ affected }) => visible(affected) },
  { title: 'to do', isWide: true, isExtra: true, cell: ({ remedy }) => visible(remedy) }
]

export const Doctor = () => {
  const asked = useAnswer<InspectionAnswer>('unroll/doctor/read', {})
  return (
    <section>
      <h2 class="section-title">Files and Codex’s databases</h2>
      <Answered asked={asked}>
        {({ agrees, databases, files, index, findings }) => (
          <>
            <p class="choices">
              <strong class={agrees ? 'good-text' : 'bad-text'}>
                {agrees ? '✓ They agree.' : '✗ They do not agree.'}
              </strong>
              {counted(files.active.files, 'file')} ({size(files.active.bytes)}),{' '}
              {count(files.archived.files)} archived ({size(files.archived.bytes)}); the index has{' '}
              {count(index.active)} and {count(index.archived)}
            </p>
            <Table
              caption="Codex's databases"
              columns={DATABASES}
              rows={databases}
              keyOf={({ path }) => path}
            />
            {findings.length === 0 ? null : (
              <>
                <h3 class="line-title">What was found</h3>
                <Table
                  caption="findings about databases"
                  columns={FINDINGS}
                  rows={findings}
                  keyOf={(_, at) => at}
                />
              </>
            )}
          </>
        )}
      </Answered>
    </section>
  )
}

const factsOf = (index: IndexAnswer): ReadonlyArray<readonly [name: string, value: string]> => [
  ['threads', count(index.threads)],
  ['turns', count(index.turns)],
  ['rollouts', size(index.bytes)],
  ['damaged lines', count(index.damagedLines)],
  ['unfinished last lines', count(index.unfinishedTails)],
  ['unreadable files', count(index.unreadable)],
  ['duplicates', count(index.duplicates)],
  ['changes of files that were seen', count(index.changes)],
  ['where', index.index]
]

export const Index = () => {
  const asked = useAnswer<IndexAnswer>('unroll/index/read', {})
  return (
    <section>
      <h2 class="section-title">Index</h2>
      <Answered asked={asked}>
        {(index) => (
          <dl class="about-facts">
            {factsOf(index).map(([name, value]) => (
              <div>
                <dt>{name}</dt>
                <dd>{visible(value)}</dd>
              </div>
            ))}
          </dl>
        )}
      </Answered>
    </section>
  )
}
