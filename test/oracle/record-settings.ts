/**
 * Records which settings of turns a real Codex reads, for tests that have no Codex.
 *
 *   npx tsx test/oracle/record-settings.ts <path of codex> <era>
 *
 * Each variant stands before the first message of a thread that names no turns, so that the turn's id tells whether the
 * line counted. Writes the names of those that did not to `test/fixtures/turn-context/<era>.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { emptyHome, idOf, linesOf, rolloutPath, writeRollout } from '../support/rollouts.ts'
import { settingsLines, TURN_CONTEXTS } from '../support/turn-contexts.ts'
import { startCodex } from './codex.ts'

const [codex = '', era = ''] = process.argv.slice(2)

const home = emptyHome()
writeFileSync(join(home, 'config.toml'), '[analytics]\nenabled = false\n')
TURN_CONTEXTS.forEach(([, payload], number) =>
  writeRollout(rolloutPath(home, idOf(number)), linesOf(settingsLines(idOf(number), payload)))
)

const server = await startCodex(codex, home)
const skipped: Array<string> = []
for (const [number, [name]] of TURN_CONTEXTS.entries()) {
  const { result } = await server.answer('thread/read', {
    threadId: idOf(number),
    includeTurns: true
  })
  const { thread } = result as {
    readonly thread: { readonly turns: ReadonlyArray<{ id: string }> }
  }
  if (thread.turns[0]?.id === 'rollout-1') skipped.push(name)
  else if (thread.turns[0]?.id !== 'rollout-2') throw new Error(`${name}: no such turn`)
}
await server.stop()
removeFolder(home)

const folder = join(FIXTURES, 'turn-context')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, `${era}.json`), `${JSON.stringify(skipped, null, 1)}\n`)
