/**
 * Many trials with a kill over a store:
 *
 *     npm run crash:eventstore -- --trials 200 --seed 1
 *
 * Prints what was found; exit code 1 when anything was lost or stands twice.
 */
import { parseArgs } from 'node:util'
import { removeFolder } from './fixture-home.ts'
import { spawnEventStore } from './eventstore-server/spawned.ts'
import { nodesReport } from './store-trials/nodes.ts'
import { builtProgram } from './store-trials/program.ts'
import { KINDS, storeTrial, type Kind } from './store-trials/trials.ts'
import { serverTrial } from './store-trials/server-trial.ts'

const { trials, seed, kind, appends } = parseArgs({
  options: {
    trials: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kind: { type: 'string' },
    appends: { type: 'string', default: '1000' }
  }
}).values

const program = builtProgram()
const tally = new Map<string, { trials: number; kills: number }>()
const bad: Array<string> = []
const count = (name: string, kills: number): void => {
  const known = tally.get(name) ?? { trials: 0, kills: 0 }
  tally.set(name, { trials: known.trials + 1, kills: known.kills + kills })
}
for (let at = Number(seed); at < Number(seed) + Number(trials); at++) {
  const names = [...KINDS, 'server'] as const
  const what = (kind ?? names[at % names.length]) as Kind | 'server'
  const trial =
    what === 'server' ? await serverTrial(program, at) : await storeTrial(program, at, what)
  count(what, trial.kills)
  if (trial.problems.length === 0) continue
  bad.push(trial.name)
  process.stdout.write(`${trial.name}:\n  ${trial.problems.join('\n  ')}\n`)
}
removeFolder(program.folder)
process.stdout.write(`seed ${seed}: ${JSON.stringify(Object.fromEntries(tally))}\n`)
if (kind === undefined) {
  const server = await spawnEventStore()
  const { problems, ...nodes } = await nodesReport(server.url, 2, Number(appends))
  await server.kill()
  process.stdout.write(`two nodes: ${JSON.stringify(nodes)}\n`)
  bad.push(...problems)
  for (const text of problems) process.stdout.write(`${text}\n`)
}
process.stdout.write(bad.length === 0 ? 'nothing lost, nothing twice\n' : `${bad.length} bad\n`)
process.exitCode = bad.length === 0 ? 0 : 1
