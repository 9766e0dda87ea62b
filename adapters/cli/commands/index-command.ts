/**
 * unroll index: counting, rebuilding and deleting the index.
 */
import * as E from 'fp-ts/lib/Either.js'
import { lstat, readdir, rm, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { printChanges } from './index-changes.ts'
import { addressOf } from '../../eventstore/connection/address.ts'
import { CHECKPOINT_FILE } from '../../eventstore/readers/checkpoint.ts'
import { defaultIndexDirectory, storeIndexDirectory } from '../../home/places.ts'
import { isIndexFile, isIndexFolder } from '../../lmdb/files.ts'
import type { Input } from '../args.ts'
import type { Io } from '../io.ts'
import { report, reportError, usage } from '../text/report.ts'
import { placeOf, withEngine, type Place, type PlainCommand } from '../session.ts'
import { tsv } from '../text/style.ts'
import { oneLine, safeJson, size } from '../text/text.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { Unreadable } from '../../../replay/catch-up/fold-many.ts'

const WORDS: Readonly<Record<string, string>> = {
  damagedLines: 'damaged lines',
  unfinishedTails: 'unfinished tails',
  unreadable: 'unreadable files',
  duplicates: 'duplicate files'
}

type Fact = string | number | boolean | ReadonlyArray<Unreadable>

/** A list is a row for each. */
const rowsOf = (name: string, value: Fact): ReadonlyArray<ReadonlyArray<string>> =>
  typeof value === 'object'
    ? value.map(({ path, reason }) => ['unreadable', `${path}: ${reason}`])
    : [[WORDS[name] ?? name, String(value)]]

const print = async (
  facts: Readonly<Record<string, Fact>>,
  json: boolean,
  io: Io
): Promise<number> => {
  if (json) await io.out(`${safeJson(JSON.stringify(facts))}\n`)
  else {
    const rows = Object.entries(facts).flatMap(([name, value]) => rowsOf(name, value))
    await io.out(
      io.outIsTty
        ? rows.map(([name = '', value = '']) => `${name.padEnd(18)}${oneLine(value)}\n`).join('')
        : tsv(rows)
    )
  }
  return 0
}

/** Where the threads are, as the facts begin. */
const whereOf = ({ home, index, store }: Place): { readonly [fact: string]: string } => {
  const address = store === undefined ? undefined : addressOf(store)
  if (address === undefined || E.isLeft(address)) {
    return { home, index: index ?? defaultIndexDirectory(home) }
  }
  const { name, id } = address.right
  return { store: name, home, index: index ?? storeIndexDirectory(id, home) }
}

/** Directory of the index of a place; `memory` for one that ends with the command. */
export const directoryOf = (place: Place): string => whereOf(place)['index'] ?? ''

/** Names of what stands in a directory of ours; null when there is no directory, or it is not one of ours. */
const ourFiles = async (
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

/** Deletes file by file, so that what appears meanwhile stays; a half-made copy as a whole. */
const drop = async (input: Input, io: Io, place: Place): Promise<number> => {
  const directory = directoryOf(place)
  if (directory === 'memory') {
    return report(usage('an index in memory ends by itself', ''), input.json, io)
  }
  const files = await ourFiles(directory)
  if (files === 'foreign') {
    const failure = {
      kind: 'not_an_index',
      message: `${directory} is not an index of unroll, so it is left alone`,
      hint: 'name the right directory with --index DIR',
      retryable: false,
      exit: 2
    }
    return report(failure, input.json, io)
  }
  if (files !== 'missing') {
    // Where readers of a store are is told by nothing else.
    const kept = files.filter((name) => CHECKPOINT_FILE.test(name))
    for (const name of files) {
      if (isIndexFolder(name)) await rm(join(directory, name), { recursive: true })
      else if (!kept.includes(name)) await unlink(join(directory, name))
    }
    if (kept.length === 0) await rmdir(directory)
  }
  return print({ index: directory, dropped: files !== 'missing' }, input.json, io)
}

/** Works on the index; see the command table. */
export const indexCommand: PlainCommand = async (input, outside, open) => {
  const place = await placeOf(input, outside)
  const [what] = input.args
  if (what === 'drop') return drop(input, outside, place)
  const use = async (engine: Engine, io: Io): Promise<number> => {
    if (what === 'changes') return printChanges(input, io, engine)
    const counted = await (what === 'rebuild' ? engine.rebuild() : engine.status())()
    if (E.isLeft(counted)) return reportError(counted.left, input.json, io)
    const { bytes, ...counts } = counted.right
    const shown = input.json || !io.outIsTty ? bytes : size(bytes)
    return print({ ...whereOf(place), ...counts, bytes: shown }, input.json, io)
  }
  return withEngine(input, outside, open, place, use, true)
}
