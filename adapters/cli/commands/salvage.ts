/**
 * unroll salvage: a home from whatever rollouts are left.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Thread } from '../../../domain/protocol.ts'
import type { Engine } from '../../../replay/engine.ts'
import { salvage, type Salvaged, type SalvagedFile } from '../../storage/salvage/salvage.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { placeOf, withEngine, type PlainCommand } from '../session.ts'
import { startProgress } from '../text/progress.ts'
import { report, reportError, usage } from '../text/report.ts'
import { painter, tsv } from '../text/style.ts'
import { oneLine, plural } from '../text/text.ts'
import { printJson } from '../text/written.ts'
import { EVERY_SOURCE, threadTable } from './threads.ts'

const OUTCOMES = ['copied', 'present', 'older', 'kept', 'unusable'] as const
const PAGE = 100

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
  return `${parts.join(', ')}${dry ? '' : `; ${plural(threads, 'thread')} in the home`}\n`
}

/** Every thread of a home, newest first, archived ones last. */
const threadsIn = async (engine: Engine): Promise<ReadonlyArray<Thread>> => {
  const all: Array<Thread> = []
  for (const archived of [false, true]) {
    let cursor: string | null = null
    do {
      const asked = { sourceKinds: EVERY_SOURCE, modelProviders: [], archived, limit: PAGE }
      const page: Awaited<ReturnType<ReturnType<Engine['listThreads']>>> = await engine.listThreads(
        { ...asked, ...(cursor === null ? {} : { cursor }) }
      )()
      if (E.isLeft(page)) throw page.left as unknown as Error
      all.push(...page.right.data)
      cursor = page.right.nextCursor
    } while (cursor !== null)
  }
  return all
}

const printFile = async (file: SalvagedFile, input: Input, io: Io): Promise<void> => {
  const { outcome, threadId, source, target, reason } = file
  if (input.json) await printJson(file, io)
  else if (!io.outIsTty)
    await io.out(tsv([[outcome, threadId ?? '', source, target ?? '', reason ?? '']]))
  else if (outcome === 'kept' || outcome === 'unusable')
    await io.out(`${oneLine(`${outcome} ${source}: ${reason ?? ''}`)}\n`)
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Salvages rollouts; see the command table. */
export const salvageCommand: PlainCommand = async (input, io, open) => {
  const named = await placeOf(input, io)
  const to = textOf(input, 'to')
  if (named.store !== undefined) {
    const next = 'salvage to a home, then type "unroll store push"'
    return reportError(
      { _tag: 'NotPossible', reason: 'salvage makes files, and a store has none', next },
      input.json,
      io
    )
  }
  const home = to === undefined ? named.home : resolve(io.cwd, to)
  const folders = input.args.map((folder) => resolve(io.cwd, folder))
  const missing = folders.find((folder) => !isFolder(folder))
  if (missing !== undefined)
    return report(
      { ...usage(`there is no folder ${missing}`, 'see "unroll help salvage"'), exit: 3 },
      input.json,
      io
    )
  const progress = startProgress(io, 'looking at files')
  const dryRun = flagOf(input, 'dry-run')
  const done = await salvage({ folders, home, dryRun, onFile: progress.show, signal: io.stop })
  progress.clear()
  if (E.isLeft(done)) return reportError(done.left, input.json, io)
  for (const file of done.right.files) await printFile(file, input, io)
  const list = async (engine: Engine, quiet: Io): Promise<number> => {
    const threads = await threadsIn(engine)
    if (input.json) for (const thread of threads) await printJson(thread, quiet)
    else if (io.outIsTty)
      await quiet.out(threadTable(threads, 'updatedAt', io.columns, painter(input, io)))
    if (input.json) await printJson({ total: count(done.right, threads.length) }, quiet)
    else if (io.outIsTty) await quiet.out(words(done.right, threads.length, dryRun))
    return 0
  }
  const place = { home, index: named.index ?? 'memory' }
  const code = dryRun && !isFolder(home) ? 0 : await withEngine(input, io, open, place, list)
  const isAllFine = done.right.files.every(({ outcome }) => !['kept', 'unusable'].includes(outcome))
  return code === 0 && !isAllFine ? 1 : code
}
