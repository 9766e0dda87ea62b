/**
 * unroll plugins: the plugins of a home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Contract } from '../../../domain/analytics/vocabulary.ts'
import { FAULT_KIND, type PluginFault } from '../../../domain/plugins/fault.ts'
import { parsePluginId } from '../../../domain/plugins/ids.ts'
import { parseListed, snapshotOf } from '../../../domain/plugins/snapshot.ts'
import { pluginEvent } from '../../../domain/plugins/telemetry.ts'
import { toldBy, type PluginTelling } from '../../../domain/plugins/told.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { Observations, PluginHistoryRow } from '../../../replay/ledgers/plugins.ts'
import { readCapture } from '../../analytics/read-capture.ts'
import type { ChangedPlugin } from '../../plugins/changes.ts'
import { homePlugins, type HomePlugins } from '../../plugins/plugins.ts'
import type { InstalledSnapshot } from '../../../domain/plugins/resolution.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import {
  answers,
  missingHome,
  placeOf,
  withEngine,
  type Place,
  type PlainCommand
} from '../session.ts'
import { pluginFailure } from '../text/plugin-failure.ts'
import { report, reportError, usage } from '../text/report.ts'
import { oneLine, plural } from '../text/text.ts'
import { printJson } from '../text/written.ts'
import { printHistory, printPlugins, printUsage, verifyPlugins } from './plugins-shown.ts'

/** What each of them is given besides its name: the fewest and the most words. */
const WORDS: Readonly<Record<string, readonly [number, number, string]>> = {
  list: [0, 0, 'list'],
  verify: [0, 0, 'verify'],
  usage: [0, 1, 'usage [PLUGIN]'],
  history: [0, 1, 'history [PLUGIN]'],
  'install-local': [2, 2, 'install-local PLUGIN DIR'],
  'install-remote': [2, 2, 'install-remote PLUGIN DIR --remote-id ID'],
  uninstall: [1, 1, 'uninstall PLUGIN'],
  sync: [1, 1, 'sync FILE'],
  'import-capture': [1, 1, 'import-capture FILE']
}

/** What is told by threads and logs, wherever they are; the others are about the files of a home. */
const OF_THREADS: ReadonlySet<string> = new Set(['usage', 'history'])

const problemOf = (input: Input): string | null => {
  const [what = '', ...words] = input.args
  const known = Object.hasOwn(WORDS, what) ? WORDS[what] : undefined
  if (known === undefined) return Object.keys(WORDS).join('|')
  const [fewest, most, form] = known
  const remoteId = textOf(input, 'remote-id')
  if (words.length < fewest || words.length > most) return form
  return (what === 'install-remote') === (remoteId !== undefined) ? null : form
}

interface Work {
  readonly plugins: HomePlugins
  readonly engine: Engine
  readonly input: Input
  readonly io: Io
  readonly dryRun: boolean
}

type Changes = E.Either<StoreError, ReadonlyArray<PluginHistoryRow>>

/** Notes in the home what is new, with something that happened. */
const observe = async (
  { plugins, engine, dryRun }: Work,
  source: Observations['source'],
  told: Observations['told'] = [],
  snapshot: InstalledSnapshot | null = null
): Promise<Changes> => {
  if (dryRun) return E.right([])
  const scan = plugins.scan()
  const seen = E.isRight(scan)
    ? { sightings: scan.right.plugins, complete: scan.right.configFault === null }
    : { sightings: [], complete: false }
  // What stands on the disk is what is observed; a list that agrees with it is the better source.
  const sightings = seen.sightings.map(({ localId, seen: content }) => {
    const agrees = content.remoteId !== null && snapshot?.get(localId) === content.remoteId
    return { localId, seen: agrees ? { ...content, remoteIdSource: 'snapshot' as const } : content }
  })
  return engine.recordPlugins({ source, complete: seen.complete, sightings, told, actor: 'cli' })()
}

const printChanged = async (work: Work, done: ChangedPlugin): Promise<number> => {
  const { input, io, dryRun } = work
  const changes = await observe(work, 'command')
  if (E.isLeft(changes)) return reportError(changes.left, input.json, io)
  const contract: Contract = answers(input).profile
  const { happening } = done
  const event =
    happening === 'unchanged'
      ? null
      : pluginEvent({ kind: happening }, done.metadata, contract, null)
  if (input.json) return printJson({ ...done, event, changes: changes.right }, io)
  if (happening === 'unchanged') {
    await io.out(`${oneLine(done.pluginId)} is not installed, nothing to remove\n`)
    return 0
  }
  const verb = dryRun ? `would be ${happening}` : happening
  const version = done.version === null ? '' : ` ${done.version}`
  const old =
    done.removedVersions.length === 0 ? '' : `, without ${done.removedVersions.join(', ')}`
  await io.out(`${oneLine(`${done.pluginId}${version} ${verb}${old}`)}\n`)
  return 0
}

const failInstall = async (work: Work, id: string, fault: PluginFault): Promise<number> => {
  const { input, io, plugins } = work
  const { localId, remoteId } = plugins.manager.notInstalled(id)
  const news = { localId, remoteId, news: 'install_failed', threadId: null, turnId: null } as const
  const noted = await observe(work, 'command', [{ ...news, errorType: FAULT_KIND[fault._tag] }])
  if (E.isLeft(noted)) io.err('unroll: the failure could not be noted in the home\n')
  return report(pluginFailure(fault), input.json, io)
}

const change = async (work: Work): Promise<number> => {
  const { plugins, input, io, dryRun } = work
  const [what, id = '', folder = ''] = input.args
  const bundle = resolve(io.cwd, folder)
  // What is there before is noted first, so that what changes can be told.
  const before = await observe(work, 'scan')
  if (E.isLeft(before)) return reportError(before.left, input.json, io)
  if (what === 'uninstall') {
    const done = await plugins.uninstall(id, { dryRun })
    return E.isLeft(done)
      ? report(pluginFailure(done.left), input.json, io)
      : printChanged(work, done.right)
  }
  const release = {
    remoteId: textOf(input, 'remote-id') ?? '',
    version: textOf(input, 'release') ?? null
  }
  const done =
    what === 'install-remote'
      ? await plugins.installRemote(id, bundle, release, { dryRun })
      : await plugins.installLocal(id, bundle, { dryRun })
  return E.isLeft(done) ? failInstall(work, id, done.left) : printChanged(work, done.right)
}

const listText = async ({ input, io }: Work): Promise<string> => {
  const [, file = ''] = input.args
  return file === '-'
    ? (await io.input()).toString('utf8')
    : readFile(resolve(io.cwd, file), 'utf8')
}

const sync = async (work: Work): Promise<number> => {
  const { plugins, input, io, dryRun } = work
  const listed = parseListed(await listText(work))
  if (E.isLeft(listed)) return report(pluginFailure(listed.left), input.json, io)
  const before = await observe(work, 'scan')
  if (E.isLeft(before)) return reportError(before.left, input.json, io)
  const [, file = ''] = input.args
  const folder = file === '-' ? io.cwd : dirname(resolve(io.cwd, file))
  const done = await plugins.sync(listed.right, folder, { dryRun })
  if (E.isLeft(done)) return report(pluginFailure(done.left), input.json, io)
  const changes = await observe(work, 'sync', [], snapshotOf(listed.right))
  if (E.isLeft(changes)) return reportError(changes.left, input.json, io)
  const { installed, noted, removed, failed } = done.right
  if (input.json) await printJson({ ...done.right, changes: changes.right }, io)
  else {
    const words = { installed, noted, removed }
    const lines = Object.entries(words).flatMap(([word, ids]) =>
      ids.map((id) => `${word} ${oneLine(id)}\n`)
    )
    await io.out(lines.join(''))
    for (const { remoteId, reason } of failed)
      io.err(`unroll: ${oneLine(`${remoteId ?? 'an item without an id'}: ${reason}`)}\n`)
  }
  return failed.length === 0 ? 0 : 1
}

/** Events tell attempts, and no time: what stands on the disk is noted by itself, and only that has a time. */
const importCapture = async (work: Work): Promise<number> => {
  const { engine, input, io, dryRun } = work
  const [, file = ''] = input.args
  const told: Array<PluginTelling> = []
  let damagedLines = 0
  for await (const entry of readCapture(resolve(io.cwd, file))) {
    if (entry.kind === 'events') told.push(...entry.events.flatMap((event) => toldBy(event) ?? []))
    else {
      damagedLines += 1
      io.err(`unroll: line ${entry.line} of the capture: ${oneLine(entry.reason)}\n`)
    }
  }
  const before = await observe(work, 'scan')
  if (E.isLeft(before)) return reportError(before.left, input.json, io)
  const telling = { source: 'analytics', complete: false, sightings: [], told } as const
  const noted: Changes = dryRun
    ? E.right([])
    : await engine.recordPlugins({ ...telling, actor: 'cli' })()
  if (E.isLeft(noted)) return reportError(noted.left, input.json, io)
  if (input.json) return printJson({ events: told.length, damagedLines, changes: noted.right }, io)
  const verb = dryRun ? 'would be noted' : 'noted'
  await io.out(`${plural(told.length, 'event')} about plugins ${verb}\n`)
  return 0
}

const list = async (work: Work): Promise<number> => {
  const { plugins, input, io } = work
  const noted = flagOf(input, 'record') ? await observe(work, 'scan') : E.right([])
  if (E.isLeft(noted)) return reportError(noted.left, input.json, io)
  const scan = plugins.scan()
  if (E.isLeft(scan)) return report(pluginFailure(scan.left), input.json, io)
  await printPlugins(scan.right, input, io)
  return 0
}

const withWork = (input: Input, outside: Io, open: Parameters<PlainCommand>[2], place: Place) =>
  withEngine(input, outside, open, place, async (engine, io) => {
    const [what, id = ''] = input.args
    const warn = (text: string) => io.err(`unroll: ${oneLine(text)}\n`)
    const plugins = homePlugins(place.home, warn, answers(input).profile)
    const dryRun = flagOf(input, 'dry-run')
    const work: Work = { plugins, engine, input, io, dryRun }
    switch (what) {
      case 'list':
        return list(work)
      case 'history':
        return printHistory(engine, input, io)
      case 'usage':
        return printUsage(engine, input, io)
      case 'sync':
        return sync(work)
      case 'import-capture':
        return importCapture(work)
      default: {
        const parsed = parsePluginId(id)
        return E.isLeft(parsed) ? report(pluginFailure(parsed.left), input.json, io) : change(work)
      }
    }
  })

/** Works on plugins; see the command table. */
export const pluginsCommand: PlainCommand = async (input, io, open) => {
  const problem = problemOf(input)
  if (problem !== null)
    return report(
      usage(`write: unroll plugins ${problem}`, 'see "unroll help plugins"'),
      input.json,
      io
    )
  const place = await placeOf(input, io)
  const [what = ''] = input.args
  if (place.at !== undefined && !OF_THREADS.has(what)) {
    const next = 'see "unroll help plugins"'
    return report(usage('--at goes with plugins usage and plugins history', next), input.json, io)
  }
  if (place.store !== undefined && !OF_THREADS.has(what)) {
    const files = `plugins ${what} works on the files of a home, not on a store`
    const next = `type "unroll plugins ${what} … --store file"`
    return report(usage(files, next), input.json, io)
  }
  if (input.args[0] === 'verify')
    return missingHome(place, input, io) ?? verifyPlugins(place.home, input, io)
  return withWork(input, io, open, place)
}
