/**
 * Work of the same thread that is ended when it takes too long: a regular expression can take longer than anybody lives.
 */
import { createContext, Script } from 'node:vm'
import { once } from '../domain/once.ts'
import type { Bounded } from '../replay/read/search/thorough.ts'

const TIME_MAX_MS = 1000

const caller = once(() => ({ script: new Script('run()'), room: createContext({ run: null }) }))

const isTimeUp = (cause: unknown): boolean =>
  (cause as { readonly code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'

/** Only a script of its own can be ended; what it runs is a function of this one. */
export const bounded: Bounded = <A>(run: () => A): A | null => {
  const { script, room } = caller()
  let answer: A | null = null
  room['run'] = (): void => void (answer = run())
  try {
    script.runInContext(room, { timeout: TIME_MAX_MS })
    return answer
  } catch (cause) {
    if (isTimeUp(cause)) return null
    throw cause
  } finally {
    room['run'] = null
  }
}
