/**
 * unroll check: problems of a home or a thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import { streamId } from '../../../domain/ids.ts'
import { checkKinds, type CheckOptions, type CheckSummary } from '../../upkeep/check/check.ts'
import type { AdvisedFinding } from '../../upkeep/check/remedies.ts'
import { flagOf, listOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { threadIdIn } from '../naming/threads.ts'
import { foundExit } from '../options.ts'
import { withHomeFiles, withIndex, type CommandEnd, type HomeCommand } from '../session.ts'
import { bareAsTyped } from '../text/as-typed.ts'
import { printTotal } from '../text/print.ts'
import { withProgress } from '../text/progress.ts'
import type { CommandFailure } from '../text/report.ts'
import { rowWriter } from '../text/row-form.ts'
import { column, type Columns } from '../text/rows.ts'
import { painter, type Paint } from '../text/style.ts'
import { cutFront, grouped, oneLine, plural, size, widthOf, wrap } from '../text/text.ts'
import { unknownKind } from './explain.ts'

const STYLE = { broken: 'red', warning: 'yellow', note: 'dim' } as const
const WORD = { broken: 'broken', warning: 'warning', note: 'note' } as const
const WORD_WIDTH = 8

const rangeText = ({ range, revision }: AdvisedFinding): string => {
  if (range === null) return ''
  const line = revision === null ? '' : ` line ${grouped(revision)},`
  return `${line} bytes ${grouped(range.offsetBytes)}–${grouped(range.offsetBytes + range.bytes)}`
}

const forPeople = (finding: AdvisedFinding, io: Io, paint: Paint): string => {
  const { columns: width } = io
  const { severity, kind, threadId, path, affected, remedy } = finding
  const where = path === null ? (threadId ?? '') : `${path}${rangeText(finding)}`
  const indent = ' '.repeat(WORD_WIDTH)
  const place = oneLine(where)
  const fits = WORD_WIDTH + kind.length + 2 + widthOf(place) <= width
  const shown = fits ? `  ${place}` : `\n${indent}${cutFront(place, width - WORD_WIDTH)}`
  const head = `${paint(STYLE[severity], WORD[severity].padEnd(WORD_WIDTH))}${paint('bold', kind)}${shown}`
  const effect = wrap(oneLine(affected), WORD_WIDTH, width)
  const typed = oneLine(bareAsTyped(remedy, io))
  // A command is copied in one piece.
  const next = remedy.startsWith('unroll ') ? `→ ${typed}` : wrap(`→ ${typed}`, WORD_WIDTH, width)
  return `${head}\n${indent}${effect}\n${indent}${paint('dim', next)}\n`
}

export const FINDINGS: Columns<AdvisedFinding> = [
  column('severity', ({ severity }) => severity),
  column('kind', ({ kind }) => kind),
  column('threadId', ({ threadId }) => threadId),
  column('path', ({ path }) => path),
  column('offsetBytes', ({ range }) => range?.offsetBytes ?? null),
  column('bytes', ({ range }) => range?.bytes ?? null),
  column('revision', ({ revision }) => revision),
  column('affected', ({ affected }) => affected),
  column('remedy', ({ remedy }) => remedy)
]

/** A rate says something after this long. */
const RATE_FROM_MS = 1000

const speed = (bytes: number, ms: number): string =>
  ms < 1
    ? ''
    : `, ${(ms / 1000).toFixed(1)} s${ms < RATE_FROM_MS ? '' : `, ${Math.round(bytes / 1e3 / ms)} MB/s`}`

const sums = (
  { rollouts, ok, warned, broken, findings, bytes }: CheckSummary,
  ms: number,
  columns: number
): string => {
  const verdicts = `ok ${ok}  warning ${warned}  broken ${broken}`
  const found = `${plural(findings.broken, 'break')}, ${plural(findings.warning, 'warning')}, ${plural(findings.note, 'note')}`
  const all = `(${plural(rollouts, 'rollout')}, ${size(bytes)}${speed(bytes, ms)}; ${found})`
  const fits = verdicts.length + 2 + all.length <= columns
  return `${verdicts}${fits ? '  ' : '\n'}${wrap(all, 0, columns)}\n`
}

interface FindingPrinter {
  readonly finding: (finding: AdvisedFinding) => Promise<void>
  readonly summary: (summary: CheckSummary, durationMs: number) => Promise<void>
}

const printerOf = (input: Input, io: Io): E.Either<CommandFailure, FindingPrinter> => {
  const writer = rowWriter({ columns: FINDINGS, nothing: 'no findings' }, input, io)
  if (E.isLeft(writer)) return writer
  const { form, write, end } = writer.right
  if (form !== 'people')
    return E.right({
      finding: (finding) => write([finding]),
      summary: async (summary, durationMs) => {
        await end()
        if (form === 'json') await printTotal({ ...summary, durationMs }, input, io)
        else io.err(sums(summary, durationMs, Infinity))
      }
    })
  const paint = painter(input, io)
  const notes = flagOf(input, 'notes')
  return E.right({
    finding: async (finding) => {
      if (notes || finding.severity !== 'note') await io.out(forPeople(finding, io, paint))
    },
    summary: (summary, ms) => io.out(sums(summary, ms, io.columns))
  })
}

/** Runs a check to its end; answers the exit code. */
const run = async (input: Input, io: Io, options: CheckOptions): Promise<CommandEnd> => {
  const made = printerOf(input, io)
  if (E.isLeft(made)) return made
  const printer = made.right
  const startMs = io.nowMs()
  const findings = checkKinds(options, new Set(listOf(input, 'kind')))
  for (;;) {
    const next = await findings.next()
    if (next.done !== true) await printer.finding(next.value)
    else {
      await printer.summary(next.value, io.nowMs() - startMs)
      const { warning, broken } = next.value.findings
      return warning + broken === 0 ? 0 : foundExit(input)
    }
  }
}

const checkFiles = (
  input: Input,
  outside: Io,
  home: string,
  threadId: string | null
): Promise<CommandEnd> =>
  withProgress(outside, 'checking rollouts', async (io, onProgress) => {
    const { index } = withIndex(input, io, home)
    return run(input, io, {
      home,
      ...(index === undefined ? {} : { index }),
      ...(threadId === null ? {} : { threadId: streamId(threadId) }),
      deep: flagOf(input, 'deep'),
      env: io.env,
      signal: io.stop,
      onProgress
    })
  })

const INSTEAD = 'compare a store with a home with "unroll store verify"'

export const checkCommand: HomeCommand = async (input, io, place, open) => {
  const unknown = unknownKind(listOf(input, 'kind'))
  if (unknown !== null) return E.left(unknown)
  const check = flagOf(input, 'secrets')
    ? (await import('./check-secrets.ts')).checkSecrets
    : checkFiles
  return withHomeFiles(input, place, INSTEAD, async (home) => {
    const [name] = input.args
    if (name === undefined) return check(input, io, home, null)
    const thread = await threadIdIn(name, input, io, place, open)
    return E.isLeft(thread) ? thread.left : check(input, io, home, thread.right)
  })
}
