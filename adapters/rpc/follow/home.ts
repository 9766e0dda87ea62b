/**
 * What becomes of the threads of a home, for clients that asked to hear of it. While nobody follows nothing is looked at; else one
 * look a second finds everything that happened since the one before. A look costs a `stat` a thread, so a home in which nothing happens
 * is looked at less often.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Engine } from '../../../replay/engine.ts'
import { newsBetween, type Census } from '../../../replay/read/lists/census.ts'
import type { Live } from '../threads/live.ts'
import { homeChanged } from '../threads/notices.ts'

interface HomeWatcher {
  /** Before a client begins to follow: the others hear what is new, and it misses nothing after that. */
  readonly join: () => Promise<void>
  /** Looks once if anybody follows. */
  readonly look: () => Promise<void>
}

/** After so many rounds without news only every third one looks. */
const QUIET_ROUNDS = 10
const QUIET_STEP = 3

/** Watches the threads of a home. */
export const homeWatcher = (live: Live, engine: Promise<Engine>): HomeWatcher => {
  let seen: Census | null = null
  let looking: Promise<void> | null = null
  /** Rounds in a row without news. */
  let quiet = 0

  const lookOnce = async (): Promise<void> => {
    const counted = await (await engine).census()()
    // Whoever cannot be read now is looked at again in the next round.
    if (E.isLeft(counted)) return
    const news = seen === null ? [] : newsBetween(seen, counted.right)
    seen = counted.right
    quiet = news.length > 0 ? 0 : quiet + 1
    if (news.length > 0) live.notify(homeChanged(news))
  }
  const inOrder = (): Promise<void> => {
    looking ??= lookOnce().finally(() => (looking = null))
    return looking
  }
  return {
    join: async () => {
      // A look that runs already may have begun before what the client knows.
      await looking?.catch(() => undefined)
      quiet = 0
      if (!live.isHomeFollowed()) seen = null
      await inOrder()
    },
    look: async () => {
      if (!live.isHomeFollowed()) seen = null
      else if (quiet < QUIET_ROUNDS || quiet % QUIET_STEP === 0) await inOrder()
      else quiet += 1
    }
  }
}
