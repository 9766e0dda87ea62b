/**
 * unroll export: threads as files for people and programs.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { StoreError } from '../../../../domain/errors.ts'
import { FORMAT_FACTS } from '../../../../domain/export/formats.ts'
import type { Engine } from '../../../../replay/engine.ts'
import {
  ExportFailed,
  exportParts,
  SecretLeft,
  type ExportOptions,
  type ExportPiece,
  type ExportSplit,
  type ExportSummary,
  type HiddenPlace
} from '../../../export/export.ts'
import { flagOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { threadNamed } from '../../naming/thread-name.ts'
import { pathOf, writeNewFile } from '../../options.ts'
import type { CommandEnd, EngineCommand } from '../../session.ts'
import { startProgress } from '../../text/progress.ts'
import {
  ownFailure,
  tell,
  usage,
  warn,
  type CommandFailure,
  type Tried
} from '../../text/report.ts'
import { plural, size } from '../../text/text.ts'
import { imagesOf, optionsOf, splitOf, turnsOf } from './asked.ts'
import { openPartFiles, partPath } from './parts.ts'
import { openPictures, pictureFolderOf } from './pictures.ts'

/** Above this a browser takes long to open a page. */
const HTML_BYTES_WARN = 25_000_000

const failureOf = (thrown: unknown): E.Left<StoreError | CommandFailure> => {
  if (thrown instanceof ExportFailed) return E.left(thrown.failure) as E.Left<StoreError>
  if (!(thrown instanceof SecretLeft)) throw thrown
  const next = 'nothing was written; name it in --redact-file, or leave secrets in with --no-redact'
  return E.left(ownFailure('secret_left', thrown.message, next)) as E.Left<CommandFailure>
}

interface NamedExport {
  readonly options: ExportOptions
  readonly split: ExportSplit | null
}

interface WrittenExport {
  readonly bytes: number
  readonly parts: number
  readonly summary: ExportSummary
}

/** Where the pieces of an export go. */
type PieceSink = (piece: ExportPiece) => Promise<Tried<void>>

/** Writes a thread to where its pieces go. */
const write = async (
  engine: Engine,
  threadId: string,
  { options, split }: NamedExport,
  sink: PieceSink,
  io: Io
): Promise<Tried<WrittenExport>> => {
  const progress = startProgress(io, 'exporting turns')
  let bytes = 0
  let parts = 1
  const onProgress = (done: number, total: number): void => progress.show(done, total, bytes)
  const pieces = exportParts(engine, threadId, { ...options, onProgress }, split)
  try {
    for (;;) {
      const next = await pieces.next()
      if (next.done === true) return E.right({ bytes, parts, summary: next.value })
      bytes += Buffer.byteLength(next.value.text)
      parts = next.value.part
      const put = await sink(next.value)
      if (E.isLeft(put)) return put
      if (io.stop.aborted) await pieces.return(undefined as never)
    }
  } catch (thrown) {
    return failureOf(thrown)
  } finally {
    progress.clear()
  }
}

const writeFile = async (
  engine: Engine,
  threadId: string,
  { options, split }: NamedExport,
  path: string,
  input: Input,
  io: Io
): Promise<Tried<WrittenExport>> => {
  const replaces = flagOf(input, 'force')
  const pictures = imagesOf(input) === 'files' ? openPictures(path) : null
  const taken = [path, ...(pictures === null ? [] : [pictureFolderOf(path)])].find(existsSync)
  if (!replaces && taken !== undefined) {
    const reason = `${taken} exists already`
    return E.left({
      _tag: 'NotPossible',
      reason,
      next: 'name a new file, or add --force to replace it'
    })
  }
  const files = openPartFiles(path, replaces, io)
  let written: Tried<WrittenExport> | null = null
  try {
    const own = pictures === null ? options : { ...options, images: pictures.write }
    const named =
      split === null ? null : { ...split, nameOf: (part: number) => basename(partPath(path, part)) }
    written = await write(engine, threadId, { options: own, split: named }, files.write, io)
  } finally {
    if (written === null) {
      pictures?.close(false)
      files.close(false)
    }
  }
  const isWhole = E.isRight(written) && !io.stop.aborted
  pictures?.close(isWhole)
  const closed = files.close(isWhole)
  return E.isLeft(closed) ? closed : written
}

const tellHidden = (summaries: ReadonlyArray<ExportSummary>, io: Io): void => {
  const looked = summaries.flatMap(({ hidden }) => (hidden === null ? [] : [hidden]))
  if (looked.length === 0) return
  const pictures = summaries.reduce((sum, one) => sum + one.pictures, 0)
  if (pictures > 0) tell(`${plural(pictures, 'picture')} not looked into for secrets`, io)
  const kinds = new Set(looked.flatMap((hidden) => Object.keys(hidden)))
  const count = looked.flatMap((hidden) => Object.values(hidden)).reduce((a, b) => a + b, 0)
  if (count === 0) return
  const named = [...kinds].sort().join(', ')
  tell(`hid ${plural(count, 'secret')} (${named}); review what was written before you share it`, io)
}

const tellWritten = (
  path: string,
  { bytes, parts, summary }: WrittenExport,
  input: Input,
  io: Io
): void => {
  if (!flagOf(input, 'quiet')) {
    const more = summary.threads > 1 ? `${plural(summary.threads, 'thread')}, ` : ''
    const files = parts > 1 ? `, ${parts} parts` : ''
    tell(`wrote ${path}: ${more}${plural(summary.turns, 'turn')}, ${size(bytes)}${files}`, io)
  }
  if (path.endsWith('.html') && bytes / parts > HTML_BYTES_WARN)
    warn('a page of this size opens slowly; --split 10MB, --detail chat or --turns help', io)
}

const report = async (
  places: ReadonlyArray<HiddenPlace>,
  path: string | undefined
): Promise<E.Either<StoreError, number>> => {
  if (path === undefined) return E.right(0)
  async function* lines(): AsyncGenerator<string> {
    for (const place of places) yield `${JSON.stringify(place)}\n`
  }
  return writeNewFile(path, lines())
}

const isFolder = (path: string): boolean => {
  if (path.endsWith('/')) return true
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** The file of each thread; null for stdout. */
const targetsOf = (
  ids: ReadonlyArray<string>,
  options: ExportOptions,
  input: Input,
  io: Io
): E.Either<CommandFailure, ReadonlyArray<string | null>> => {
  const out = textOf(input, 'out') ?? '-'
  if (out === '-')
    return ids.length === 1
      ? E.right([null])
      : E.left(usage('several threads need a folder', 'name one with --out FOLDER/'))
  const path = resolve(io.cwd, out)
  if (ids.length === 1 && !isFolder(out.endsWith('/') ? out : path)) return E.right([path])
  if (!isFolder(out.endsWith('/') ? out : path))
    return E.left(usage(`several threads need a folder, and ${path} is none`, 'add a / behind it'))
  mkdirSync(path, { recursive: true })
  return E.right(ids.map((id) => join(path, `${id}.${FORMAT_FACTS[options.to].extension}`)))
}

const idsOf = async (engine: Engine, input: Input): Promise<Tried<ReadonlyArray<string>>> => {
  const ids: Array<string> = []
  for (const text of input.args) {
    const found = await threadNamed(engine, text)
    if (E.isLeft(found)) return found
    if (!ids.includes(found.right)) ids.push(found.right)
  }
  return E.right(ids)
}

const toStdout =
  (io: Io): PieceSink =>
  async ({ text }) => {
    await io.out(text)
    return E.right(undefined)
  }

const exportAll = async (
  ids: ReadonlyArray<string>,
  { options, split }: NamedExport,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const targets = targetsOf(ids, options, input, io)
  if (E.isLeft(targets)) return targets
  const summaries: Array<ExportSummary> = []
  for (const [at, id] of ids.entries()) {
    const turns = await turnsOf(input, engine, id)
    if (E.isLeft(turns)) return turns
    const own = turns.right === undefined ? options : { ...options, turns: turns.right }
    const path = targets.right[at] ?? null
    const written =
      path === null
        ? await write(engine, id, { options: own, split: null }, toStdout(io), io)
        : await writeFile(engine, id, { options: own, split }, path, input, io)
    if (E.isLeft(written)) return written
    summaries.push(written.right.summary)
    if (path !== null) tellWritten(path, written.right, input, io)
  }
  tellHidden(summaries, io)
  const places = summaries.flatMap((one) => one.places)
  return E.map(() => 0)(await report(places, pathOf(input, io, 'redact-report')))
}

/** What is about documents of threads, and needs one. */
const exportThreads = async (
  ids: ReadonlyArray<string>,
  input: Input,
  io: Io,
  engine: Engine
): Promise<CommandEnd> => {
  const options = optionsOf(input, io)
  if (E.isLeft(options)) return options
  if (ids.length === 0)
    return E.left(usage('no thread is named', 'name one, such as @1, or a ledger with --ledger'))
  if (ids.length > 1 && textOf(input, 'at') !== undefined)
    return E.left(usage('--at is about one thread', 'export them one by one'))
  const split = splitOf(input)
  if (E.isLeft(split)) return split
  return exportAll(ids, { options: options.right, split: split.right }, input, io, engine)
}

const OF_TRACES = [
  ...['checkpoint', 'content', 'flavor', 'follow', 'paths', 'prices', 'semconv', 'send'],
  'until-idle'
]

const isBundleName = (input: Input): boolean =>
  !flagOf(input, 'to') && (textOf(input, 'out') ?? '').match(/\.unroll\.tar(?:\.zst)?$/) !== null

export const exportCommand: EngineCommand = async (input, io, engine) => {
  const ids = await idsOf(engine, input)
  if (E.isLeft(ids)) return ids
  if (textOf(input, 'to') === 'bundle' || isBundleName(input)) {
    const { exportBundle } = await import('./bundle.ts')
    return exportBundle(ids.right, input, io, engine)
  }
  if (textOf(input, 'to') === 'otlp') {
    const { exportTraces } = await import('./traces.ts')
    return exportTraces(ids.right, input, io, engine)
  }
  const ofTraces = OF_TRACES.find((name) => input.values.has(name))
  if (flagOf(input, 'zstd')) return E.left(usage('--zstd is about bundles', 'add --to bundle'))
  if (ofTraces !== undefined) return E.left(usage(`--${ofTraces} is about traces`, 'add --to otlp'))
  if (!flagOf(input, 'ledger')) return exportThreads(ids.right, input, io, engine)
  const { exportLedgers } = await import('./ledgers/ledgers.ts')
  return exportLedgers(ids.right, input, io, engine)
}
