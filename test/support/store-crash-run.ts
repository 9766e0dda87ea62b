/**
 * Many trials with a kill over a store:
 *
 *     npm run crash:eventstore -- --trials 200 --seed 1 [--kind KIND] [--appends N] [--kills N]
 *
 * Prints what was found; exit code 1 when anything was lost or stands twice. With `EVENTSTORE_URL` processes are killed over that
 * server. With `EVENTSTORE_START` the trials start it themselves, and kill it `--kills` times; see docs/EVENTSTORE.md.
 */
import { parseArgs } from 'node:util'
import { removeFolder } from './fixture-home.ts'
import { spawnEventStore } from './eventstore-server/spawned.ts'
import { nodesReport } from './store-trials/nodes.ts'
import { builtProgram } from './store-trials/program.ts'
import { realServer, type RealServer } from './store-trials/real-server.ts'
import { appendTrial, pushTrial } from './store-trials/real-trials.ts'
import { KINDS, storeTrial, type Kind } from './store-trials/trials.ts'
import { serverTrial } from './store-trials/server-trial.ts'

const { trials, seed, kind, appends, kills } = parseArgs({
  options: {
    trials: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    kind: { type: 'string' },
    appends: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '50' }
  }
}).values

if (!Number.isInteger(Number(seed))) throw new Error(`${seed} is no seed`)

/** Kills of a server in one trial: appending and pushing take turns. */
const [KILLS_APPENDING, KILLS_PUSHING] = [8, 2] as const

const url = process.env['EVENTSTORE_URL']
const real = await realServer()
const program = builtProgram()
const NOTHING = { trials: 0, kills: 0, serverKills: 0, leaderKills: 0, written: 0 }
const tally = new Map<string, typeof NOTHING>()
const bad: Array<string> = []

interface Found {
  readonly name: string
  readonly kills: number
  readonly serverKills?: number
  readonly leaderKills?: number
  readonly written?: number
  readonly problems: ReadonlyArray<string>
}

const count = (
  what: string,
  { name, kills: killed, serverKills = 0, leaderKills = 0, written = 0, problems }: Found
): void => {
  const known = tally.get(what) ?? NOTHING
  tally.set(what, {
    trials: known.trials + 1,
    kills: known.kills + killed,
    serverKills: known.serverKills + serverKills,
    leaderKills: known.leaderKills + leaderKills,
    written: known.written + written
  })
  if (problems.length === 0) return
  bad.push(name)
  process.stdout.write(`${name}:\n  ${problems.join('\n  ')}\n`)
}

const killServer = async (server: RealServer): Promise<void> => {
  let left = Number(kills)
  for (let at = Number(seed); left > 0; at++) {
    const what = at % 2 === 0 ? 'appends' : 'pushes'
    const found =
      what === 'appends'
        ? await appendTrial(server, at, Math.min(left, KILLS_APPENDING))
        : await pushTrial(server, program, at, Math.min(left, KILLS_PUSHING))
    count(what, { ...found, kills: found.writerKills })
    left -= found.serverKills
    process.stderr.write(
      `${found.name}: ${found.serverKills} kills, ${found.leaderKills} of a leader, ${found.writerKills} of processes; ${left} left\n`
    )
  }
}

if (real !== null) await killServer(real)
for (let at = Number(seed); at < Number(seed) + Number(trials); at++) {
  const names = url === undefined ? [...KINDS, 'server' as const] : KINDS
  const what = (kind ?? names[at % names.length]) as Kind | 'server'
  count(
    what,
    what === 'server' ? await serverTrial(program, at) : await storeTrial(program, at, what, url)
  )
}
removeFolder(program.folder)
process.stdout.write(`seed ${seed}: ${JSON.stringify(Object.fromEntries(tally))}\n`)
if (kind === undefined) {
  const server = url === undefined ? await spawnEventStore() : null
  const { problems, ...nodes } = await nodesReport(server?.url ?? url ?? '', 2, Number(appends))
  await server?.kill()
  process.stdout.write(`two nodes: ${JSON.stringify(nodes)}\n`)
  bad.push(...problems)
  for (const text of problems) process.stdout.write(`${text}\n`)
}
await real?.stop()
process.stdout.write(bad.length === 0 ? 'nothing lost, nothing twice\n' : `${bad.length} bad\n`)
process.exitCode = bad.length === 0 ? 0 : 1
