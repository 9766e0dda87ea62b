/**
 * unroll store: between the files of a home and a store, and following a store.
 */
import type { HomeCommand } from '../../session.ts'

const WORDS: Readonly<Record<string, () => Promise<HomeCommand>>> = {
  push: async () => (await import('./sync.ts')).pushCommand,
  pull: async () => (await import('./sync.ts')).pullCommand,
  verify: async () => (await import('./sync.ts')).verifyCommand,
  mirror: async () => (await import('./sync.ts')).mirrorCommand,
  subscribe: async () => (await import('./subscribe.ts')).subscribeCommand
}

export const storeCommand: HomeCommand = async (input, io, place, open) => {
  const [what = ''] = input.args
  const load = WORDS[what]
  if (load === undefined) throw new Error(`no code for store ${what}`)
  return (await load())(input, io, place, open)
}
