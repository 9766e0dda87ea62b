/**
 * One command's use of a store beside the files of a home.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import type { StoreError } from '../../domain/errors.ts'
import type { Problem } from '../eventstore/sync/problems.ts'
import { isFailure } from '../eventstore/sync/problems.ts'
import type { Wire } from '../eventstore/wire.ts'
import type { Input } from './args.ts'
import type { Io } from './io.ts'
import { missingHome, placeOf, tellSilence, type Place } from './session.ts'
import { report, reportError, usage } from './text/report.ts'
import { oneLine } from './text/text.ts'
import { printJson } from './text/written.ts'

/** A home, and the store that the options name. */
export interface HomeAndStore {
  readonly place: Place & { readonly store: string }
  readonly wire: Wire
}

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

/** Connects, runs `use`, and closes the connection. `needsHome`: the home must be there. */
export const withStore = async (
  input: Input,
  io: Io,
  needsHome: boolean,
  use: (parts: HomeAndStore) => Promise<number>
): Promise<number> => {
  const { store, ...place } = await placeOf(input, io)
  if (store === undefined) {
    const next = 'name one with --store esdb://HOST:PORT, or with UNROLL_STORE in the environment'
    return report(usage('no store is named', next), input.json, io)
  }
  if (needsHome && !isDirectory(place.home)) return (await missingHome(place, input, io)) ?? 3
  const { connectWire } = await import('../eventstore/connection/connect.ts')
  const wire = await connectWire(store, { onSilence: (why) => tellSilence(why, io) })
  if (E.isLeft(wire)) return reportError(wire.left, input.json, io)
  try {
    return await use({ place: { ...place, store }, wire: wire.right })
  } finally {
    await wire.right.dispose()
  }
}

/** So many problems are printed for people; `--json` has all of them. */
const SHOWN_MAX = 20

/** Tells problems on stderr, failures first; answers the exit code. */
export const tellProblems = (problems: ReadonlyArray<Problem>, io: Io): number => {
  const failures = problems.filter(isFailure)
  const shown = [...failures, ...problems.filter((one) => !isFailure(one))]
  for (const { thread, path, message, next } of shown.slice(0, SHOWN_MAX)) {
    io.err(`unroll: ${oneLine(`${path ?? thread}: ${message}`)}\n`)
    io.err(`${oneLine(next.replace(/"unroll /g, `"${io.program} `))}\n`)
  }
  const rest = shown.length - SHOWN_MAX
  if (rest > 0) io.err(`unroll: and ${rest} more; --json lists all\n`)
  return failures.length === 0 ? 0 : 1
}

/** Tells what came of copying threads; answers the exit code. */
export const tellCopied = async <S extends { readonly problems: ReadonlyArray<Problem> }>(
  done: E.Either<StoreError, S>,
  lineOf: (summary: S) => string,
  input: Input,
  io: Io
): Promise<number> => {
  if (E.isLeft(done)) return reportError(done.left, input.json, io)
  const { problems } = done.right
  if (input.json) {
    await printJson(done.right, io)
    return problems.some(isFailure) ? 1 : 0
  }
  await io.out(`${lineOf(done.right)}\n`)
  return tellProblems(problems, io)
}
