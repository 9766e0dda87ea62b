/**
 * unroll storage: disk usage of threads, compressing and expanding rollouts.
 */
import * as E from 'fp-ts/lib/Either.js'
import { BYTE_KINDS, type ByteKind } from '../../../domain/upkeep/storage/kinds.ts'
import { compressRollouts, expandRollouts, type FileOutcome } from '../../upkeep/storage/change.ts'
import { rolloutsOf } from '../../upkeep/storage/files.ts'
import { storageReport, type Spent, type ThreadSpent } from '../../upkeep/storage/report.ts'
import { tooOldCodex } from '../../upkeep/storage/versions.ts'
import { flagOf, numberOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { shortIds, threadIdsIn } from '../naming/threads.ts'
import { inDirection } from '../options.ts'
import { withHomeFiles, type CommandEnd, type HomeCommand, type CommandPlace } from '../session.ts'
import { clockOf } from '../text/clock.ts'
import { printChange } from './changed.ts'
import { printTotal } from '../text/print.ts'
import { withProgress } from '../text/progress.ts'
import { warn } from '../text/report.ts'
import { formOf, printRows, rowWriter } from '../text/row-form.ts'
import { column, shown, type Columns } from '../text/rows.ts'
import { painter } from '../text/style.ts'
import { table } from '../text/table.ts'
import { refusedBy } from '../terminal/confirm.ts'
import { oneLine, plural, sentence, size, wrap } from '../text/text.ts'

/** Names of the kinds of bytes, for people. */
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

const sizeUnlessNone = (bytes: number): string => (bytes === 0 ? '' : size(bytes))

export const STORAGE: Columns<ThreadSpent> = [
  column('threadId', ({ threadId }) => threadId),
  column('name', ({ name }) => name),
  column('archived', ({ archived }) => (archived ? 'archived' : '')),
  column('files', ({ files }) => files),
  column('lines', ({ lines }) => lines),
  column('diskBytes', ({ diskBytes }) => diskBytes, {
    head: 'ON DISK',
    align: 'right',
    cell: ({ diskBytes }) => size(diskBytes)
  }),
  column('rawBytes', ({ rawBytes }) => rawBytes),
  ...BYTE_KINDS.map((kind) => column(kind, ({ kinds }: ThreadSpent) => kinds[kind])),
  column('copiedBytes', ({ copiedBytes }) => copiedBytes, {
    head: 'COPIED',
    align: 'right',
    drop: 3,
    cell: ({ copiedBytes }) => sizeUnlessNone(copiedBytes)
  }),
  column('reclaimableBytes', ({ reclaimableBytes }) => reclaimableBytes, {
    head: 'RECLAIM~',
    align: 'right',
    drop: 1,
    cell: ({ reclaimableBytes }) => sizeUnlessNone(reclaimableBytes)
  }),
  shown({ head: 'MOSTLY', flex: 24, cell: largestKinds }),
  shown({ head: 'NAME', max: 40, drop: 2, cell: ({ name }) => name ?? '' })
]

const summary = (total: Spent, threads: ReadonlyArray<ThreadSpent>, width: number): string => {
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
    wrap(
      `compression would reclaim about ${size(reclaimableBytes)}, ${size(archived)} of it in archived threads`,
      0,
      width
    ),
    ''
  ].join('\n')
}

const printTable = async (
  threads: ReadonlyArray<ThreadSpent>,
  total: Spent,
  input: Input,
  io: Io
): Promise<void> => {
  const first = threads.slice(0, numberOf(input, 'limit') ?? SHOWN)
  // Prefixes tell all threads apart, not only those that are shown.
  const ids = shortIds(threads.map(({ threadId }) => threadId))
  const columns = [shown<ThreadSpent>({ head: 'ID', max: 36, cells: () => ids }), ...STORAGE]
  await io.out(table(columns, first, io.columns, painter(input, io), clockOf(input, io)))
  await io.out(`\n${summary(total, threads, io.columns)}`)
}

const report = (
  input: Input,
  outside: Io,
  place: CommandPlace,
  threadIds: ReadonlyArray<string>
): Promise<CommandEnd> =>
  withHomeFiles(input, place, 'type "unroll index status" for what it holds', (home) =>
    withProgress(outside, 'measuring files', async (io, onFile) => {
      const found = await storageReport(home, threadIds, { onFile, stop: io.stop })
      const threads = inDirection(found.threads, input)
      const { total } = found
      const limited = threads.slice(0, numberOf(input, 'limit') ?? threads.length)
      const isForPeople = formOf(input, io) === 'people'
      if (isForPeople && threads.length > 0) await printTable(threads, total, input, io)
      else {
        const listing = { columns: STORAGE, nothing: 'no rollouts' }
        const printed = await printRows(listing, limited, input, io)
        if (E.isLeft(printed)) return printed
        await printTotal(total, input, io)
      }
      const unreadable = threads.flatMap((thread) => thread.unreadable)
      for (const { path, reason } of unreadable)
        warn(`cannot read ${oneLine(path)}: ${oneLine(reason)}`, io)
      return unreadable.length === 0 ? 0 : 1
    })
  )

export const CHANGED_FILES: Columns<FileOutcome> = [
  column('outcome', ({ outcome }) => outcome),
  column('threadId', ({ threadId }) => threadId),
  column('path', ({ path }) => path),
  column('plainBytes', ({ plainBytes }) => plainBytes),
  column('compressedBytes', ({ compressedBytes }) => compressedBytes),
  column('reason', ({ reason }) => reason)
]

const sum = (outcomes: ReadonlyArray<FileOutcome>) => {
  const done = outcomes.filter(({ outcome }) => outcome !== 'left')
  return {
    files: done.length,
    left: outcomes.length - done.length,
    plainBytes: done.reduce((bytes, one) => bytes + one.plainBytes, 0),
    compressedBytes: done.reduce((bytes, one) => bytes + one.compressedBytes, 0)
  }
}

/** What a change came to, without its full stop. */
const changeText = (
  work: 'compress' | 'expand',
  outcomes: ReadonlyArray<FileOutcome>,
  dry: boolean
): string => {
  const { files, left, plainBytes, compressedBytes } = sum(outcomes)
  const [from, to] =
    work === 'compress' ? [plainBytes, compressedBytes] : [compressedBytes, plainBytes]
  const share = from === 0 ? 0 : Math.round((100 * (from - to)) / from)
  const done = work === 'compress' ? 'Compressed' : 'Expanded'
  const verb = dry ? `would ${work}` : done
  const gain = work === 'compress' ? `, ${size(from - to)} less (${share} %)` : ''
  const others = left === 0 ? '' : `; ${left} left as they are`
  return `${verb} ${plural(files, 'file')}: ${size(from)} to ${size(to)}${gain}${others}`
}

const UNDO_THREADS_MAX = 5

/** The command that expands what was compressed; there is an operation for each thread. */
const undoOf = (outcomes: ReadonlyArray<FileOutcome>): ReadonlyArray<string> => {
  const done = outcomes.filter(({ operationId }) => operationId !== null)
  const threads = [...new Set(done.map(({ threadId }) => threadId))]
  if (threads.length === 1) return ['undo']
  return ['storage', 'expand', ...(threads.length > UNDO_THREADS_MAX ? [] : threads)]
}

const warnOfOldCodex = (home: string, io: Io): void => {
  const version = tooOldCodex(home, rolloutsOf(home))
  if (version === null) return
  const written = `the newest thread was written by Codex ${oneLine(version)}`
  warn(`${written}; only 0.142 and later read compressed rollouts`, io)
}

const change = (
  work: 'compress' | 'expand',
  input: Input,
  outside: Io,
  place: CommandPlace,
  threadIds: ReadonlyArray<string>
): Promise<CommandEnd> =>
  withHomeFiles(input, place, 'a store keeps no files that could be compressed', (home) =>
    withProgress(outside, work === 'compress' ? 'compressing' : 'expanding', async (io, onFile) => {
      const dryRun = flagOf(input, 'dry-run')
      const writer = rowWriter({ columns: CHANGED_FILES, nothing: '' }, input, io)
      if (E.isLeft(writer)) return writer
      const { form, write, end } = writer.right
      if (work === 'compress' && form !== 'json') warnOfOldCodex(home, io)
      const isAsked = work === 'compress' && threadIds.length === 0
      const text = 'Compress every archived thread?'
      const refused = isAsked ? await refusedBy({ text }, input, io) : null
      if (refused !== null) return E.left(refused)
      const done = await (work === 'compress' ? compressRollouts : expandRollouts)({
        ...{ home, threads: threadIds, dryRun, actor: 'cli' },
        ...{ onFile, signal: io.stop },
        onOutcome: async (one) => {
          if (form !== 'people') await write([one])
          else if (one.reason !== null)
            await io.out(sentence(`left ${one.path}: ${one.reason}`, io))
        }
      })
      if (E.isLeft(done)) return done
      if (form !== 'people' && done.right.length > 0) await end()
      if (form === 'json') await printTotal(sum(done.right), input, io)
      else if (done.right.length === 0) warn(`there is nothing to ${work}`, io)
      else if (form === 'people') {
        const did = changeText(work, done.right, dryRun)
        if (dryRun) await io.out(`${did}\n`)
        else {
          const isBackThere = work === 'compress' && sum(done.right).files > 0
          const undo = isBackThere ? undoOf(done.right) : null
          return printChange({ did, undo, lines: [] }, input, io)
        }
      }
      return 0
    })
  )

export const storageCommand: HomeCommand = async (input, io, place, open) => {
  const [word] = input.args
  const work = word === 'compress' || word === 'expand' ? word : null
  const words = work === null ? input.args : input.args.slice(1)
  const threads = await threadIdsIn(words, input, io, place, open)
  if (E.isLeft(threads)) return threads.left
  return work === null
    ? report(input, io, place, threads.right)
    : change(work, input, io, place, threads.right)
}
