/**
 * Answers that come one by one, taken at the pace of the reader: what is not taken stays with the server. A call that breaks
 * off is made again from the place it had reached.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Readable } from 'node:stream'
import { thrown } from '../../../../replay/guarded.ts'
import type { Client } from './client.ts'
import { ENDED, LATE, within } from './pace.ts'
import {
  admitted,
  answerOf,
  failureOf,
  type CallResult,
  type Retries,
  type ServerTraits,
  type Session
} from './session.ts'

/** A stream of the client: `cancel` tells the server that nothing more is wanted. */
export interface AnswerStream {
  readonly stream: Readable
  readonly cancel: () => Promise<void>
}

/** Waits until something came or nothing more does; what the client threw is thrown after everything before it was taken. */
const changesOf = (stream: Readable): (() => Promise<'more' | 'end'>) => {
  let failure: { readonly cause: Error } | null = null
  let isReadable = false
  let hasEnded = false
  let wake = (): void => undefined
  const end = (): void => {
    hasEnded = true
    wake()
  }
  stream.on('readable', () => {
    isReadable = true
    wake()
  })
  stream.on('end', end)
  stream.on('close', end)
  stream.on('error', (cause) => {
    failure ??= { cause } // also one that comes late is heard here, or it would end the process
    wake()
  })
  return async () => {
    for (;;) {
      if (isReadable || stream.readableLength > 0) {
        isReadable = false
        return 'more' // perhaps only its end, which a stream tells when somebody takes of it
      }
      if (failure !== null) throw failure.cause
      if (hasEnded) return 'end'
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
}

/**
 * Opens a stream of the client in use. One that is closed is still read to its end, which is near: the client holds on to those
 * that have not ended, and would wait for them when it is disposed.
 */
const openStream = (session: Session, open: (client: Client) => AnswerStream) => {
  const lent = session.clients.lend()
  const { stream, cancel } = open(lent.client)
  const changed = changesOf(stream)
  const drop = (): void => {
    while (stream.read() !== null);
  }
  const close = (): void => {
    if (!session.opened.delete(close)) return
    lent.release()
    cancel().catch(() => undefined) // it was never connected
    stream.on('readable', drop)
    drop()
  }
  session.opened.add(close)
  return {
    take: (): unknown => stream.read(),
    more: (durationMs: number, signal: AbortSignal): Promise<CallResult<'more' | 'end'>> =>
      answerOf(session, lent, changed, durationMs, signal),
    close
  }
}

/** A call that answers with a stream, and goes on where it was. */
export interface StreamCall<Raw, Item> {
  /** Looks where to open it, before each time. */
  readonly prepare?: (server: ServerTraits) => Promise<void>
  readonly open: (client: Client) => AnswerStream
  /** Converts an answer, and notes the place behind it; null for one that is not handed out. */
  readonly take: (answer: Raw) => Item | null
  readonly isOpen: () => boolean
  /** The results at which there is nothing more; others are repeated or fail. */
  readonly ends: (result: CallResult<'end'>) => boolean
  readonly silenceMs: () => number
  readonly signal: AbortSignal
  readonly retries: Retries
}

/** Hands out the items of a call, over lost connections; throws a `StoreError` when the server cannot go on. */
export async function* resumed<Raw, Item>(
  session: Session,
  call: StreamCall<Raw, Item>
): AsyncGenerator<Item> {
  if (!call.isOpen()) return
  const may = await within(session.pace, admitted(session), Infinity, call.signal)
  if (may === ENDED && call.ends({ kind: 'ended' })) return
  if (may === ENDED) throw thrown(failureOf(session, { kind: 'ended' }))
  if (may === LATE) return
  if (E.isLeft(may)) throw thrown(may.left)
  while (call.isOpen()) {
    await call.prepare?.(may.right)
    if (!call.isOpen()) return
    const answers = openStream(session, call.open)
    let result: CallResult<'more' | 'end'> = { kind: 'done', value: 'more' }
    try {
      while (result.kind === 'done' && result.value === 'more') {
        if (call.signal.aborted) result = { kind: 'ended' }
        else {
          const answer = answers.take()
          if (answer === null) result = await answers.more(call.silenceMs(), call.signal)
          else {
            const item = call.take(answer as Raw)
            if (item === null) continue
            yield item
            call.retries.progressed()
          }
        }
      }
    } finally {
      answers.close()
    }
    if (call.ends(result as CallResult<'end'>)) return
    const why =
      result.kind === 'again'
        ? result
        : result.kind === 'done'
          ? { reason: 'the server ended the subscription' }
          : null
    const error = why === null ? failureOf(session, result) : await call.retries.again(why)
    if (error !== null) throw thrown(error)
  }
}
