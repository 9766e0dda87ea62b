/**
 * unroll audit seal, unroll audit verify: what rollouts held, and whether they still hold it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { notPossible, type StoreError } from '../../../../domain/errors.ts'
import {
  isFine,
  seal,
  verdictsOf,
  verifySeal,
  type SealedOutcome,
  type SealReport
} from '../../../upkeep/seal/seal.ts'
import { flagOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { pathOf } from '../../options.ts'
import { withHomeFiles, type CommandEnd, type CommandPlace } from '../../session.ts'
import { printTotal } from '../../text/print.ts'
import { withProgress } from '../../text/progress.ts'
import { formOf, printRows } from '../../text/row-form.ts'
import { column, type Columns } from '../../text/rows.ts'
import { plural, sentence, wrap } from '../../text/text.ts'

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

const placeText = ({ atByte, line }: SealedOutcome): string =>
  atByte === null || line === null ? '' : ` at byte ${atByte} (line ${line})`

export const SEALED_FILES: Columns<SealedOutcome> = [
  column('verdict', ({ verdict }) => verdict),
  column('threadId', ({ threadId }) => threadId),
  column('path', ({ path }) => path),
  column('atByte', ({ atByte }) => atByte),
  column('line', ({ line }) => line),
  column('sealedBytes', ({ sealedBytes }) => sealedBytes),
  column('bytes', ({ bytes }) => bytes),
  column('notes', ({ notes }) => notes.join(','))
]

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

const print = async (found: SealReport, input: Input, io: Io): Promise<CommandEnd> => {
  const { files, log, sealed, ok } = found
  const form = formOf(input, io)
  if (form !== 'people') {
    const printed = await printRows(
      { columns: SEALED_FILES, nothing: 'no files' },
      files,
      input,
      io
    )
    if (E.isLeft(printed)) return printed
    if (form === 'json')
      await printTotal({ ok, log, sealed, verdicts: verdictsOf(found) }, input, io)
    else if (!ok) io.err(summary(found))
  } else {
    for (const one of files.filter((file) => !isFine(file)))
      await io.out(sentence(`${one.path}: ${WORDS[one.verdict]}${placeText(one)}`, io))
    await io.out(wrap(summary(found), 0, io.columns))
  }
  return ok || sealed !== null ? 0 : 1
}

const INSTEAD = 'export the trail with "unroll audit export", or pull the threads to a home first'

const NEVER_SEALED = notPossible(
  'nothing was ever sealed here',
  'type "unroll audit seal" first, or name the file of an export'
)

const withFiles = (
  input: Input,
  outside: Io,
  place: CommandPlace,
  run: (
    home: string,
    onFile: (done: number, total: number, bytes: number) => void
  ) => Promise<E.Either<StoreError, SealReport>>
): Promise<CommandEnd> =>
  withHomeFiles(input, place, INSTEAD, (home) =>
    withProgress(outside, 'reading rollouts', async (io, onFile) => {
      const found = await run(home, onFile)
      if (E.isLeft(found)) return found
      const { log, sealed, ok } = found.right
      if (sealed === null && log.seals === 0 && log.broken === null && ok)
        return E.left(NEVER_SEALED)
      return print(found.right, input, io)
    })
  )

/** Notes what every rollout of a home holds. */
export const sealHome = (input: Input, io: Io, place: CommandPlace): Promise<CommandEnd> =>
  withFiles(input, io, place, (home, onFile) => {
    const log = pathOf(input, io, 'out')
    return seal({
      ...{ home, onFile, signal: io.stop, nowMs: io.nowMs(), accept: flagOf(input, 'accept') },
      ...(log === undefined ? {} : { log })
    })
  })

/** Compares a home with its seals. */
export const verifySeals = (input: Input, io: Io, place: CommandPlace): Promise<CommandEnd> =>
  withFiles(input, io, place, async (home, onFile) => {
    const [, log] = input.args
    return E.right(
      await verifySeal({
        ...{ home, onFile, signal: io.stop, head: textOf(input, 'head') ?? null },
        ...(log === undefined ? {} : { log: resolve(io.cwd, log) })
      })
    )
  })
