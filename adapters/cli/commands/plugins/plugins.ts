/**
 * unroll plugins: the plugins of a home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Contract } from '../../../../domain/ledgers/analytics/vocabulary.ts'
import { FAULT_KIND, type PluginFault } from '../../../../domain/ledgers/plugins/fault.ts'
import { parsePluginId } from '../../../../domain/ledgers/plugins/ids.ts'
import { parseListed, snapshotOf } from '../../../../domain/ledgers/plugins/snapshot.ts'
import { pluginEvent } from '../../../../domain/ledgers/analytics/plugin-events.ts'
import {
  toldBy,
  type PluginTelling
} from '../../../../domain/ledgers/analytics/read-plugin-event.ts'
import type { Engine } from '../../../../replay/engine.ts'
import type { Observations, PluginHistoryRow } from '../../../../replay/ledgers/plugins.ts'
import { readCapture } from '../../../upkeep/analytics/read-capture.ts'
import type { ChangedPlugin } from '../../../upkeep/plugins/changes.ts'
import { homePlugins, type HomePlugins } from '../../../upkeep/plugins/plugins.ts'
import type { InstalledSnapshot } from '../../../../domain/ledgers/plugins/resolution.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import { flagOf, textOf, type Input } from '../../args.ts'
import { refusedBy } from '../../terminal/confirm.ts'
import type { Io } from '../../io.ts'
import {
  answers,
  missingHome,
  withEngine,
  type CommandEnd,
  type HomeCommand
} from '../../session.ts'
import { printJson } from '../../text/print.ts'
import { typedInput } from '../../typed-input.ts'
import { printChange } from '../changed.ts'
import { usage, warn } from '../../text/report.ts'
import { oneLine, plural } from '../../text/text.ts'
import { pluginFailure, printHistory, printPlugins, printUsage, verifyPlugins } from './shown.ts'

/** Answered from threads and logs, wherever they are; the others are about the files of a home. */
const OF_THREADS: ReadonlySet<string> = new Set(['usage', 'history'])

interface PluginWork {
  readonly plugins: HomePlugins
  readonly engine: Engine
  readonly input: Input
  readonly io: Io
  readonly dryRun: boolean
}

/** Records in the home what is new, with something that happened. */
const observe = async (
  { plugins, engine, dryRun }: PluginWork,
  source: Observations['source'],
  told: Observations['told'] = [],
  snapshot: InstalledSnapshot | null = null
): Promise<E.Either<StoreError, ReadonlyArray<PluginHistoryRow>>> => {
  if (dryRun) return E.right([])
  const scan = plugins.scan()
  const seen = E.isRight(scan)
    ? { sightings: scan.right.plugins, complete: scan.right.configFault === null }
    : { sightings: [], complete: false }
  // What is on the disk is what is observed; a list that agrees with it is the better source.
  const sightings = seen.sightings.map(({ localId, seen: content }) => {
    const agrees = content.remoteId !== null && snapshot?.get(localId) === content.remoteId
    return { localId, seen: agrees ? { ...content, remoteIdSource: 'snapshot' as const } : content }
  })
  return engine.recordPlugins({ source, complete: seen.complete, sightings, told, actor: 'cli' })()
}

const printChanged = async (work: PluginWork, done: ChangedPlugin): Promise<CommandEnd> => {
  const { input, io, dryRun } = work
  const changes = await observe(work, 'command')
  if (E.isLeft(changes)) return changes
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
  const told = oneLine(`${done.pluginId}${version} ${verb}${old}`)
  if (dryRun) {
    await io.out(`${told}\n`)
    return 0
  }
  const did = `${happening === 'installed' ? 'Installed' : 'Uninstalled'} ${told.replace(` ${verb}`, '')}`
  // What was removed is nowhere any more.
  const isNew = happening === 'installed' && done.removedVersions.length === 0
  const undo = isNew ? ['plugins', 'uninstall', done.pluginId] : null
  return printChange({ did, undo, lines: [told] }, input, io)
}

const failInstall = async (
  work: PluginWork,
  id: string,
  fault: PluginFault
): Promise<CommandEnd> => {
  const { io, plugins } = work
  const { localId, remoteId } = plugins.manager.notInstalled(id)
  const news = { localId, remoteId, news: 'install_failed', threadId: null, turnId: null } as const
  const noted = await observe(work, 'command', [{ ...news, errorType: FAULT_KIND[fault._tag] }])
  if (E.isLeft(noted)) warn('the failure could not be recorded in the home', io)
  return E.left(pluginFailure(fault))
}

const change = async (work: PluginWork): Promise<CommandEnd> => {
  const { plugins, input, io, dryRun } = work
  const [what, id = '', folder = ''] = input.args
  const bundle = resolve(io.cwd, folder)
  // What exists before is recorded first, so that changes can be derived.
  const before = await observe(work, 'scan')
  if (E.isLeft(before)) return before
  if (what === 'uninstall') {
    const refused = await refusedBy({ text: `Uninstall ${id}?` }, input, io)
    if (refused !== null) return E.left(refused)
    const done = await plugins.uninstall(id, { dryRun })
    return E.isLeft(done) ? E.left(pluginFailure(done.left)) : printChanged(work, done.right)
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

const listText = async ({ input, io }: PluginWork): Promise<string> => {
  const [, file = ''] = input.args
  return file === '-'
    ? (await typedInput('the list of plugins', io)).toString('utf8')
    : readFile(resolve(io.cwd, file), 'utf8')
}

const sync = async (work: PluginWork): Promise<CommandEnd> => {
  const { plugins, input, io, dryRun } = work
  const listed = parseListed(await listText(work))
  if (E.isLeft(listed)) return E.left(pluginFailure(listed.left))
  const text = 'Make the installed plugins those of this list, and remove the others?'
  const refused = await refusedBy({ text }, input, io)
  if (refused !== null) return E.left(refused)
  const before = await observe(work, 'scan')
  if (E.isLeft(before)) return before
  const [, file = ''] = input.args
  const folder = file === '-' ? io.cwd : dirname(resolve(io.cwd, file))
  const done = await plugins.sync(listed.right, folder, { dryRun })
  if (E.isLeft(done)) return E.left(pluginFailure(done.left))
  const changes = await observe(work, 'sync', [], snapshotOf(listed.right))
  if (E.isLeft(changes)) return changes
  const { installed, noted, removed, failed } = done.right
  if (input.json) await printJson({ ...done.right, changes: changes.right }, io)
  else {
    const words = { installed, noted, removed }
    const lines = Object.entries(words).flatMap(([word, ids]) =>
      ids.map((id) => `${word} ${oneLine(id)}\n`)
    )
    await io.out(lines.join(''))
    for (const { remoteId, reason } of failed)
      warn(`${remoteId ?? 'an item without an id'}: ${reason}`, io)
  }
  return failed.length === 0 ? 0 : 1
}

/** Events record attempts without a time; what is on the disk is recorded by itself, with one. */
const importCapture = async (work: PluginWork): Promise<CommandEnd> => {
  const { engine, input, io, dryRun } = work
  const [, file = ''] = input.args
  const told: Array<PluginTelling> = []
  let damagedLines = 0
  for await (const entry of readCapture(resolve(io.cwd, file))) {
    if (entry.kind === 'events') told.push(...entry.events.flatMap((event) => toldBy(event) ?? []))
    else {
      damagedLines += 1
      warn(`line ${entry.line} of the capture: ${entry.reason}`, io)
    }
  }
  const before = await observe(work, 'scan')
  if (E.isLeft(before)) return before
  const telling = { source: 'analytics', complete: false, sightings: [], told } as const
  const noted = dryRun
    ? E.right<StoreError, ReadonlyArray<PluginHistoryRow>>([])
    : await engine.recordPlugins({ ...telling, actor: 'cli' })()
  if (E.isLeft(noted)) return noted
  if (input.json) return printJson({ events: told.length, damagedLines, changes: noted.right }, io)
  const verb = dryRun ? 'would be noted' : 'noted'
  await io.out(`${plural(told.length, 'event')} about plugins ${verb}\n`)
  return 0
}

const list = async (work: PluginWork): Promise<CommandEnd> => {
  const { plugins, input, io } = work
  const noted = flagOf(input, 'record') ? await observe(work, 'scan') : E.right([])
  if (E.isLeft(noted)) return noted
  const scan = plugins.scan()
  if (E.isLeft(scan)) return E.left(pluginFailure(scan.left))
  return printPlugins(scan.right, input, io)
}

const work = (one: PluginWork): Promise<CommandEnd> => {
  const { engine, input, io } = one
  const [what, id = ''] = input.args
  switch (what) {
    case 'list':
      return list(one)
    case 'history':
      return printHistory(engine, input, io)
    case 'usage':
      return printUsage(engine, input, io)
    case 'sync':
      return sync(one)
    case 'import-capture':
      return importCapture(one)
    default: {
      const parsed = parsePluginId(id)
      return E.isLeft(parsed) ? Promise.resolve(E.left(pluginFailure(parsed.left))) : change(one)
    }
  }
}

const wrong = (message: string, next = 'see "unroll help plugins"') => E.left(usage(message, next))

export const pluginsCommand: HomeCommand = async (input, outside, place, open) => {
  const [what = ''] = input.args
  if (what === 'install-remote' && textOf(input, 'remote-id') === undefined)
    return wrong('plugins install-remote needs --remote-id ID')
  if (!OF_THREADS.has(what) && place.store !== undefined)
    return wrong(
      `plugins ${what} works on the files of a home, not on a store`,
      `type "unroll plugins ${what} … --store file"`
    )
  if (what === 'verify') {
    const missing = missingHome(place)
    return missing === null ? verifyPlugins(place.home, input, outside) : E.left(missing)
  }
  return withEngine(input, outside, open, place, (engine, io) => {
    const plugins = homePlugins(place.home, (text) => warn(text, io), answers(input).profile)
    return work({ plugins, engine, input, io, dryRun: flagOf(input, 'dry-run') })
  })
}
