/**
 * Measures changes of the largest thread of a home beside a real Codex: load it, fork it, name it, roll a turn back. Both
 * get a copy of the home and see it warm.
 *
 *     npm run bench:changes -- --home DIR --peers DIR --peer 0.142.5 --work DIR
 *
 * Every round starts fresh processes, one after the other; a ratio is the median of the rounds' ratios. See README.md.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync, statSync } from 'node:fs'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Connection, type Command } from './measure/rpc.ts'
import { figures, verdicts } from './measure/report.ts'
import { addSample, emptyRow, type Row } from './measure/rows.ts'
import { peerServer, profileOf, UNROLL, unrollCommand } from './measure/servers.ts'
import { judgeOwn } from './measure/verdicts.ts'
import { TARGETS } from './targets.ts'
import { openedEngine } from '../test/support/engines.ts'

const { home, peers, peer, work, rounds, unroll } = parseArgs({
  options: {
    home: { type: 'string', default: '' },
    peers: { type: 'string', default: '' },
    peer: { type: 'string', default: '0.142.5' },
    work: { type: 'string', default: join(tmpdir(), 'unroll-bench-changes') },
    rounds: { type: 'string', default: '3' },
    unroll: { type: 'string', default: 'dist/unroll.cjs' }
  }
}).values

const largest = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => ({ path, size: statSync(join(folder, path)).size }))
    .sort((a, b) => b.size - a.size)[0]?.path ?? ''

const threadId = /([0-9a-f-]{36})\.jsonl$/.exec(largest(join(home, 'sessions')))?.[1] ?? ''

type Times = Readonly<Record<string, number>>

const ask = async (server: Connection, method: string, params: object): Promise<number> => {
  const { ms, error } = await server.call(method, { threadId, ...params })
  if (error !== null) throw new Error(`${method}: ${error}`)
  return ms
}

/** Every change once, on a process that was just started. */
const changes = async (command: Command, round: number): Promise<Times> => {
  const server = new Connection(command)
  await server.initialize()
  await server.call('thread/list', { limit: 1, modelProviders: [] })
  const times = {
    'resume without turns': await ask(server, 'thread/resume', { excludeTurns: true }),
    'fork without turns': await ask(server, 'thread/fork', { excludeTurns: true }),
    'name set': await ask(server, 'thread/name/set', { name: `round ${round}` }),
    'rollback, answered with every turn': await ask(server, 'thread/rollback', { numTurns: 1 })
  }
  await server.close()
  return times
}

/** What a rollback costs without the turns that the protocol answers with. */
const bareRollback = async (ours: string, index: string): Promise<number> => {
  const engine = await openedEngine({ home: ours, index, profile: '0.142' })
  await engine.listTurns(threadId, { limit: 1 })()
  const startMs = performance.now()
  const done = await engine.rollback(threadId, 1)()
  const ms = performance.now() - startMs
  await engine.close()
  if (E.isLeft(done)) throw new Error(JSON.stringify(done.left))
  return ms
}

if (threadId === '' || peers === '') {
  process.stderr.write('usage: npm run bench:changes -- --home DIR --peers DIR [--peer VERSION]\n')
  process.exit(2)
}
mkdirSync(work, { recursive: true })
const ours = join(work, 'unroll-home')
const index = join(work, 'unroll-index')
rmSync(ours, { recursive: true, force: true })
rmSync(index, { recursive: true, force: true })
cpSync(home, ours, { recursive: true, preserveTimestamps: true })
const profile = profileOf(peer)
const codex = peerServer(peer, resolve(peers), home, work)
const us = unrollCommand({ main: resolve(unroll), home: ours, index, profile }, 'app-server')
const rows = new Map<string, Row>()
const note = (name: string, mine: number, their: number): void => {
  const row = rows.get(name) ?? emptyRow('changes', name, 'ms')
  rows.set(name, row)
  addSample(row, UNROLL, mine)
  addSample(row, peer, their)
}
const ROLLBACK = 'rollback, answered with every turn'
for (let round = 0; round <= Number(rounds); round++) {
  const theirs = await changes(codex.command, round)
  const mine = await changes(us, round)
  // The first round builds what each derives from the files; a rollback is the first ever only then.
  if (round === 0) {
    note(`first ${ROLLBACK}`, mine[ROLLBACK] ?? NaN, theirs[ROLLBACK] ?? NaN)
    continue
  }
  const bare = await bareRollback(ours, index)
  const times: Times = { ...mine, 'rollback, nothing else answered': bare }
  for (const [name, ms] of Object.entries(times))
    note(name, ms, theirs[name] ?? theirs[ROLLBACK] ?? NaN)
}
const measured = [...rows.values()]
process.stdout.write(
  `${figures(measured, [peer])}\n${verdicts(judgeOwn(TARGETS, 'changes', measured))}`
)
