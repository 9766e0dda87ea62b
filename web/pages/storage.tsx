/**
 * What threads take on disk, what for, and what compression would save.
 */
import { visible } from '../parts/ansi.ts'
import { Answered, Empty } from '../parts/answered.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { HomePage } from '../parts/home-page.tsx'
import { Table, type ShownColumn } from '../parts/table.tsx'
import { ThreadLink } from '../parts/thread-link.tsx'
import { useAnswer } from '../state/answer.ts'
import { count, counted, size } from '../text/times.ts'
import type { SpentAnswer, StorageAnswer, ThreadSpentAnswer } from '../wire/health-answers.ts'

const THREADS_SHOWN = 50

interface KindRow {
  readonly kind: string
  readonly bytes: number
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`

const kindsOf = ({ kinds }: SpentAnswer): ReadonlyArray<KindRow> =>
  Object.entries(kinds)
    .map(([kind, bytes]) => ({ kind, bytes }))
    .filter(({ bytes }) => bytes > 0)
    .toSorted((a, b) => b.bytes - a.bytes)

const kindColumns = (whole: number, most: number): ReadonlyArray<ShownColumn<KindRow>> => [
  { title: 'kind', cell: ({ kind }) => visible(kind.replaceAll('_', ' ')) },
  { title: 'size', isNumber: true, cell: ({ bytes }) => <Size bytes={bytes} /> },
  { title: 'of all', isNumber: true, cell: ({ bytes }) => percent(bytes, whole) },
  {
    title: 'share',
    isExtra: true,
    cell: ({ bytes }) => (
      <span class="share wide-share" aria-hidden="true">
        <span class="bar" style={{ width: `${(100 * bytes) / most}%` }} />
      </span>
    )
  }
]

const Size = ({ bytes }: { readonly bytes: number }) => (
  <span title={`${count(bytes)} bytes`}>{size(bytes)}</span>
)

const THREADS: ReadonlyArray<ShownColumn<ThreadSpentAnswer>> = [
  {
    title: 'thread',
    isWide: true,
    cell: ({ threadId, archived }) => (
      <>
        <ThreadLink threadId={threadId} />
        {archived ? <span class="badge">archived</span> : null}
      </>
    )
  },
  { title: 'on disk', isNumber: true, cell: ({ diskBytes }) => <Size bytes={diskBytes} /> },
  { title: 'lines', isNumber: true, isExtra: true, cell: ({ lines }) => count(lines) },
  {
    title: 'copied',
    isNumber: true,
    isExtra: true,
    cell: ({ copiedBytes }) => (copiedBytes === 0 ? '–' : <Size bytes={copiedBytes} />)
  },
  {
    title: 'to save',
    isNumber: true,
    cell: ({ reclaimableBytes }) => <Size bytes={reclaimableBytes} />
  }
]

const COMMAND = 'unroll storage compress'

const Report = ({ threads, total }: StorageAnswer) => {
  if (total.files === 0)
    return (
      <Empty>
        <p>This home has no threads, so they take no room.</p>
      </Empty>
    )
  const kinds = kindsOf(total)
  const largest = threads.toSorted((a, b) => b.diskBytes - a.diskBytes)
  const unreadable = threads.flatMap((thread) => thread.unreadable)
  return (
    <>
      <p class="totals">
        <strong title={`${count(total.diskBytes)} bytes`}>{size(total.diskBytes)}</strong> on disk
        <span>{counted(total.files, 'file')}</span>
        <span>{counted(total.lines, 'line')}</span>
        {total.rawBytes === total.diskBytes ? null : (
          <span>{size(total.rawBytes)} uncompressed</span>
        )}
        {total.copiedBytes === 0 ? null : (
          <span>{size(total.copiedBytes)} copied from other threads</span>
        )}
      </p>
      <p class="command">
        Compression would save about {size(total.reclaimableBytes)}: <code>{COMMAND}</code>{' '}
        <CopyButton text={COMMAND} what="the command" />
      </p>
      <h2 class="section-title">What the bytes are spent on</h2>
      <Table
        caption="bytes by kind"
        columns={kindColumns(total.rawBytes, kinds[0]?.bytes ?? 1)}
        rows={kinds}
        keyOf={({ kind }) => kind}
      />
      <h2 class="section-title">Largest threads</h2>
      <Table
        caption="largest threads"
        columns={THREADS}
        rows={largest.slice(0, THREADS_SHOWN)}
        keyOf={({ threadId }) => threadId}
      />
      {unreadable.length === 0 ? null : (
        <>
          <h2 class="section-title">Files that cannot be read</h2>
          <ul class="plain-list">
            {unreadable.map(({ path, reason }) => (
              <li>
                <code dir="auto">{visible(path)}</code>: {visible(reason)}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

export const StoragePage = () => {
  const asked = useAnswer<StorageAnswer>('unroll/storage/read', {})
  return (
    <HomePage title="Storage" isBusy={asked.isLoading}>
      <Answered asked={asked}>{(report) => <Report {...report} />}</Answered>
    </HomePage>
  )
}
