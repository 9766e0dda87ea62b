/**
 * What the commands that change threads have in common: their options, and what they print.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../domain/errors.ts'
import { printEvent } from '../../../domain/changes/new-event.ts'
import type { MutationOptions } from '../../../replay/life/life.ts'
import type { Written } from '../../../replay/mutate/mutations.ts'
import { flagOf, numberOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { reportError } from './report.ts'
import { oneLine, safeJson } from './text.ts'

/** How a command asks for a change. */
export const mutationOptions = (input: Input): MutationOptions => ({
  dryRun: flagOf(input, 'dry-run'),
  expectedRevision: numberOf(input, 'expected-revision'),
  force: flagOf(input, 'force')
})

/** One JSON value on one line. */
export const printJson = async (value: unknown, io: Io): Promise<number> => {
  await io.out(`${safeJson(JSON.stringify(value))}\n`)
  return 0
}

/** Prints what a mutation wrote: the new revision; after a dry run the lines. */
export const printWritten = async (
  done: E.Either<StoreError, Written>,
  input: Input,
  io: Io
): Promise<number> => {
  if (E.isLeft(done)) return reportError(done.left, input.json, io)
  if (input.json) return printJson(done.right, io)
  const { events, appended } = done.right
  if (flagOf(input, 'dry-run')) {
    await io.out(events.map((event) => `${oneLine(printEvent(event, null))}\n`).join(''))
    return 0
  }
  await io.out(appended === null ? 'nothing to write\n' : `revision ${appended.next.revision}\n`)
  return 0
}
