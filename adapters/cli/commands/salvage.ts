/**
 * unroll salvage: rebuilding a home from scattered rollout files.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import type { DatedThread, Engine } from '../../../replay/engine.ts'
import { isFolder } from '../../home/places.ts'
import { salvage, type Salvaged, type SalvagedFile } from '../../upkeep/storage/salvage/salvage.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { pathOf } from '../options.ts'
import { withEngine, type HomeCommand } from '../session.ts'
import { clockOf } from '../text/clock.ts'
import { printTotal, taggedLine, type FetchPage, walkPages } from '../text/print.ts'
import { withProgress } from '../text/progress.ts'
import { usage, type CommandFailure } from '../text/report.ts'
import { formOf, printRows } from '../text/row-form.ts'
import { column, type Columns } from '../text/rows.ts'
import { painter } from '../text/style.ts'
import { table } from '../text/table.ts'
import { plural, sentence } from '../text/text.ts'
import { EVERY_SOURCE } from './threads/filters.ts'
import { threadColumns } from './threads/threads.ts'

const OUTCOMES = ['copied', 'present', 'older', 'kept', 'unusable'] as const

const count = ({ files, names, others }: Salvaged, threads: number) => ({
  ...Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, files.filter((file) => file.outcome === outcome).length])
  ),
  ...{ names, others, threads }
})

const words = (done: Salvaged, threads: number, dry: boolean): string => {
  const of = (outcome: SalvagedFile['outcome']): number =>
    done.files.filter((file) => file.outcome === outcome).length
  const there = of('present') + of('older')
  const parts = [
    `${dry ? 'would copy' : 'copied'} ${plural(of('copied'), 'file')}`,
    ...(there === 0 ? [] : [`${there} there already`]),
    ...(of('kept') === 0 ? [] : [`${of('kept')} kept aside`]),
    ...(of('unusable') === 0 ? [] : [`${of('unusable')} not usable`]),
    ...(done.names === 0 ? [] : [`${plural(done.names, 'name')}`])
  ]
  return `${parts.join(', ')}${dry ? '' : `; ${plural(threads, 'thread')} in the home`}`
}

/** Every thread of a home, newest first, archived ones last. */
const threadsIn = async (
  engine: Engine
): Promise<E.Either<StoreError, ReadonlyArray<DatedThread>>> => {
  const all: Array<DatedThread> = []
  for (const archived of [false, true]) {
    const request = { sourceKinds: EVERY_SOURCE, modelProviders: [], archived }
    const fetch: FetchPage<DatedThread> = (cursor, limit) =>
      engine.datedThreads({ ...request, cursor, limit })
    for await (const page of walkPages(fetch, { limit: Infinity })) {
      if (E.isLeft(page)) return page
      all.push(...page.right.data)
    }
  }
  return E.right(all)
}

export const SALVAGED_FILES: Columns<SalvagedFile> = [
  column('outcome', ({ outcome }) => outcome),
  column('threadId', ({ threadId }) => threadId),
  column('source', ({ source }) => source),
  column('target', ({ target }) => target),
  column('reason', ({ reason }) => reason)
]

const isLost = ({ outcome }: SalvagedFile): boolean => outcome === 'kept' || outcome === 'unusable'

/** People see only what could not be used. */
const printFiles = async (
  files: ReadonlyArray<SalvagedFile>,
  input: Input,
  io: Io
): Promise<E.Either<CommandFailure, number>> => {
  if (formOf(input, io) !== 'people')
    return printRows({ columns: SALVAGED_FILES, nothing: 'no files' }, files, input, io)
  for (const { outcome, source, reason } of files.filter(isLost))
    await io.out(sentence(`${outcome} ${source}: ${reason ?? ''}`, io))
  return E.right(0)
}

export const salvageCommand: HomeCommand = async (input, io, named, open) => {
  if (named.store !== undefined) {
    const next = 'salvage to a home, then type "unroll store push"'
    return E.left(notPossible('salvage makes files, and a store has none', next))
  }
  const home = pathOf(input, io, 'to') ?? named.home
  const folders = input.args.map((folder) => resolve(io.cwd, folder))
  const missing = folders.find((folder) => !isFolder(folder))
  if (missing !== undefined)
    return E.left({
      ...usage(`there is no folder ${missing}`, 'see "unroll help salvage"'),
      exit: 3
    })
  const dryRun = flagOf(input, 'dry-run')
  const done = await withProgress(io, 'looking at files', (_, onFile) =>
    salvage({ folders, home, dryRun, onFile, signal: io.stop })
  )
  if (E.isLeft(done)) return done
  const { files } = done.right
  const printed = await printFiles(files, input, io)
  if (E.isLeft(printed)) return printed
  const end = files.some(isLost) ? 1 : 0
  if (dryRun && !isFolder(home)) {
    if (formOf(input, io) === 'people') await io.out(sentence(words(done.right, 0, dryRun), io))
    return end
  }
  const place = { home, index: named.index ?? 'memory' }
  return withEngine(input, io, open, place, async (engine, quiet) => {
    const threads = await threadsIn(engine)
    if (E.isLeft(threads)) return threads
    const form = formOf(input, quiet)
    if (form === 'json') {
      if (!flagOf(input, 'fields'))
        for (const { thread } of threads.right) await quiet.out(taggedLine('thread', thread))
      await printTotal(count(done.right, threads.right.length), input, quiet)
    } else if (form === 'people') {
      const columns = threadColumns('created_at')
      await quiet.out(
        table(columns, threads.right, io.columns, painter(input, io), clockOf(input, io))
      )
      await quiet.out(sentence(words(done.right, threads.right.length, dryRun), io))
    }
    return end
  })
}
