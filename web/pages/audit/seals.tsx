/**
 * Whether every byte that was sealed is still there. It reads every rollout, so it is asked by hand; the answer outlives the page.
 */
import { signal } from '@preact/signals'
import { visible } from '../../parts/ansi.ts'
import { Failure } from '../../parts/answered.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Table, type ShownColumn } from '../../parts/table.tsx'
import { ThreadLink } from '../../parts/thread-link.tsx'
import { count, counted, exactTime } from '../../text/times.ts'
import type { SealedFileAnswer, SealReportAnswer } from '../../wire/ledger-answers.ts'
import { request } from '../../wire/socket.ts'

interface SealCheck {
  readonly report: SealReportAnswer | null
  readonly failure: string | null
  readonly isRunning: boolean
  readonly atMs: number | null
}

const verified = signal<SealCheck>({ report: null, failure: null, isRunning: false, atMs: null })

const verify = async (): Promise<void> => {
  verified.value = { ...verified.value, isRunning: true, failure: null }
  const answer = await request<SealReportAnswer>('unroll/audit/verify')
  verified.value = {
    report: answer.ok ? answer.value : null,
    failure: answer.ok ? null : answer.failure.message,
    isRunning: false,
    atMs: Date.now()
  }
}

const COLUMNS: ReadonlyArray<ShownColumn<SealedFileAnswer>> = [
  { title: 'verdict', cell: ({ verdict }) => visible(verdict.replaceAll('_', ' ')) },
  { title: 'thread', isWide: true, cell: ({ threadId }) => <ThreadLink threadId={threadId} /> },
  { title: 'file', isWide: true, cell: ({ path }) => <code dir="auto">{visible(path)}</code> },
  {
    title: 'from byte',
    isNumber: true,
    cell: ({ atByte }) => (atByte === null ? '–' : count(atByte))
  },
  { title: 'line', isNumber: true, isExtra: true, cell: ({ line }) => line ?? '–' }
]

const NeverSealed = () => (
  <div class="verdict">
    <p>
      <strong>Nothing was ever sealed.</strong> A seal notes what every rollout holds, so that a
      later change shows.
    </p>
    <p class="command">
      <code>unroll audit seal</code> <CopyButton text="unroll audit seal" what="the command" />
    </p>
  </div>
)

const Verdict = ({ report }: { readonly report: SealReportAnswer }) => {
  const { log, ok, verdicts, files } = report
  if (log.seals === 0 && log.broken === null) return <NeverSealed />
  return (
    <>
      <div class={`verdict ${ok ? 'good' : 'bad'}`}>
        <p>
          <strong>
            {ok ? '✓ Every sealed byte is as it was.' : '✗ Something is not as it was sealed.'}
          </strong>
        </p>
        <p>
          {Object.entries(verdicts)
            .map(([word, n]) => `${count(n)} ${word.replaceAll('_', ' ')}`)
            .join(', ')}
          ; {counted(log.seals, 'seal')}
          {log.at === null ? '' : `, the newest of ${exactTime(Date.parse(log.at))}`}
        </p>
        {log.broken === null ? null : (
          <p>
            The log of seals is broken at line {log.broken.line}: {visible(log.broken.reason)}
          </p>
        )}
        <p class="command">
          head <code>{log.head}</code> <CopyButton text={log.head} what="the head" />
        </p>
      </div>
      {files.length === 0 ? null : (
        <Table
          caption="files that are not as they were sealed"
          columns={COLUMNS}
          rows={files}
          keyOf={({ path }) => path}
        />
      )}
    </>
  )
}

export const Seals = () => {
  const { report, failure, isRunning, atMs } = verified.value
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="seals" aria-busy={isRunning}>
      <div class="narrow">
        <p class="choices">
          <button type="button" disabled={isRunning} onClick={() => void verify()}>
            {isRunning ? 'Reading every rollout…' : 'Verify the seals now'}
          </button>
          {atMs === null || isRunning ? null : <span>verified at {exactTime(atMs)}</span>}
        </p>
        <div aria-live="polite">
          {failure === null ? null : <Failure message={failure} />}
          {report === null ? null : <Verdict report={report} />}
        </div>
      </div>
    </div>
  )
}
