/**
 * unroll store: between the files of a home and a store, and following a store.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { HomeCommand } from '../session.ts'
import { usage } from '../text/report.ts'

const WORDS: Readonly<Record<string, () => Promise<HomeCommand>>> = {
  push: async () => (await import('./store-sync.ts')).pushCommand,
  pull: async () => (await import('./store-sync.ts')).pullCommand,
  verify: async () => (await import('./store-sync.ts')).verifyCommand,
  mirror: async () => (await import('./store-sync.ts')).mirrorCommand,
  subscribe: async () => (await import('./store-subscribe.ts')).subscribeCommand
}

/** The most threads that can be named, where there is a limit. */
const THREADS_MAX: Readonly<Record<string, number>> = { mirror: 0, subscribe: 1 }

export const storeCommand: HomeCommand = async (input, io, place, open) => {
  const [what = '', ...threads] = input.args
  const load = WORDS[what]
  if (load === undefined)
    return E.left(usage(`there is no store ${what}`, `there are: ${Object.keys(WORDS).join(', ')}`))
  const extra = threads[THREADS_MAX[what] ?? threads.length]
  if (extra !== undefined)
    return E.left(usage(`store ${what} does not take "${extra}"`, 'see "unroll help store"'))
  return (await load())(input, io, place, open)
}
