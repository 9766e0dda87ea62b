/**
 * unroll doctor: files, index and Codex's databases side by side.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Severity } from '../../../domain/upkeep/check/finding.ts'
import { KINDS, type ProblemKind } from '../../../domain/upkeep/check/kinds.ts'
import { grouped } from '../../../domain/grouped.ts'
import type { Histogram } from '../../../domain/upkeep/codex-state/histogram.ts'
import type { AdvisedFinding } from '../../upkeep/check/remedies.ts'
import {
  inspectHome,
  type DatabaseReport,
  type Inspection
} from '../../upkeep/codex-state/inspect.ts'
import { DATABASES } from '../../upkeep/codex-state/places.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { foundExit } from '../options.ts'
import { withEngine, withHomeFiles, type HomeCommand } from '../session.ts'
import { clockOf, type Clock } from '../text/clock.ts'
import { bareAsTyped } from '../text/as-typed.ts'
import { printJson } from '../text/print.ts'
import { formOf, printRows } from '../text/row-form.ts'
import { column, type Columns } from '../text/rows.ts'
import { painter, type Paint } from '../text/style.ts'
import { cut, cutFront, msOf, oneLine, plural, size, wrap } from '../text/text.ts'

const SAMPLES = 3
const SEVERITIES: ReadonlyArray<Severity> = ['broken', 'warning', 'note']
const COLOURS = { broken: 'red', warning: 'yellow', note: 'dim' } as const
const LABEL = 12
const CELL = 10

const labelled = (label: string, text: string): string => `${label.padEnd(LABEL)}${text}\n`

/** A text behind a label, broken at spaces. */
const folded = (label: string, text: string, width: number): string =>
  labelled(label, wrap(text, LABEL, width))

const countLine = (label: string, cells: ReadonlyArray<string | number>): string =>
  labelled(label, cells.map((cell) => String(cell).padStart(CELL)).join(''))

const databaseText = ({ name, status, why, sizeBytes }: DatabaseReport): string => {
  const told = status === 'ok' ? size(sizeBytes ?? 0) : oneLine(`${status}: ${why ?? ''}`)
  return `${DATABASES[name]} ${told}`
}

const histogramText = (counts: Histogram): string =>
  Object.entries(counts)
    .map(([word, count]) => `${oneLine(word)} ${count}`)
    .join(', ')

const backfillText = ({ backfill, rows }: Inspection, clock: Clock): string => {
  if (rows === null) return 'not known'
  if (backfill === null) return 'no record of one'
  const { status, lastWatermark, updatedAt } = backfill
  const upTo = lastWatermark === null ? '' : `, up to ${lastWatermark}`
  return oneLine(`${status} ${clock.lone(msOf(updatedAt))}${upTo}`)
}

const remarks = ({ files }: Inspection): ReadonlyArray<string> => {
  const { olderSegments, spares, duplicateThreads, malformedNames, headless, troubles } = files
  const counted = (count: number, what: string, paths?: ReadonlyArray<string>) => {
    if (count === 0) return []
    const samples = paths === undefined ? '' : `: ${oneLine(paths.slice(0, SAMPLES).join(', '))}`
    return [`${plural(count, 'file')} ${what}${samples}`]
  }
  return [
    ...counted(
      olderSegments,
      'from before a revert; "codex doctor" counts them as missing and as duplicates'
    ),
    ...counted(spares, 'not read because another has the same id', duplicateThreads),
    ...counted(malformedNames.length, 'with a name that Codex does not make', malformedNames),
    ...counted(
      headless.length,
      'of which Codex makes no row, because the first line says nothing',
      headless
    ),
    ...troubles.map(({ path, why }) => oneLine(`${path}: not read (${why})`))
  ]
}

const head = (found: Inspection, width: number, clock: Clock): string => {
  const { files, index, rows, databases } = found
  const existing = databases.filter(({ status }) => status !== 'missing')
  const row = (count: number | undefined): string | number => count ?? '-'
  return [
    labelled('home', oneLine(found.home)),
    ...(found.sqliteHome === found.home
      ? []
      : [labelled('databases in', oneLine(found.sqliteHome))]),
    '\n',
    countLine('', ['files', 'bytes', 'threads', 'rows']),
    countLine('active', [
      files.active.files,
      size(files.active.bytes),
      index.active,
      row(rows?.activeRows)
    ]),
    countLine('archived', [
      files.archived.files,
      size(files.archived.bytes),
      index.archived,
      row(rows?.archivedRows)
    ]),
    '\n',
    ...remarks(found).map((text) => folded('', text, width)),
    ...(existing.length === 0
      ? [labelled('databases', 'none')]
      : existing.map((each, i) => folded(i === 0 ? 'databases' : '', databaseText(each), width))),
    folded('backfill', backfillText(found, clock), width),
    ...(rows === null
      ? []
      : [
          folded('providers', histogramText(rows.providers), width),
          folded('sources', histogramText(rows.sources), width)
        ])
  ].join('')
}

const factsText = ({ facts }: AdvisedFinding): string =>
  oneLine(
    Object.entries(facts)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(', ')
  )

const groupText = (
  kind: ProblemKind,
  findings: ReadonlyArray<AdvisedFinding>,
  shown: number,
  io: Io,
  paint: Paint
): string => {
  const { columns: width } = io
  const [first] = findings
  const severity = first?.severity ?? KINDS[kind].severity
  const place = ({ threadId, path }: AdvisedFinding): string =>
    oneLine(path ?? threadId ?? 'the home')
  const more = findings.length - shown
  const line = (indent: number, text: string): string =>
    `${' '.repeat(indent)}${wrap(text, indent, width)}\n`
  const remedy = wrap(bareAsTyped(first?.remedy ?? '', io), 2, width - 'remedy: '.length)
  return [
    `\n${paint(COLOURS[severity], severity)} ${paint('bold', kind)} ${findings.length}\n`,
    line(2, KINDS[kind].meaning),
    ...findings
      .slice(0, shown)
      .flatMap((each) => [
        `    ${cutFront(place(each), width - 4)}\n`,
        `      ${cut(factsText(each), width - 6)}\n`
      ]),
    ...(more > 0 ? [`    and ${more} more; --all lists them\n`] : []),
    line(2, first?.affected ?? ''),
    `  ${paint('bold', 'remedy')}: ${remedy}\n`
  ].join('')
}

const groups = (
  findings: ReadonlyArray<AdvisedFinding>
): ReadonlyArray<ReadonlyArray<AdvisedFinding>> =>
  [...grouped(findings, ({ severity, kind }) => `${SEVERITIES.indexOf(severity)} ${kind}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, all]) => all)

const verdict = ({ agrees, findings }: Inspection): string =>
  findings.length === 0
    ? '\nall agree\n'
    : `\n${plural(findings.length, 'finding')}${agrees ? ', harmless' : ''}\n`

const print = async (found: Inspection, input: Input, io: Io): Promise<void> => {
  const { out, columns } = io
  const [all, paint] = [flagOf(input, 'all'), painter(input, io)]
  await out(head(found, columns, clockOf(input, io)))
  for (const group of groups(found.findings)) {
    const kind = group[0]?.kind
    if (kind === undefined) continue
    await out(groupText(kind, group, all ? group.length : SAMPLES, io, paint))
  }
  await out(verdict(found))
}

export const FINDINGS: Columns<AdvisedFinding> = [
  column('severity', ({ severity }) => severity),
  column('kind', ({ kind }) => kind),
  column('threadId', ({ threadId }) => threadId),
  column('path', ({ path }) => path),
  column('affected', ({ affected }) => affected),
  column('remedy', ({ remedy }) => remedy),
  column('facts', ({ facts }) => JSON.stringify(facts))
]

const INSTEAD = 'compare the home by itself: "unroll doctor --store file"'

export const doctorCommand: HomeCommand = (input, outside, place, open) =>
  withHomeFiles(input, place, INSTEAD, (home) =>
    withEngine(input, outside, open, place, async (engine, io) => {
      const inspected = await inspectHome(engine, { home, env: io.env, nowMs: io.nowMs() })
      if (E.isLeft(inspected)) return inspected
      const found = inspected.right
      if (input.json && !flagOf(input, 'fields')) await printJson(found, io)
      else if (formOf(input, io) === 'people') await print(found, input, io)
      else {
        const listing = { columns: FINDINGS, nothing: 'no findings' }
        const printed = await printRows(listing, found.findings, input, io)
        if (E.isLeft(printed)) return printed
      }
      return found.agrees ? 0 : foundExit(input)
    })
  )
