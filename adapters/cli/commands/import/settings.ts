/**
 * unroll import settings: settings of other agents become Codex's.
 */
import * as E from 'fp-ts/lib/Either.js'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { StoreError } from '../../../../domain/errors.ts'
import { SETTINGS_AGENTS, type SettingsAgent } from '../../../../domain/imports/settings/agents.ts'
import { homeOperations } from '../../../home/operations.ts'
import { isFolder } from '../../../home/places.ts'
import type { ItemOutcome } from '../../../imports/item.ts'
import { importPlanned, settingsFailure } from '../../../imports/settings/apply.ts'
import { removeLeftOvers } from '../../../imports/settings/left-over.ts'
import {
  previewedFiles,
  startedLater,
  surveySettings,
  type PreviewedFile,
  type SurveyedSettings
} from '../../../imports/settings/preview.ts'
import { flagOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { pathOf } from '../../options.ts'
import { answers, type CommandEnd } from '../../session.ts'
import { printChange } from '../changed.ts'
import { note, ownFailure } from '../../text/report.ts'
import { formOf, printRows } from '../../text/row-form.ts'
import { column, type Columns } from '../../text/rows.ts'
import { painter, type Paint } from '../../text/style.ts'
import { harmless, oneLine, plural, size, wrap } from '../../text/text.ts'

/** One file that is made or changed, one program that Codex would start, or one part that is left out. */
export interface ImportedSetting {
  readonly outcome: 'create' | 'add' | 'starts' | 'left_out' | 'failed'
  readonly agent: string
  readonly itemType: string
  /** The repository; null for settings of the user. */
  readonly repository: string | null
  /** The file, the command line, or what is left out. */
  readonly what: string
  /** Why it is left out or failed; null for the others. */
  readonly reason: string | null
}

const TAIL = 3

/** The end of a path; anything else as it is. */
const shownPart = ({ outcome, what }: ImportedSetting): string => {
  const names = what.split('/')
  const isLong = (outcome === 'create' || outcome === 'add') && names.length > TAIL + 1
  return isLong ? `…/${names.slice(-TAIL).join('/')}` : what
}

export const IMPORTED_SETTINGS: Columns<ImportedSetting> = [
  column('outcome', ({ outcome }) => outcome, { head: 'OUTCOME', max: 8 }),
  column('itemType', ({ itemType }) => itemType, { head: 'TYPE', max: 17, drop: 1 }),
  column('what', ({ what }) => what, { head: 'WHAT', flex: 24, cell: shownPart }),
  column('reason', ({ reason }) => reason, { head: 'REASON', flex: 20 }),
  column('agent', ({ agent }) => agent),
  column('repository', ({ repository }) => repository)
]

type Surveyed = SurveyedSettings & { readonly files: ReadonlyArray<PreviewedFile> }

const userHomeOf = ({ env }: Io): string => env['HOME'] ?? homedir()

/** What is found, with the files that would come of it. */
const surveyed = (
  input: Input,
  io: Io,
  home: string,
  agent: SettingsAgent
): ReadonlyArray<Surveyed> => {
  const userHome = userHomeOf(io)
  const { profile } = answers(input)
  const repository = pathOf(input, io, 'repo')
  const place = { home: resolve(home), userHome, profile, from: agent.name }
  if (!flagOf(input, 'dry-run'))
    for (const cwd of [null, repository ?? null]) removeLeftOvers(place, cwd)
  return surveySettings(place, repository ?? null).map((one): Surveyed => {
    try {
      return { ...one, files: one.planned === null ? [] : previewedFiles(one.planned) }
    } catch (cause) {
      const problem = settingsFailure(cause, null).message
      return { ...one, planned: null, files: [], problem }
    }
  })
}

const rowsOf = ({
  itemType,
  site,
  planned,
  files,
  leftOut,
  problem
}: Surveyed): ReadonlyArray<ImportedSetting> => {
  const head = { agent: site.agent.name, itemType, repository: site.repository }
  const row = (
    outcome: ImportedSetting['outcome'],
    what: string,
    reason: string | null = null
  ): ImportedSetting => ({ outcome, ...head, what, reason })
  return [
    ...files.map(({ change, path }) => row(change, path)),
    ...(planned === null ? [] : startedLater(planned)).map((command) => row('starts', command)),
    ...leftOut.map(({ what, why }) => row('left_out', what, why)),
    ...(problem === null ? [] : [row('failed', site.source, problem)])
  ]
}

/** How a preview is laid out. */
interface Layout {
  readonly paint: Paint
  readonly columns: number
  readonly userHome: string
}

/** A path below the home of the user, shortly. */
const homely = (path: string, { userHome }: Layout): string =>
  oneLine(path.startsWith(`${userHome}/`) ? `~${path.slice(userHome.length)}` : path)

const fileText = ({ path, change, lines, bytes }: PreviewedFile, layout: Layout): string => {
  const { paint } = layout
  const head = paint('bold', `${change === 'create' ? 'create' : 'add to'} ${homely(path, layout)}`)
  if (lines === null) return `${head}\n${size(bytes)}, no text\n\n`
  const added = lines.map((line) => paint('green', `+${harmless(line)}`))
  return `${[head, ...added].join('\n')}\n\n`
}

const section = (title: string, texts: ReadonlyArray<string>, { paint, columns }: Layout): string =>
  texts.length === 0
    ? ''
    : `${paint('bold', title)}\n${texts.map((text) => `  ${wrap(text, 4, columns)}\n`).join('')}\n`

/** What would be made as diffs, what Codex would start, and what is left out. */
const previewText = (found: ReadonlyArray<Surveyed>, layout: Layout): string => {
  const rows = found.flatMap(rowsOf)
  const of = (outcome: ImportedSetting['outcome']) => rows.filter((row) => row.outcome === outcome)
  const told = ({ itemType, what, reason }: ImportedSetting): string =>
    oneLine(`${itemType} ${homely(what, layout)}: ${reason ?? ''}`)
  const commands = of('starts').map(({ what }) => oneLine(what))
  return [
    ...found.flatMap(({ files }) => files.map((file) => fileText(file, layout))),
    section('Codex would start', commands, layout),
    section('left out', of('left_out').map(told), layout),
    section('failed', of('failed').map(told), layout)
  ].join('')
}

const summaryOf = (found: ReadonlyArray<Surveyed>, isDry: boolean): string => {
  // Several items add to one configuration.
  const files = new Set(found.flatMap((one) => one.files.map(({ path }) => path)))
  const left = found.reduce((sum, { leftOut }) => sum + leftOut.length, 0)
  const failed = found.filter(({ problem }) => problem !== null).length
  return [
    `${isDry ? 'would write' : 'Wrote'} ${plural(files.size, 'file')}`,
    ...(left === 0 ? [] : [`${plural(left, 'part')} left out`]),
    ...(failed === 0 ? [] : [`${failed} failed`])
  ].join(', ')
}

/** Imports what was found; answers it with what failed. */
const imported = async (
  found: ReadonlyArray<Surveyed>,
  home: string
): Promise<E.Either<StoreError, ReadonlyArray<Surveyed>>> => {
  const planned = found.flatMap((one) => one.planned ?? [])
  if (planned.length === 0) return E.right(found)
  const doer = { operations: homeOperations(home), actor: 'cli' }
  return E.map((outcomes: ReadonlyArray<ItemOutcome>) => {
    const failures = new Map(planned.map((one, at) => [one, outcomes[at]?.failures[0]?.message]))
    return found.map((one) => {
      const problem = one.planned === null ? undefined : failures.get(one.planned)
      return problem === undefined ? one : { ...one, planned: null, files: [], problem }
    })
  })(await importPlanned(planned, doer))
}

/** Shows or does what settings of other agents become. */
export const importSettings = async (input: Input, io: Io, home: string): Promise<CommandEnd> => {
  const repository = pathOf(input, io, 'repo')
  if (repository !== undefined && !isFolder(repository))
    return E.left(
      ownFailure('no_match', `there is no folder ${repository}`, 'name a folder with --repo')
    )
  const isDry = flagOf(input, 'dry-run')
  const asked = textOf(input, 'from')
  const found: Array<Surveyed> = []
  // One agent after the other: the second finds what was made of the first.
  for (const agent of SETTINGS_AGENTS.filter(({ name }) => asked === undefined || name === asked)) {
    const survey = surveyed(input, io, home, agent)
    const done = isDry ? E.right(survey) : await imported(survey, resolve(home))
    if (E.isLeft(done)) return done
    found.push(...done.right)
  }
  const form = formOf(input, io)
  const layout = { paint: painter(input, io), columns: io.columns, userHome: userHomeOf(io) }
  if (form === 'people' && isDry) await io.out(previewText(found, layout))
  else {
    const rows = { columns: IMPORTED_SETTINGS, nothing: 'no settings to import' }
    const printed = await printRows(rows, found.flatMap(rowsOf), input, io)
    if (E.isLeft(printed)) return printed
  }
  if (isDry && form === 'people') note(summaryOf(found, isDry), io)
  if (!isDry && !input.json && found.length > 0) {
    // The settings of each agent are an operation.
    const agents = new Set(
      found.flatMap(({ site, files }) => (files.length > 0 ? [site.agent.name] : []))
    )
    const undo = agents.size === 0 ? { undo: null } : {}
    await printChange(
      { did: summaryOf(found, isDry), lines: [], times: agents.size, ...undo },
      input,
      io
    )
  }
  return found.some(({ problem }) => problem !== null) ? 1 : 0
}
