/**
 * Records what a Codex keeps in its databases alone: goals that are set outside of a turn, and a name whose line in
 * `session_index.jsonl` is lost.
 *
 *   npx tsx test/oracle/goals.ts <path of the codex>
 *
 * Writes `test/fixtures/codex-state/goals-VERSION.json.br`: the databases, and what another process of the same Codex answers
 * to `thread/goal/get`, and calls a thread.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { layHome, type RecordedGoals } from '../support/codex-state.ts'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { fitOffsets, startCodex, versionOf } from './codex.ts'

const HOME = '/tmp/codex-home'
const GOALS = [
  { objective: 'Count the lamps' },
  { objective: 'Paint the fence — blue', status: 'paused', tokenBudget: 5000 }
]

const [path = ''] = process.argv.slice(2)
const version = versionOf(path)
removeFolder(HOME)
mkdirSync(HOME)
layHome(HOME, version)
fitOffsets(HOME)

const writer = await startCodex(path, HOME)
const list = await writer.answer('thread/list', { limit: 10, modelProviders: [] })
const { data } = list['result'] as { readonly data: ReadonlyArray<{ readonly id: string }> }
const ids = data.map(({ id }) => id)
for (const [at, goal] of GOALS.entries()) {
  const threadId = ids[at] ?? ''
  await writer.ask('thread/resume', { threadId })
  await writer.ask('thread/goal/set', { threadId, ...goal })
}
await writer.answer('thread/name/set', { threadId: ids[1], name: 'Lamps & fences' })
await writer.stop()
rmSync(join(HOME, 'session_index.jsonl'))

const reader = await startCodex(path, HOME)
const answers: Record<string, unknown> = {}
for (const threadId of ids.slice(0, 3))
  answers[threadId] = (await reader.answer('thread/goal/get', { threadId }))['result']
const read = await reader.answer('thread/read', { threadId: ids[1] })
const { thread } = read['result'] as { readonly thread: { readonly name: string } }
const named = { [thread.name]: ids[1] ?? '' }
await reader.stop()

const databases = Object.fromEntries(
  ['state_5.sqlite', 'state_5.sqlite-wal', 'goals_1.sqlite', 'goals_1.sqlite-wal']
    .filter((name) => existsSync(join(HOME, name)))
    .map((name) => [name, readFileSync(join(HOME, name)).toString('base64')])
)
const recorded: RecordedGoals = { version, databases, answers, named }
const file = join(FIXTURES, 'codex-state', `goals-${version}.json.br`)
writeFileSync(file, brotliCompressSync(JSON.stringify(recorded)))
console.log(JSON.stringify({ answers, named }, null, 1))
removeFolder(HOME)
