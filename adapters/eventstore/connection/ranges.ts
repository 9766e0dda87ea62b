/** Reads of one stream, in either direction; a connection that is lost in the middle is taken up where it was. */
import type { ResolvedEvent } from '@eventstore/db-client'
import type { StoredEvent } from '../stream/stored.ts'
import { thrown } from '../../../replay/guarded.ts'
import { stored } from './convert.ts'
import { pulled, type Pulled } from './pulled.ts'
import { triesOf } from './retry.ts'
import { failureOf, type Session, type State } from './session.ts'

/** What is read. */
export interface Range {
  readonly stream: string
  readonly direction: 'forwards' | 'backwards'
  /** The end is where reading backwards begins. */
  readonly from: number | 'end'
  readonly limit: number
}

const opened = (
  session: Session,
  { stream, direction, from, limit }: Range
): Pulled<ResolvedEvent> =>
  pulled(session, (client) => {
    const answers = client.readStream(stream, {
      direction,
      fromRevision: from === 'end' ? from : BigInt(from),
      requiresLeader: session.requiresLeader,
      ...(limit === Infinity ? {} : { maxCount: limit })
    })
    return { stream: answers, cancel: () => answers.cancel() }
  })

/** Events of one call, and how it ended. */
async function* attempt(session: Session, range: Range): AsyncGenerator<StoredEvent, State> {
  const answers = opened(session, range)
  try {
    for (;;) {
      const answer = answers.take()
      if (answer?.event !== undefined) yield stored(answer.event)
      if (answer !== null) continue
      const state = await answers.more(session.attemptMs)
      if (state.kind !== 'more') return state
    }
  } finally {
    answers.close()
  }
}

/** What is left of a range behind an event. */
const rest = (range: Range, { revision }: StoredEvent): Range => ({
  ...range,
  from: revision + (range.direction === 'forwards' ? 1 : -1),
  limit: range.limit - 1
})

const isEmpty = ({ from, limit }: Range): boolean => limit <= 0 || (from !== 'end' && from < 0)

/** Events of a range, none of a stream that is not there; throws a `StoreError` when the server cannot go on. */
export async function* readRange(session: Session, asked: Range): AsyncGenerator<StoredEvent> {
  const tries = triesOf(session)
  let range = asked
  while (!isEmpty(range)) {
    const events = attempt(session, range)
    let next = await events.next()
    try {
      while (next.done !== true) {
        range = rest(range, next.value)
        yield next.value
        tries.progressed()
        next = await events.next()
      }
    } finally {
      await events.return({ kind: 'ended' })
    }
    const state = next.value
    if (state.kind === 'end' || state.kind === 'not_found' || state.kind === 'tombstoned') return
    const error =
      state.kind === 'again' ? await tries.again(state.reason) : failureOf(session, state)
    if (error !== null) throw thrown(error)
  }
}
