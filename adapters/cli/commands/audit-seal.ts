/**
 * unroll audit seal, unroll audit verify: what rollouts held, and whether they still do.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { isFine, seal, verifySeal, type SealedOutcome, type SealReport } from '../../seal/seal.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import { withHomeFiles } from '../home-files.ts'
import type { Io } from '../io.ts'
import { notPossible, type StoreError } from '../../../domain/errors.ts'
import { reportError } from '../text/report.ts'
import { startProgress } from '../text/progress.ts'
import { tsv } from '../text/style.ts'
import { oneLine, plural } from '../text/text.ts'
import { printJson } from '../text/written.ts'

const WORDS: Readonly<Record<SealedOutcome['verdict'], string>> = {
  unchanged: 'unchanged',
  appended: 'appended to',
  new: 'not sealed yet',
  changed: 'changed',
  reordered: 'put in another order',
  lines_removed: 'lines were removed',
  lines_inserted: 'lines were inserted',
  truncated: 'cut off',
  removed: 'removed',
  unreadable: 'cannot be read'
}

const place = ({ atByte, line }: SealedOutcome): string =>
  atByte === null || line === null ? '' : ` at byte ${atByte} (line ${line})`

const fields = (one: SealedOutcome): ReadonlyArray<string> => [
  one.verdict,
  one.threadId,
  one.path,
  ...[one.atByte, one.line, one.sealedBytes, one.bytes].map((n) => (n === null ? '' : String(n))),
  one.notes.join(',')
]

const verdictsOf = ({ files }: SealReport): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { verdict, notes } of files)
    for (const word of [verdict, ...notes]) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

const summary = (found: SealReport): string => {
  const { log, sealed } = found
  const counts = Object.entries(verdictsOf(found)).map(
    ([word, count]) => `${count} ${WORDS[word as SealedOutcome['verdict']] ?? word}`
  )
  const whole =
    log.broken === null
      ? ''
      : `the log of seals is broken at line ${log.broken.line}: ${log.broken.reason}\n`
  const known = log.known === false ? 'the log does not hold the hash that was given\n' : ''
  const head = sealed ?? log.head
  return `${whole}${known}${plural(found.files.length, 'file')}: ${counts.join(', ') || 'none'}; head ${head}\n`
}

const print = async (found: SealReport, input: Input, io: Io): Promise<number> => {
  const { files, log, sealed, ok } = found
  if (input.json) {
    for (const one of files) await printJson(one, io)
    await printJson({ seal: { ok, log, sealed, verdicts: verdictsOf(found) } }, io)
  } else if (io.outIsTty) {
    for (const one of files.filter((file) => !isFine(file)))
      await io.out(`${oneLine(`${one.path}: ${WORDS[one.verdict]}${place(one)}`)}\n`)
    await io.out(summary(found))
  } else {
    await io.out(tsv(files.map(fields)))
    if (!ok) io.err(summary(found))
  }
  return ok || sealed !== null ? 0 : 1
}

const INSTEAD = 'export the trail with "unroll audit export", or pull the threads to a home first'

const NEVER = notPossible(
  'nothing was ever sealed here',
  'type "unroll audit seal" first, or name the file of an export'
)

const withFiles = (
  input: Input,
  outside: Io,
  run: (
    home: string,
    onFile: (done: number, total: number, bytes: number) => void
  ) => Promise<E.Either<StoreError, SealReport>>
): Promise<number> =>
  withHomeFiles(input, outside, INSTEAD, async (home) => {
    const progress = startProgress(outside, 'reading rollouts')
    const answer = await run(home, progress.show)
    progress.clear()
    if (E.isLeft(answer)) return reportError(answer.left, input.json, outside)
    const found = answer.right
    const { seals, broken } = found.log
    if (found.sealed === null && seals === 0 && broken === null && found.ok)
      return reportError(NEVER, input.json, outside)
    return print(found, input, progress.before(outside))
  })

/** Seals a home; see the command table. */
export const sealHome = (input: Input, io: Io): Promise<number> =>
  withFiles(input, io, (home, onFile) => {
    const out = textOf(input, 'out')
    return seal({
      ...{ home, onFile, signal: io.stop, nowMs: io.nowMs(), accept: flagOf(input, 'accept') },
      ...(out === undefined ? {} : { log: resolve(io.cwd, out) })
    })
  })

/** Compares a home with its seals; see the command table. */
export const verifySeals = (input: Input, io: Io): Promise<number> =>
  withFiles(input, io, async (home, onFile) => {
    const [, log] = input.args
    return E.right(
      await verifySeal({
        ...{ home, onFile, signal: io.stop, head: textOf(input, 'head') ?? null },
        ...(log === undefined ? {} : { log: resolve(io.cwd, log) })
      })
    )
  })
