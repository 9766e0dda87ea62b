/**
 * What a change of a thread wrote.
 */
import * as E from 'fp-ts/lib/Either.js'
import { printEvent } from '../../../domain/changes/new-event.ts'
import type { StoreError } from '../../../domain/errors.ts'
import type { Written } from '../../../replay/mutate/mutations.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import type { Ending } from '../session.ts'
import { printJson } from './print.ts'
import { oneLine } from './text.ts'

/** Prints the new revision; after a dry run the lines. */
export const printWritten = async (
  done: E.Either<StoreError, Written>,
  input: Input,
  io: Io
): Promise<Ending> => {
  if (E.isLeft(done)) return done
  if (input.json) return printJson(done.right, io)
  const { events, appended } = done.right
  if (flagOf(input, 'dry-run'))
    await io.out(events.map((event) => `${oneLine(printEvent(event, null))}\n`).join(''))
  else
    await io.out(appended === null ? 'nothing to write\n' : `revision ${appended.next.revision}\n`)
  return 0
}
