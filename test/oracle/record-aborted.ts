/**
 * Records how the real Codex 0.169 makes turns of legacy lines when turns are cut short, under their own name, another one or none.
 *
 *   npx tsx test/oracle/record-aborted.ts CODEX
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { aboutAborted, ABORTED, writeAborted, type Aborted } from '../support/aborted-turns.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { random } from '../support/random.ts'
import { startCodex } from './codex.ts'

const COUNT = 300

const event = (type: string, members: object): object => ({
  type: 'event_msg',
  payload: { type, ...members }
})

/** A random thread, of few kinds of lines and few names of turns. */
const linesOf = (seed: number): ReadonlyArray<object> => {
  const next = random(seed)
  const below = (count: number): number => Math.floor(next() * count)
  const name = (): string => ['a', 'b', 'other'][below(3)] ?? 'a'
  const ending = (): object => ({
    ...(below(3) === 0 ? { completed_at: 1 + below(9) } : {}),
    ...(below(6) === 0 ? { error: { message: `broken ${below(9)}` } } : {})
  })
  const named = (): object => (below(3) === 0 ? {} : { turn_id: name() })
  const review = (): object => (below(3) === 0 ? {} : { turn_id: name(), item_id: 'mark' })
  const kinds: ReadonlyArray<(at: number) => object> = [
    () => event('task_started', { turn_id: name() }),
    () => event('task_complete', { turn_id: name(), ...ending() }),
    () => event('turn_aborted', { reason: 'interrupted', ...named(), ...ending() }),
    () => event('turn_aborted', { reason: 'interrupted', ...named(), ...ending() }),
    (at) => event('user_message', { message: `asked ${at}` }),
    (at) => event('agent_message', { message: `answered ${at}` }),
    () => event('thread_rolled_back', { num_turns: 1 + below(2) }),
    () => event('web_search_end', { call_id: name(), query: 'q', action: { type: 'search' } }),
    () => ({ type: 'compacted', payload: { message: 'short' } }),
    () => event('entered_review_mode', { target: { type: 'uncommittedChanges' }, ...review() }),
    () => event('exited_review_mode', review())
  ]
  return Array.from({ length: 4 + below(10) }, (_, at) => kinds[below(kinds.length)]?.(at) ?? {})
}

const [binary = ''] = process.argv.slice(2)
const home = temporaryFolder()
const threads = Array.from({ length: COUNT }, (_, seed) => linesOf(seed + 1))
writeAborted(home, threads)
const codex = await startCodex(binary, home)
try {
  const recorded: Array<Aborted> = []
  for (const [at, lines] of threads.entries()) {
    const { method, params } = aboutAborted(at)
    recorded.push({ lines, turns: (await codex.answer(method, params))['result'] })
  }
  mkdirSync(join(ABORTED, '..'), { recursive: true })
  writeFileSync(ABORTED, brotliCompressSync(JSON.stringify(recorded)))
} finally {
  await codex.stop()
  removeFolder(home)
}
