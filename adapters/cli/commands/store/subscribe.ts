/**
 * unroll store subscribe: what a store holds and then what is new, line by line.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StoreError } from '../../../../domain/errors.ts'
import { isUuid } from '../../../../domain/ids.ts'
import type { Joined, JoinedBytes } from '../../../log/eventstore/stream/join.ts'
import { threadOfStream } from '../../../log/eventstore/stream/names.ts'
import type { StorePosition } from '../../../log/eventstore/stream/stored.ts'
import { CHECKPOINT_NAME } from '../../../log/eventstore/readers/checkpoint.ts'
import { type Bookmark, prefixesOf } from '../../../log/eventstore/readers/news.ts'
import {
  fileReader,
  type OpenReader,
  printingReader
} from '../../../log/eventstore/readers/readers.ts'
import type { OnSilence } from '../../../log/eventstore/connection/session.ts'
import { tell } from '../../../log/eventstore/readers/tell.ts'
import { flagOf, type Input, textOf } from '../../args.ts'
import type { Io } from '../../io.ts'
import { threadIdIn } from '../../naming/threads.ts'
import { pathOf } from '../../options.ts'
import { type CommandEnd, type HomeCommand, type CommandPlace } from '../../session.ts'
import { type CommandFailure, usage } from '../../text/report.ts'
import { jsonLine } from '../../text/print.ts'
import { waitingLine } from '../../text/waiting.ts'
import { directoryOf } from '../index-command.ts'

const parsed = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
}

/** Bytes of a line: as the event they are, else in base64; neither where they are too many to be held. */
const contentOf = ({ data }: JoinedBytes): object => {
  if (data === null) return { event: null }
  const event = data.json ?? parsed(data.bytes)
  return typeof event === 'object' && event !== null
    ? { event }
    : { raw: Buffer.from(data.bytes ?? '').toString('base64') }
}

const saidBy = (joined: Joined): object => {
  if (joined.what === 'fact') return { type: joined.type, data: joined.data }
  const { segment, line, offset, bytes } = joined.metadata
  return { type: joined.kind, segment, line, offset, bytes, ...contentOf(joined) }
}

/** One line of text, newline included; `position` is where it came to count. */
const storeLine = (joined: Joined, position: StorePosition): string => {
  const { stream, revision, createdAtMs } = joined
  const { commit, prepare } = position
  const place = { position: { commit, prepare }, stream, revision }
  const thread = threadOfStream(stream)
  const at = new Date(createdAtMs).toISOString()
  return jsonLine({ ...place, thread, at, ...saidBy(joined) })
}

/** The type that `--types` chooses by. */
export const typeOf = (joined: Joined): string =>
  joined.what === 'fact' ? joined.type : joined.kind

/** Chooses by a list of types, of which one may end with `*`; everything where there is no list. */
const chosenBy = (list: string | undefined): ((joined: Joined) => boolean) => {
  if (list === undefined) return () => true
  const wanted = list.split(',').map((type) => type.trim())
  return (joined) => {
    const type = typeOf(joined)
    return wanted.some((one) =>
      one.endsWith('*') ? type.startsWith(one.slice(0, -1)) : type === one
    )
  }
}

const HELP = 'see "unroll help store"'

/** Where to begin, as `--from` says. */
const fromOf = (text: string): Bookmark | 'start' | 'end' | null => {
  if (text === 'start' || text === 'end') return text
  const [, commit, prepare = commit] = /^(\d+)(?:\/(\d+))?$/.exec(text) ?? []
  if (commit === undefined) return null
  return { position: { commit: Number(commit), prepare: Number(prepare) }, unfinished: [] }
}

const readerOf = (
  input: Input,
  io: Io,
  place: CommandPlace,
  from: Bookmark | 'start' | 'end'
): E.Either<StoreError, OpenReader> => {
  const directory = directoryOf(place)
  const output = pathOf(input, io, 'out')
  if (output !== undefined) return fileReader(output, directory, from)
  const name = textOf(input, 'checkpoint')
  const checkpoint = name === undefined ? null : { directory, name }
  return printingReader(io.out, () => io.stop.aborted, from, checkpoint)
}

/** What is wrong with the words, or null. */
const problemOf = (input: Input, { store, index }: CommandPlace): CommandFailure | null => {
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
  const isKept = name !== undefined || input.values.has('out')
  return isKept && index === 'memory'
    ? usage('an index in memory keeps no place', 'leave --index memory out')
    : null
}

const follow = async (
  input: Input,
  io: Io,
  connection: string,
  threadId: string | null,
  reader: OpenReader,
  onSilence: OnSilence
): Promise<CommandEnd> => {
  const { connectWire } = await import('../../../log/eventstore/connection/connect.ts')
  const wire = await connectWire(connection, { onSilence })
  if (E.isLeft(wire)) return wire
  const isChosen = chosenBy(textOf(input, 'types'))
  try {
    const done = await tell(
      {
        wire: wire.right,
        prefixes: prefixesOf(threadId),
        lineOf: (joined, position) =>
          joined.what !== 'blank' && isChosen(joined) ? storeLine(joined, position) : null,
        untilCaughtUp: flagOf(input, 'until-caught-up'),
        signal: io.stop
      },
      reader
    )
    return E.isLeft(done) ? done : 0
  } finally {
    await wire.right.dispose()
  }
}

export const subscribeCommand: HomeCommand = async (input, outside, place, open) => {
  const waiting = waitingLine(outside)
  const { io } = waiting
  const problem = problemOf(input, place)
  if (problem !== null) return E.left(problem)
  const [, text] = input.args
  const threadId =
    text === undefined || isUuid(text)
      ? E.right(text ?? null)
      : await threadIdIn(text, input, io, place, open)
  if (E.isLeft(threadId)) return threadId.left
  const from = fromOf(textOf(input, 'from') ?? 'start') ?? 'start'
  const reader = readerOf(input, io, place, from)
  if (E.isLeft(reader)) return reader
  try {
    const connection = place.store ?? ''
    return await follow(input, io, connection, threadId.right, reader.right, waiting.show)
  } finally {
    waiting.clear()
    await reader.right.close()
  }
}
