/**
 * ccusage, another program that adds up the tokens of a Codex home. Its newer versions have `ccusage codex daily`, the
 * older package `@ccusage/codex` has `daily`.
 */
import { resolve } from 'node:path'
import { runOnce } from './run-once.ts'
import type { Command } from './rpc.ts'

/** One installation of it. */
export interface Ccusage {
  readonly name: string
  /** The report of each day of a home, as JSON, without asking the network for prices. */
  readonly command: (home: string) => Command
}

/** Reads `NAME=PATH`, PATH being the program or its script. */
export const ccusageOf = async (typed: string): Promise<Ccusage> => {
  const at = typed.indexOf('=')
  if (at < 1) throw new Error(`--ccusage takes NAME=PATH, not "${typed}"`)
  const path = resolve(typed.slice(at + 1))
  const program = path.endsWith('.js') ? [process.execPath, path] : [path]
  const { output } = await runOnce({ argv: [...program, '--help'], env: process.env })
  const words = /^ +codex /m.test(output) ? ['codex', 'daily'] : ['daily']
  return {
    name: typed.slice(0, at),
    command: (home) => ({
      argv: [...program, ...words, '--json', '--offline', '--timezone', 'UTC'],
      env: { ...process.env, CODEX_HOME: resolve(home) }
    })
  }
}

/** What it says a home has spent in all. */
export const ccusageTotal = async ({ command }: Ccusage, home: string): Promise<number> => {
  const { output } = await runOnce(command(home))
  const { totals } = JSON.parse(output) as { totals: { totalTokens: number } | null }
  return totals?.totalTokens ?? 0
}
