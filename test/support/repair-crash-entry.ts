/**
 * Run as a child process: applies a repair plan, takes one back, or finishes what another process left, and is killed before a
 * step of it.
 *
 * usage: repair-crash-entry <home> apply|undo|recover <plan file or operation> <digest> <step>
 *
 * Prints how many steps there were when it gets to the end.
 */
import { readFileSync, writeSync } from 'node:fs'
import { homeOperations } from '../../adapters/home/operations.ts'
import { homeWriter } from '../../adapters/upkeep/repair/home-writer.ts'
import { applyRepair, takeRepairBack } from '../../adapters/upkeep/repair/repair.ts'
import { holding } from '../../replay/change/life/life.ts'
import * as E from 'fp-ts/lib/Either.js'
import { fatalSteps } from './fatal-steps.ts'

const [home = '', operation = '', named = '', digest = '', fatal = '0'] = process.argv.slice(2)

const { step, taken } = fatalSteps(Number(fatal))

const run = {
  apply: () => applyRepair(home, readFileSync(named), digest, { step }),
  undo: () => takeRepairBack(home, named, { step }),
  recover: () => {
    const parts = { homeWriter: homeWriter(home, { step }), operations: homeOperations(home) }
    return holding(parts, {}, async () => E.right(null))
  }
}[operation]

const done = await run?.()
writeSync(1, JSON.stringify({ steps: taken(), done }))
