/**
 * Records what a real Codex 0.169 answers about items and filtered lists, for tests that have no Codex.
 *
 *   npx tsx test/oracle/record-items.ts <path of codex>
 *
 * Writes `test/fixtures/items-169/{items,lists}.json`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import {
  ITEM_LINES,
  ITEM_QUESTIONS,
  LEGACY_LINES,
  LIST_FILTERS,
  LISTED_HOME
} from '../support/item-requests.ts'
import { emptyHome, idOf, linesOf, rolloutPath, THREAD, writeRollout } from '../support/rollouts.ts'
import { freshHome, startCodex, type Codex } from './codex.ts'

const [codex = ''] = process.argv.slice(2)

const save = (name: string, steps: ReadonlyArray<object>): void =>
  writeFileSync(
    join(FIXTURES, 'items-169', `${name}.json`),
    `[\n${steps.map((step) => JSON.stringify(step)).join(',\n')}\n]\n`
  )

const withCodex = async (home: string, use: (server: Codex) => Promise<void>): Promise<void> => {
  const server = await startCodex(codex, home)
  try {
    await use(server)
  } finally {
    await server.stop()
    removeFolder(home)
  }
}

/** 0.169 shows a thread that was never resumed as empty. */
const resume = (server: Codex, threadId: string) =>
  server.answer('thread/resume', { threadId, excludeTurns: true })

const made = emptyHome()
const listed = freshHome(LISTED_HOME)
writeFileSync(join(made, 'config.toml'), readFileSync(join(listed, 'config.toml')))
writeRollout(rolloutPath(made, THREAD), linesOf(ITEM_LINES))
writeRollout(rolloutPath(made, idOf(2), 1), linesOf(LEGACY_LINES))

await withCodex(made, async (server) => {
  await resume(server, THREAD)
  const steps = []
  for (const { method, params } of ITEM_QUESTIONS)
    steps.push({ method, params, response: await server.answer(method, params) })
  save('items', steps)
})

await withCodex(listed, async (server) => {
  const every = await server.answer('thread/list', { sourceKinds: ['cli', 'subAgent'] })
  const { data } = every['result'] as { readonly data: ReadonlyArray<{ readonly id: string }> }
  for (const { id } of data) await resume(server, id)
  const steps = []
  for (const params of LIST_FILTERS) {
    const { result, error } = await server.answer('thread/list', params)
    const page = result as { data: ReadonlyArray<{ id: string }>; nextCursor: string | null }
    const ids = { ids: page?.data.map(({ id }) => id), nextCursor: page?.nextCursor }
    steps.push({ params, response: error === undefined ? ids : { error } })
  }
  save('lists', steps)
})
