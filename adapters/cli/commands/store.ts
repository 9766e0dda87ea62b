/**
 * unroll store: between the files of a home and a store, and what a store tells. One file per word.
 */
import { report, usage } from '../text/report.ts'
import type { PlainCommand } from '../session.ts'

const WORDS: Readonly<Record<string, () => Promise<PlainCommand>>> = {
  push: async () => (await import('./store-push.ts')).pushCommand,
  pull: async () => (await import('./store-pull.ts')).pullCommand,
  verify: async () => (await import('./store-verify.ts')).verifyCommand,
  mirror: async () => (await import('./store-mirror.ts')).mirrorCommand,
  subscribe: async () => (await import('./store-subscribe.ts')).subscribeCommand
}

/** The most threads that can be named, where there is a limit. */
const THREADS_MAX: Readonly<Record<string, number>> = { mirror: 0, subscribe: 1 }

/** Works on a store; see the command table. */
export const storeCommand: PlainCommand = async (input, io, open) => {
  const [what = ''] = input.args
  const load = WORDS[what]
  if (load === undefined) {
    const known = Object.keys(WORDS).join(', ')
    return report(usage(`there is no store ${what}`, `there are: ${known}`), input.json, io)
  }
  const [, ...threads] = input.args
  const extra = threads[THREADS_MAX[what] ?? threads.length]
  if (extra !== undefined) {
    const problem = `store ${what} does not take "${extra}"`
    return report(usage(problem, 'see "unroll help store"'), input.json, io)
  }
  return (await load())(input, io, open)
}
