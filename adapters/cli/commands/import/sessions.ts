/**
 * unroll import: sessions of other agents become threads.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { notPossible } from '../../../../domain/errors.ts'
import { SOURCES } from '../../../../domain/imports/sources.ts'
import { configuredProvider } from '../../../home/config.ts'
import { homeOperations } from '../../../home/operations.ts'
import { canonicalPath } from '../../../home/places.ts'
import { detectSessions, SESSION_DAYS_MAX } from '../../../imports/detect.ts'
import {
  importNamed,
  namedSessions,
  sourceFolder,
  type ImportableSession,
  type ImportedSession,
  type NamedSession,
  type SourceFolder
} from '../../../imports/import-sessions.ts'
import type { ImportTarget } from '../../../imports/importing.ts'
import { sessionAt } from '../../../imports/place.ts'
import { flagOf, nextCommand, numberOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { bundleIn, importBundle } from './bundle.ts'
import { pathOf } from '../../options.ts'
import {
  answers,
  withEngine,
  withHomeFiles,
  type CommandEnd,
  type HomeCommand
} from '../../session.ts'
import { printChange, type Change } from '../changed.ts'
import { startProgress } from '../../text/progress.ts'
import { note, ownFailure, usage, warn, type Tried } from '../../text/report.ts'
import { printRows } from '../../text/row-form.ts'
import { column, timeColumn, type Columns } from '../../text/rows.ts'
import { shortCells } from '../../naming/threads.ts'
import { plural, size } from '../../text/text.ts'

const fileOf = (path: string): string => path.split('/').at(-1) ?? path

export const IMPORTABLE: Columns<ImportableSession> = [
  column('agent', ({ agent }) => agent, { head: 'AGENT', max: 8, drop: 2 }),
  timeColumn(
    'modifiedAt',
    ({ modifiedAtMs }) => new Date(modifiedAtMs).toISOString(),
    ({ modifiedAtMs }) => modifiedAtMs,
    { head: 'MODIFIED' }
  ),
  column('messages', ({ messages }) => messages, { head: 'MESSAGES', align: 'right', drop: 3 }),
  column('sizeBytes', ({ sizeBytes }) => sizeBytes, {
    head: 'SIZE',
    align: 'right',
    drop: 4,
    cell: ({ sizeBytes }) => size(sizeBytes)
  }),
  column('title', ({ title }) => title, {
    head: 'TITLE',
    flex: 16,
    cell: ({ title }) => title ?? '(no title)'
  }),
  column('cwd', ({ cwd }) => cwd),
  column('path', ({ path }) => path, {
    head: 'SESSION',
    max: 24,
    drop: 1,
    cell: ({ path }) => fileOf(path)
  })
]

export const IMPORTED: Columns<ImportedSession> = [
  column('outcome', ({ outcome }) => outcome, { head: 'OUTCOME', max: 9 }),
  column('agent', ({ agent }) => agent, { head: 'AGENT', max: 8, drop: 3 }),
  column('threadId', ({ threadId }) => threadId, {
    head: 'THREAD',
    max: 36,
    cells: shortCells(({ threadId }) => threadId)
  }),
  column('messages', ({ messages }) => messages, { head: 'MESSAGES', align: 'right', drop: 2 }),
  column('title', ({ title }) => title, {
    head: 'TITLE',
    flex: 16,
    cell: ({ title, reason }) => title ?? reason ?? ''
  }),
  column('path', ({ path }) => path, {
    head: 'SESSION',
    max: 24,
    drop: 1,
    cell: ({ path }) => fileOf(path)
  }),
  column('reason', ({ reason }) => reason)
]

const LEDGER_HINT = 'move external_agent_session_imports.json away, or mend it'

const AGENTS: ReadonlyArray<string> = Object.keys(SOURCES)

/** The agents that are asked for, and where their sessions lie. */
const foldersOf = (
  input: Input,
  io: Io,
  agent: string | undefined
): Tried<ReadonlyArray<SourceFolder>> => {
  const instead = pathOf(input, io, 'source')
  if (agent !== undefined && !AGENTS.includes(agent))
    return E.left(usage(`there is no agent "${agent}"`, `the agents are ${AGENTS.join(', ')}`))
  if (instead !== undefined && agent === undefined)
    return E.left(usage('--source is the folder of one agent', 'say which one with --from'))
  const userHome = io.env['HOME'] ?? homedir()
  return E.right(
    Object.values(SOURCES)
      .filter(({ name }) => agent === undefined || name === agent)
      .map((source) => sourceFolder(source, userHome, instead))
  )
}

/** Every session of these agents that is not imported yet, newest first. */
const detected = async (
  input: Input,
  io: Io,
  home: string,
  folders: ReadonlyArray<SourceFolder>,
  isNamed = false
): Promise<Tried<ReadonlyArray<ImportableSession & SourceFolder>>> => {
  const { profile } = answers(input)
  const all: Array<ImportableSession & SourceFolder> = []
  for (const { source, folder } of folders) {
    const found = await detectSessions({
      ...{ home, folder, source, era: profile },
      max: Infinity,
      maxFound: numberOf(input, 'max') ?? Infinity,
      days: isNamed ? null : (numberOf(input, 'days') ?? SESSION_DAYS_MAX),
      nowMs: io.nowMs()
    })
    if (E.isLeft(found)) return E.left(notPossible(found.left, LEDGER_HINT))
    // Whoever names sessions, or was told before, need not hear of others.
    if (!isNamed) for (const text of found.right.notes) warn(text, io)
    all.push(...found.right.sessions.map((one) => ({ ...one, agent: source.name, source, folder })))
  }
  const newest = all.toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs)
  return E.right(newest.slice(0, numberOf(input, 'max') ?? Infinity))
}

const shown = ({ source: _, folder: __, ...row }: ImportableSession & SourceFolder) => row

const list = async (input: Input, io: Io, home: string): Promise<CommandEnd> => {
  const folders = foldersOf(input, io, input.args[1] ?? textOf(input, 'from'))
  if (E.isLeft(folders)) return folders
  const found = await detected(input, io, home, folders.right)
  if (E.isLeft(found)) return found
  const nothing = 'no sessions to import'
  return printRows({ columns: IMPORTABLE, nothing }, found.right.map(shown), input, io)
}

/** The sessions that are asked for: by name, or all. */
const wanted = async (
  input: Input,
  io: Io,
  home: string,
  folders: ReadonlyArray<SourceFolder>
): Promise<Tried<ReadonlyArray<NamedSession>>> => {
  if (flagOf(input, 'all')) {
    const found = await detected(input, io, home, folders)
    if (E.isLeft(found)) return found
    return E.right(
      found.right.flatMap(({ source, folder, path }) => {
        const file = sessionAt(canonicalPath(folder) ?? '', source, path)
        return file === null ? [] : [{ source, folder, file }]
      })
    )
  }
  const sessions: Array<NamedSession> = []
  for (const text of input.args) {
    const [one, other] = namedSessions(folders, text, resolve(io.cwd, text))
    if (one === undefined)
      return E.left(
        ownFailure('no_match', `there is no session "${text}"`, 'see "unroll import list"')
      )
    if (other !== undefined)
      return E.left(usage(`"${text}" is more than one session`, 'give the path of the file'))
    sessions.push(one)
  }
  return E.right(sessions)
}

const countOf = (rows: ReadonlyArray<ImportedSession>, outcome: ImportedSession['outcome']) =>
  rows.filter((row) => row.outcome === outcome).length

/** A sentence about what was done. */
const summaryOf = (rows: ReadonlyArray<ImportedSession>): string => {
  const [appended, known, empty, failed] = (['appended', 'known', 'empty', 'failed'] as const).map(
    (outcome) => countOf(rows, outcome)
  ) as [number, number, number, number]
  return [
    `Imported ${plural(countOf(rows, 'imported'), 'session')}`,
    ...(appended === 0 ? [] : [`${appended} appended to`]),
    ...(known === 0 ? [] : [`${known} imported before`]),
    ...(empty === 0 ? [] : [`${empty} with nothing to import`]),
    ...(failed === 0 ? [] : [`${failed} failed`])
  ].join(', ')
}

/** What was done, where to see it, and how often `undo` takes something of it back: each session is an operation. */
const changeOf = (rows: ReadonlyArray<ImportedSession>, input: Input, io: Io): Change => {
  const changed = rows.filter(({ outcome }) => outcome === 'imported' || outcome === 'appended')
  const did = summaryOf(rows)
  const [first] = changed
  if (first === undefined) return { did, undo: null, lines: [] }
  const see = changed.length === 1 ? ['show', first.threadId ?? ''] : ['threads']
  const isUndone = changed.every(({ outcome }) => outcome === 'imported')
  const more = `next: ${nextCommand(input, io, see)}`
  return { did, more, lines: [], times: changed.length, ...(isUndone ? {} : { undo: null }) }
}

const imported = async (
  input: Input,
  io: Io,
  target: ImportTarget,
  sessions: ReadonlyArray<NamedSession>
): Promise<CommandEnd> => {
  const progress = startProgress(io, 'importing sessions')
  const quiet = progress.before(io)
  const bytesTotal = sessions.reduce((sum, { file }) => sum + file.sizeBytes, 0)
  let bytes = 0
  let count = 0
  const choices = {
    appends: !answers(input).strict || answers(input).profile === '0.169',
    again: flagOf(input, 'again')
  }
  const done = await importNamed(target, answers(input).profile, sessions, choices, (_, file) => {
    bytes += file.sizeBytes
    count += 1
    progress.show(count, sessions.length, bytes, bytesTotal)
  })
  progress.clear()
  if (E.isLeft(done)) return done
  const printed = await printRows(
    { columns: IMPORTED, nothing: 'no sessions to import' },
    done.right,
    input,
    quiet
  )
  if (E.isLeft(printed)) return printed
  if (done.right.length > 0 && !input.json)
    await printChange(changeOf(done.right, input, io), input, quiet)
  return countOf(done.right, 'failed') > 0 ? 1 : 0
}

/** What an import would do, from what can be imported. */
const planned = async (
  input: Input,
  io: Io,
  home: string,
  folders: ReadonlyArray<SourceFolder>,
  sessions: ReadonlyArray<NamedSession>
): Promise<CommandEnd> => {
  const found = await detected(input, io, home, folders, true)
  if (E.isLeft(found)) return found
  const paths = new Set(sessions.map(({ file }) => file.path))
  const rows = found.right.filter(({ path }) => paths.has(path))
  const printed = await printRows(
    { columns: IMPORTABLE, nothing: 'no sessions to import' },
    rows.map(shown),
    input,
    io
  )
  if (E.isRight(printed)) note(`would import ${plural(rows.length, 'session')}`, io)
  return printed
}

export const importCommand: HomeCommand = (input, io, place, open) => {
  const instead = 'import to a home, then type "unroll store push"'
  return withHomeFiles(input, place, instead, async (home) => {
    if (input.form.word?.name === 'list') return list(input, io, home)
    if (input.form.word?.name === 'settings')
      return (await import('./settings.ts')).importSettings(input, io, home)
    const bundle = bundleIn(input, io)
    if (bundle !== null) return importBundle(bundle, input, io, home)
    const isNamed = input.args.length > 0
    if (isNamed === flagOf(input, 'all'))
      return E.left(usage('name sessions, or import --all', 'see "unroll import list"'))
    const folders = foldersOf(input, io, textOf(input, 'from'))
    if (E.isLeft(folders)) return folders
    const sessions = await wanted(input, io, home, folders.right)
    if (E.isLeft(sessions)) return sessions
    if (flagOf(input, 'dry-run')) return planned(input, io, home, folders.right, sessions.right)
    return withEngine(input, io, open, place, (engine, quiet) =>
      imported(
        input,
        quiet,
        {
          home,
          operations: homeOperations(home),
          actor: 'cli',
          originator: 'unroll',
          modelProvider: configuredProvider(home),
          engine: () => Promise.resolve(engine),
          nowMs: io.nowMs
        },
        sessions.right
      )
    )
  })
}
