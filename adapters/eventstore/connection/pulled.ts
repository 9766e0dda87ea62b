/**
 * Answers of the client that come one by one, taken at the pace of who wants them: what is not taken stays with the server.
 */
import type { Readable } from 'node:stream'
import { classify } from './classify.ts'
import type { Client } from './client.ts'
import { ENDED, LATE, within } from './pace.ts'
import { lateReason, type Session, type State } from './session.ts'

/** A stream of the client: `cancel` tells the server that nothing more is wanted. */
export interface Answers {
  readonly stream: Readable
  readonly cancel: () => Promise<void>
}

/** A stream of answers. */
export interface Pulled<T> {
  /** The next answer, when it is there already. */
  readonly take: () => T | null
  /** Waits until there is something to take, but not longer than that. */
  readonly more: (durationMs: number, signal?: AbortSignal) => Promise<State>
  readonly close: () => void
}

/** Tells when something came, or that nothing more does; what the client threw is thrown after everything before it was taken. */
const watched = (stream: Readable): (() => Promise<'more' | 'end'>) => {
  let failure: { readonly cause: Error } | null = null
  let isReadable = false
  let hasEnded = false
  let wake = (): void => undefined
  const ended = (): void => {
    hasEnded = true
    wake()
  }
  stream.on('readable', () => {
    isReadable = true
    wake()
  })
  stream.on('end', ended)
  stream.on('close', ended)
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
 * Opens a stream of the client in use. A stream that is closed is still read to its end, which is near: the client holds on
 * to those that have not ended, and would wait for them when it is disposed.
 */
export const pulled = <T>(session: Session, open: (client: Client) => Answers): Pulled<T> => {
  const client = session.clients.current()
  const { stream, cancel } = open(client)
  const changed = watched(stream)
  const drop = (): void => {
    while (stream.read() !== null);
  }
  const close = (): void => {
    if (!session.opened.delete(close)) return
    cancel().catch(() => undefined) // it was never connected
    stream.on('readable', drop)
    drop()
  }
  session.opened.add(close)
  return {
    take: () => stream.read() as T | null,
    more: async (durationMs, signal = session.closing) => {
      try {
        const state = await within(session.pace, changed(), durationMs, signal)
        if (state === ENDED) return { kind: 'ended' }
        if (state !== LATE) return { kind: state }
      } catch (cause) {
        const verdict = classify(cause)
        if (verdict.kind !== 'again' || verdict.isMute === undefined) return verdict
      }
      session.clients.leave(client)
      return { kind: 'again', reason: lateReason(session) }
    },
    close
  }
}
