/**
 * unroll store: between the files of a home and a store, and what a store tells. One file per word.
 */
import { report, usage } from '../text/report.ts'
import type { PlainCommand } from '../session.ts'

const WORDS: Readonly<Record<string, () => Promise<PlainCommand>>> = {
  push: async () => (await import('./store-push.ts')).pushCommand,
  subscribe: async () => (await import('./store-subscribe.ts')).subscribeCommand
}

/** Works on a store; see the command table. */
export const storeCommand: PlainCommand = async (input, io, open) => {
  const [what = ''] = input.args
  const load = WORDS[what]
  if (load === undefined) {
    const known = Object.keys(WORDS).join(', ')
    return report(usage(`there is no store ${what}`, `there are: ${known}`), input.json, io)
  }
  return (await load())(input, io, open)
}
