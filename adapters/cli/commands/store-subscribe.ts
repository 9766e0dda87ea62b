/**
 * unroll store subscribe: what a store holds and then what is new, line by line.
 */
import * as E from 'fp-ts/lib/Either.js'
import { resolve } from 'node:path'
import { isUuid } from '../../../domain/ids.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { CHECKPOINT_NAME } from '../../eventstore/readers/checkpoint.ts'
import { prefixesOf, type Bookmark } from '../../eventstore/readers/news.ts'
import { fileReader, printingReader, type OpenReader } from '../../eventstore/readers/readers.ts'
import { tell } from '../../eventstore/readers/tell.ts'
import { flagOf, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import {
  placeOf,
  tellSilence,
  withEngine,
  type Open,
  type Place,
  type PlainCommand
} from '../session.ts'
import { report, reportError, usage, type Failure } from '../text/report.ts'
import { chosenBy, toldLine } from '../text/told-line.ts'
import { directoryOf } from './index-command.ts'

const HELP = 'see "unroll help store"'

/** Where to begin, as `--from` says. */
const fromOf = (text: string): Bookmark | 'start' | 'end' | null => {
  if (text === 'start' || text === 'end') return text
  const [, commit, prepare = commit] = /^(\d+)(?:\/(\d+))?$/.exec(text) ?? []
  if (commit === undefined) return null
  return { position: { commit: Number(commit), prepare: Number(prepare) }, unfinished: [] }
}

/** The thread that is meant; null for all. */
const threadOf = async (
  input: Input,
  io: Io,
  open: Open,
  place: Place
): Promise<E.Either<number, string | null>> => {
  const [, text] = input.args
  if (text === undefined) return E.right(null)
  if (isUuid(text)) return E.right(text)
  let id: string | null = null
  const code = await withEngine(input, io, open, place, async (engine, quiet) => {
    const found = await engine.resolve(text)()
    if (E.isLeft(found)) return reportError(found.left, input.json, quiet)
    id = found.right
    return 0
  })
  return id === null ? E.left(code) : E.right(id)
}

const readerOf = (
  input: Input,
  io: Io,
  place: Place,
  from: Bookmark | 'start' | 'end'
): E.Either<StoreError, OpenReader> => {
  const directory = directoryOf(place)
  const output = textOf(input, 'output')
  if (output !== undefined) return fileReader(resolve(io.cwd, output), directory, from)
  const name = textOf(input, 'checkpoint')
  const checkpoint = name === undefined ? null : { directory, name }
  return printingReader(io.out, () => io.stop.aborted, from, checkpoint)
}

/** What is wrong with the words, or null. */
const problemOf = (input: Input, { store, index }: Place): Failure | null => {
  if (store === undefined) {
    return usage('there is no store to subscribe to', 'name one with --store or $UNROLL_STORE')
  }
  const from = textOf(input, 'from')
  if (from !== undefined && fromOf(from) === null) {
    return usage(`--from takes start, end, COMMIT or COMMIT/PREPARE, not "${from}"`, HELP)
  }
  const name = textOf(input, 'checkpoint')
  if (name !== undefined && !CHECKPOINT_NAME.test(name)) {
    return usage(
      'a checkpoint is named by up to 64 letters, digits, dots, dashes and underscores',
      HELP
    )
  }
  const isKept = name !== undefined || input.values.has('output')
  return isKept && index === 'memory'
    ? usage('an index in memory keeps no place', 'leave --index memory out')
    : null
}

const told = async (
  input: Input,
  io: Io,
  connection: string,
  threadId: string | null,
  reader: OpenReader
): Promise<number> => {
  const { connectWire } = await import('../../eventstore/connection/connect.ts')
  const wire = await connectWire(connection, { onSilence: (why) => tellSilence(why, io) })
  if (E.isLeft(wire)) return reportError(wire.left, input.json, io)
  const isAsked = chosenBy(textOf(input, 'types'))
  try {
    const done = await tell(
      {
        wire: wire.right,
        prefixes: prefixesOf(threadId),
        lineOf: (joined, position) =>
          joined.what !== 'blank' && isAsked(joined) ? toldLine(joined, position) : null,
        untilCaughtUp: flagOf(input, 'until-caught-up'),
        signal: io.stop
      },
      reader
    )
    return E.isLeft(done) ? await reportError(done.left, input.json, io) : 0
  } finally {
    await wire.right.dispose()
  }
}

/** Follows a store; see the command table. */
export const subscribeCommand: PlainCommand = async (input, io, open) => {
  const place = await placeOf(input, io)
  const { store = '' } = place
  const problem = problemOf(input, place)
  if (problem !== null) return report(problem, input.json, io)
  const threadId = await threadOf(input, io, open, place)
  if (E.isLeft(threadId)) return threadId.left
  const from = fromOf(textOf(input, 'from') ?? 'start') ?? 'start'
  const reader = readerOf(input, io, place, from)
  if (E.isLeft(reader)) return reportError(reader.left, input.json, io)
  try {
    return await told(input, io, store, threadId.right, reader.right)
  } finally {
    await reader.right.close()
  }
}
