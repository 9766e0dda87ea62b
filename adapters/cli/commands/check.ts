/**
 * unroll check: problems of a home or a thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Finding } from '../../../domain/check/finding.ts'
import { isProblemKind } from '../../../domain/check/kinds.ts'
import { eraOf, NEWEST_ERA } from '../../../domain/profile.ts'
import { resolveThread } from '../../../replay/threads/resolve.ts'
import { check, type CheckOptions, type CheckSummary } from '../../check/check.ts'
import { homeMemory } from '../../codex-state/home-memory.ts'
import { homeNames } from '../../home/names.ts'
import { jsonlStore } from '../../jsonl/store.ts'
import { flagOf, listOf, type Input } from '../args.ts'
import { withHomeFiles } from '../home-files.ts'
import type { Io } from '../io.ts'
import { withIndex, type PlainCommand } from '../session.ts'
import { startProgress } from '../text/progress.ts'
import { report, reportError, usage } from '../text/report.ts'
import { painter, tsv, type Paint } from '../text/style.ts'
import { oneLine, plural, safeJson, size } from '../text/text.ts'

const STYLE = { broken: 'red', warning: 'yellow', note: 'dim' } as const
const WORD = { broken: 'BROKEN', warning: 'WARNING', note: 'note' } as const
const WORD_WIDTH = 8

const rangeText = ({ range, revision }: Finding): string => {
  if (range === null) return ''
  const line = revision === null ? '' : ` line ${revision},`
  return `${line} bytes ${range.offsetBytes}–${range.offsetBytes + range.bytes}`
}

const forPeople = (finding: Finding, paint: Paint): string => {
  const { severity, kind, threadId, path, affected, remedy } = finding
  const where = path === null ? (threadId ?? '') : `${path}${rangeText(finding)}`
  const indent = ' '.repeat(WORD_WIDTH)
  const head = `${paint(STYLE[severity], WORD[severity].padEnd(WORD_WIDTH))}${paint('bold', kind)}  ${oneLine(where)}`
  return `${head}\n${indent}${oneLine(affected)}\n${indent}${paint('dim', `→ ${oneLine(remedy)}`)}\n`
}

const fieldsOf = (finding: Finding): ReadonlyArray<string> => {
  const { severity, kind, threadId, path, range, revision, affected, remedy } = finding
  const place = [threadId, path, range?.offsetBytes, range?.bytes, revision]
  return [severity, kind, ...place.map((one) => String(one ?? '')), affected, remedy]
}

const speed = (bytes: number, ms: number): string =>
  ms < 1 ? '' : `, ${(ms / 1000).toFixed(1)} s, ${Math.round(bytes / 1e3 / ms)} MB/s`

const sums = (
  { rollouts, ok, warned, broken, findings, bytes }: CheckSummary,
  ms: number
): string =>
  `ok ${ok}  warning ${warned}  broken ${broken}  (${plural(rollouts, 'rollout')}, ${size(bytes)}${speed(bytes, ms)}; ` +
  `${plural(findings.broken, 'break')}, ${plural(findings.warning, 'warning')}, ${plural(findings.note, 'note')})\n`

interface Shown {
  readonly finding: (finding: Finding) => Promise<void>
  readonly summary: (summary: CheckSummary, durationMs: number) => Promise<void>
}

const shownAs = (input: Input, io: Io): Shown => {
  const json = (value: object) => io.out(`${safeJson(JSON.stringify(value))}\n`)
  if (input.json)
    return {
      finding: json,
      summary: (summary, durationMs) => json({ summary: { ...summary, durationMs } })
    }
  if (!io.outIsTty)
    return {
      finding: (finding) => io.out(tsv([fieldsOf(finding)])),
      summary: async (summary, ms) => io.err(sums(summary, ms))
    }
  const paint = painter(input, io)
  const notes = flagOf(input, 'notes')
  return {
    finding: async (finding) => {
      if (notes || finding.severity !== 'note') await io.out(forPeople(finding, paint))
    },
    summary: (summary, ms) => io.out(sums(summary, ms))
  }
}

/** Runs a check to its end; the answer is the exit code. */
const run = async (input: Input, io: Io, options: CheckOptions): Promise<number> => {
  const shown = shownAs(input, io)
  const kinds = new Set<string>(listOf(input, 'kind'))
  const counts = { note: 0, warning: 0, broken: 0 }
  const startMs = io.nowMs()
  const findings = check(options)
  for (;;) {
    const next = await findings.next()
    if (next.done === true) {
      const summary = kinds.size === 0 ? next.value : { ...next.value, findings: counts }
      await shown.summary(summary, io.nowMs() - startMs)
      return counts.warning + counts.broken === 0 ? 0 : 1
    }
    const finding = next.value
    if (kinds.size > 0 && !kinds.has(finding.kind)) continue
    counts[finding.severity] += 1
    await shown.finding(finding)
  }
}

const checkFiles = async (input: Input, outside: Io, home: string): Promise<number> => {
  const progress = startProgress(outside, 'checking rollouts')
  const io = progress.before(outside)
  const { index } = withIndex(input, io, home)
  const base = {
    home,
    ...(index === undefined ? {} : { index }),
    deep: flagOf(input, 'deep'),
    env: io.env,
    signal: io.stop,
    onProgress: progress.show
  }
  const [thread] = input.args
  try {
    if (thread === undefined) return await run(input, io, base)
    const profile = eraOf(NEWEST_ERA, false)
    const store = jsonlStore({ home, profile, strict: false })
    const found = await resolveThread(
      { store, names: homeNames(home), remembered: homeMemory(home) },
      thread
    )
    if (E.isLeft(found)) return await reportError(found.left, input.json, io)
    return await run(input, io, { ...base, threadId: found.right })
  } finally {
    progress.clear()
  }
}

/** Looks for problems; see the command table. */
export const checkCommand: PlainCommand = async (input, io) => {
  const wrong = listOf(input, 'kind').find((kind) => !isProblemKind(kind))
  if (wrong !== undefined) {
    const failure = usage(
      `there is no kind of problem "${wrong}"`,
      'list them with "unroll explain"'
    )
    return report(failure, input.json, io)
  }
  return withHomeFiles(
    input,
    io,
    'compare a store with a home with "unroll store verify"',
    (home) => checkFiles(input, io, home)
  )
}
