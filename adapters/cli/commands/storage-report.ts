/**
 * unroll storage without a word: what each thread takes on disk.
 */
import { BYTE_KINDS, type ByteKind } from '../../../domain/storage/kinds.ts'
import { filesMeant } from '../../storage/files.ts'
import {
  addSpent,
  NOTHING_SPENT,
  storageOf,
  type Spent,
  type ThreadSpent
} from '../../storage/report.ts'
import { numberOf, type Input } from '../args.ts'
import { withHomeFiles } from '../home-files.ts'
import type { Io } from '../io.ts'
import type { PlainCommand } from '../session.ts'
import { startProgress } from '../text/progress.ts'
import { painter, table, tsv, type Column } from '../text/style.ts'
import { oneLine, plural, size } from '../text/text.ts'
import { printJson } from '../text/written.ts'
import { shortIds } from './threads.ts'

/** How each kind is called. */
const KIND: Readonly<Record<ByteKind, string>> = {
  messages: 'messages',
  reasoning: 'reasoning',
  tool_calls: 'tool calls',
  tool_outputs: 'tool outputs',
  images: 'images',
  snapshots: 'snapshots',
  snapshot_images: 'images in snapshots',
  session: 'session facts',
  tokens: 'token counts',
  other: 'other lines',
  damaged: 'damaged lines'
}

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'ID', max: 36 },
  { head: 'ON DISK', max: 9 },
  { head: 'COPIED', max: 9, from: 100 },
  { head: 'RECLAIM~', max: 9, from: 80 },
  { head: 'MOSTLY', max: 44 },
  { head: 'NAME', max: 0, from: 100 }
]

const LARGEST = 2
const SHOWN = 25

const percent = (part: number, whole: number): string =>
  whole === 0 ? '0 %' : `${Math.round((100 * part) / whole)} %`

const largestKinds = ({ kinds, rawBytes }: Spent): string =>
  [...BYTE_KINDS]
    .filter((kind) => kinds[kind] > 0)
    .sort((a, b) => kinds[b] - kinds[a])
    .slice(0, LARGEST)
    .map((kind) => `${KIND[kind]} ${percent(kinds[kind], rawBytes)}`)
    .join(', ')

const cells = (id: string, spent: ThreadSpent): ReadonlyArray<string> => [
  id,
  size(spent.diskBytes),
  spent.copiedBytes === 0 ? '' : size(spent.copiedBytes),
  spent.reclaimableBytes === 0 ? '' : size(spent.reclaimableBytes),
  largestKinds(spent),
  oneLine(spent.name ?? '')
]

const fields = (spent: ThreadSpent): ReadonlyArray<string> => [
  spent.threadId,
  spent.name ?? '',
  spent.archived ? 'archived' : '',
  ...[spent.files, spent.lines, spent.diskBytes, spent.rawBytes].map(String),
  ...BYTE_KINDS.map((kind) => String(spent.kinds[kind])),
  ...[spent.copiedBytes, spent.reclaimableBytes].map(String)
]

const summary = (total: Spent, threads: ReadonlyArray<ThreadSpent>): string => {
  const shares = BYTE_KINDS.filter((kind) => total.kinds[kind] > 0).map((kind) => {
    const bytes = total.kinds[kind]
    return `  ${KIND[kind].padEnd(20)} ${size(bytes).padStart(9)} ${percent(bytes, total.rawBytes).padStart(6)}`
  })
  const archived = threads
    .filter((thread) => thread.archived)
    .reduce((sum, { reclaimableBytes }) => sum + reclaimableBytes, 0)
  const { files, diskBytes, rawBytes, copiedBytes, reclaimableBytes } = total
  const packed = rawBytes === diskBytes ? '' : ` (${size(rawBytes)} without compression)`
  return [
    `${plural(threads.length, 'thread')} in ${plural(files, 'file')}, ${size(diskBytes)}${packed}`,
    ...shares,
    ...(copiedBytes === 0 ? [] : [`copied from other threads: ${size(copiedBytes)}`]),
    `compression would reclaim about ${size(reclaimableBytes)}, ${size(archived)} of it in archived threads`,
    ''
  ].join('\n')
}

const printTable = async (
  threads: ReadonlyArray<ThreadSpent>,
  total: Spent,
  input: Input,
  io: Io
): Promise<void> => {
  const shown = threads.slice(0, numberOf(input, 'limit') ?? SHOWN)
  const ids = shortIds(threads.map(({ threadId }) => threadId))
  const rows = shown.map((spent, i) => cells(ids[i] ?? '', spent))
  await io.out(table(COLUMNS, rows, io.columns, painter(input, io)))
  await io.out(`\n${summary(total, threads)}`)
}

/** Reports what threads take; see the command table. */
export const storageReport: PlainCommand = (input, outside) =>
  withHomeFiles(input, outside, 'type "unroll index status" for what it holds', async (home) => {
    const progress = startProgress(outside, 'measuring files')
    const io = progress.before(outside)
    const files = filesMeant(home, input.args)
    const threads = await storageOf(home, files, progress.show, io.stop)
    progress.clear()
    const total = threads.reduce<Spent>(addSpent, NOTHING_SPENT)
    const shown = threads.slice(0, numberOf(input, 'limit') ?? threads.length)
    if (input.json) {
      for (const spent of shown) await printJson(spent, io)
      await printJson({ total: { threads: threads.length, ...total } }, io)
    } else if (threads.length === 0) io.err('no rollouts\n')
    else if (io.outIsTty) await printTable(threads, total, input, io)
    else await io.out(tsv(shown.map(fields)))
    const unreadable = threads.flatMap((thread) => thread.unreadable)
    for (const { path, reason } of unreadable)
      io.err(`unroll: cannot read ${oneLine(path)}: ${oneLine(reason)}\n`)
    return unreadable.length === 0 ? 0 : 1
  })
