/**
 * unroll index: counting, rebuilding and deleting the index, and what happened to the files of a home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstat, readdir, rm, rmdir, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { HomeChange } from '../../../domain/home-change.ts'
import type { Unreadable } from '../../../replay/ports.ts'
import { addressOf } from '../../log/eventstore/connection/connection-string.ts'
import { CHECKPOINT_FILE } from '../../log/eventstore/readers/checkpoint.ts'
import { defaultIndexDirectory, storeIndexDirectory } from '../../home/places.ts'
import { isIndexFile, isIndexFolder } from '../../index/lmdb/files.ts'
import { numberOf, type Input } from '../args.ts'
import { directionIn, inDirection } from '../options.ts'
import type { Io } from '../io.ts'
import { shortCells } from '../naming/threads.ts'
import { withEngine, type CommandEnd, type HomeCommand, type CommandPlace } from '../session.ts'
import { printChange } from './changed.ts'
import { printJson } from '../text/print.ts'
import { ownFailure, usage } from '../text/report.ts'
import { formOf, printRows } from '../text/row-form.ts'
import { column, timeColumn, shown, type Columns } from '../text/rows.ts'
import { refusedBy } from '../terminal/confirm.ts'
import { oneLine, size } from '../text/text.ts'

const WORDS: Readonly<Record<string, string>> = {
  damagedLines: 'damaged lines',
  unfinishedTails: 'unfinished tails',
  unreadable: 'unreadable files',
  duplicates: 'duplicate files'
}

type IndexFacts = Readonly<Record<string, string | number | boolean | ReadonlyArray<Unreadable>>>

type IndexFact = readonly [name: string, value: string]

export const FACTS: Columns<IndexFact> = [
  column('name', ([name]) => name),
  column('value', ([, value]) => value)
]

const printFacts = async (facts: IndexFacts, input: Input, io: Io): Promise<CommandEnd> => {
  if (input.json && !input.values.has('fields')) return printJson(facts, io)
  const rows: ReadonlyArray<IndexFact> = Object.entries(facts).flatMap(([name, value]) =>
    typeof value === 'object'
      ? value.map(({ path, reason }) => ['unreadable', `${path}: ${reason}`] as const)
      : [[WORDS[name] ?? name, String(value)] as const]
  )
  const human = (all: ReadonlyArray<IndexFact>): string =>
    all.map(([name, value]) => `${name.padEnd(18)}${oneLine(value)}\n`).join('')
  return printRows({ columns: FACTS, human, nothing: '' }, rows, input, io)
}

/** Where the threads are, as the facts begin. */
const whereOf = ({ home, index, store }: CommandPlace): { readonly [fact: string]: string } => {
  const address = store === undefined ? undefined : addressOf(store)
  if (address === undefined || E.isLeft(address)) {
    return { home, index: index ?? defaultIndexDirectory(home) }
  }
  const { name, id } = address.right
  return { store: name, home, index: index ?? storeIndexDirectory(id, home) }
}

/** Directory of the index of a place; `memory` for one that ends with the command. */
export const directoryOf = (place: CommandPlace): string => whereOf(place)['index'] ?? ''

/** Names in a directory that holds nothing but an index. */
const indexFiles = async (
  directory: string
): Promise<ReadonlyArray<string> | 'missing' | 'foreign'> => {
  const stat = await lstat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (stat === null) return 'missing'
  if (!stat.isDirectory()) return 'foreign'
  const entries = await readdir(directory, { withFileTypes: true })
  const ours = entries.every((entry) =>
    entry.isDirectory()
      ? isIndexFolder(entry.name)
      : isIndexFile(entry.name) || CHECKPOINT_FILE.test(entry.name)
  )
  return ours ? entries.map(({ name }) => name) : 'foreign'
}

/** A larger index is deleted only after a question. */
const UNASKED_BYTES_MAX = 1e9

const bytesOf = async (directory: string, names: ReadonlyArray<string>): Promise<number> => {
  const stats = await Promise.all(names.map((name) => lstat(join(directory, name))))
  return stats.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
}

/** Deletes file by file, so that what appears meanwhile stays; a half-made copy as a whole. */
const drop = async (input: Input, io: Io, place: CommandPlace): Promise<CommandEnd> => {
  const directory = directoryOf(place)
  if (directory === 'memory') return E.left(usage('an index in memory ends by itself', ''))
  const files = await indexFiles(directory)
  if (files === 'foreign') {
    const message = `${directory} is not an index of unroll, so it is left alone`
    return E.left(ownFailure('not_an_index', message, 'name the right directory with --index DIR'))
  }
  const bytes = files === 'missing' ? 0 : await bytesOf(directory, files)
  if (bytes > UNASKED_BYTES_MAX) {
    const text = `Delete an index of ${size(bytes)}? Building it again takes a while.`
    const refused = await refusedBy({ text }, input, io)
    if (refused !== null) return E.left(refused)
  }
  if (files !== 'missing') {
    // Nothing else knows where the readers of a store are.
    const kept = files.filter((name) => CHECKPOINT_FILE.test(name))
    for (const name of files) {
      if (isIndexFolder(name)) await rm(join(directory, name), { recursive: true })
      else if (!kept.includes(name)) await unlink(join(directory, name))
    }
    if (kept.length === 0) await rmdir(directory)
  }
  const facts = { index: directory, dropped: files !== 'missing' }
  if (input.json || formOf(input, io) !== 'people') return printFacts(facts, input, io)
  const did =
    files === 'missing'
      ? `There is no index at ${oneLine(directory)}`
      : `Deleted the index of ${size(bytes)}; the next command that needs it builds it again`
  return printChange({ did, undo: null, lines: [] }, input, io)
}

const isoOf = ({ noticedAtMs }: HomeChange): string => new Date(noticedAtMs).toISOString()

const ROLLOUT_NAME = /rollout-[\dT-]{19}-([\da-f]{8}-[\da-f]{4})[\da-f-]*(?=\.jsonl)/

/** A path in which the name of a rollout is cut to what tells it from others. */
const shortPath = (path: string): string => path.replace(ROLLOUT_NAME, '…$1')

/** Where a file was and where it is: its folders, or its names where the folder is the same. */
const wayText = ({ from, to }: HomeChange): string => {
  const before = from ?? to ?? ''
  const after = to ?? before
  if (before === after) return dirname(before)
  return dirname(before) === dirname(after)
    ? `${basename(shortPath(before))} → ${basename(shortPath(after))}`
    : `${dirname(before)} → ${dirname(after)}`
}

/** Sizes before and after, or the one there is. */
const sizeText = ({ bytesBefore, bytes }: HomeChange): string => {
  const sizes = [bytesBefore, bytes].filter((one) => one !== null)
  return [...new Set(sizes)].map(size).join(' → ')
}

export const FILE_CHANGES: Columns<HomeChange> = [
  timeColumn('noticedAt', isoOf, ({ noticedAtMs }) => noticedAtMs, { head: 'NOTICED' }),
  column('reason', ({ reason }) => reason, {
    head: 'WHAT',
    max: 14,
    cell: ({ reason }) => reason.replaceAll('_', ' ')
  }),
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    cells: shortCells(({ threadId }) => threadId)
  }),
  shown({ head: 'SIZE', max: 22, drop: 2, cell: sizeText }),
  column('from', ({ from }) => from),
  column('to', ({ to }) => to),
  column('bytesBefore', ({ bytesBefore }) => bytesBefore),
  column('bytes', ({ bytes }) => bytes),
  shown({
    head: 'FROM → TO',
    flex: 34,
    drop: 1,
    cell: wayText
  })
]

const changeJson = (change: HomeChange): object => {
  const { noticedAtMs: _, ...rest } = change
  return { noticedAt: isoOf(change), ...rest }
}

export const indexCommand: HomeCommand = async (input, outside, place, open) => {
  const [what] = input.args
  if (what === 'drop') return drop(input, outside, place)
  return withEngine(
    input,
    outside,
    open,
    place,
    async (engine, io) => {
      if (what === 'changes') {
        // The oldest of them are the last of all.
        const limit = numberOf(input, 'limit')
        const isReversed = directionIn(input) === 'asc'
        const changes = await engine.homeChanges(isReversed ? undefined : limit)()
        if (E.isLeft(changes)) return changes
        const nothing = 'no changes of files were noticed'
        const listing = { columns: FILE_CHANGES, json: changeJson, nothing }
        const rows = inDirection(changes.right, input).slice(0, limit)
        return printRows(listing, rows, input, io)
      }
      const counted = await (what === 'rebuild' ? engine.rebuild() : engine.status())()
      if (E.isLeft(counted)) return counted
      const { bytes, ...counts } = counted.right
      const shownBytes = formOf(input, io) === 'people' ? size(bytes) : bytes
      return printFacts({ ...whereOf(place), ...counts, bytes: shownBytes }, input, io)
    },
    true
  )
}
