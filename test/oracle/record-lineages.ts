/**
 * Records what the real 0.169 finds in threads that continue in several files, when its database has seen every file: only the
 * newest file of a thread is read into it, so the files come one by one, in the order in which they were made, and each is loaded.
 * Written to `test/fixtures/search-lineages` for `test/golden/search-lineages.test.ts`.
 *
 *   npx tsx test/oracle/record-lineages.ts <path of codex>
 */
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { LINEAGE_HOMES, placesFound } from '../support/lineage-search.ts'
import { freshHome, startCodex } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npx tsx test/oracle/record-lineages.ts <path of codex>\n')
  process.exit(2)
}
const threadOf = (path: string): string => /T\d\d-\d\d-\d\d-([0-9a-f-]{36})/.exec(path)?.[1] ?? ''

for (const name of LINEAGE_HOMES) {
  const home = freshHome(name)
  const files = (readdirSync(join(home, 'sessions'), { recursive: true }) as Array<string>)
    .filter((path) => path.endsWith('.jsonl'))
    .sort((a, b) => (a.slice(-42) < b.slice(-42) ? -1 : 1))
    .map((path) => join(home, 'sessions', path))
  for (const path of files) renameSync(path, `${path}.away`)
  for (const path of files) {
    renameSync(`${path}.away`, path)
    for (const file of readdirSync(home).filter((one) => one.startsWith('state_5')))
      rmSync(join(home, file))
    const loading = await startCodex(codex, home)
    await loading.answer('thread/list', { limit: 100, modelProviders: [] })
    await loading.ask('thread/resume', { threadId: threadOf(path), excludeTurns: true })
    await loading.stop()
  }
  const threadIds = [...new Set(files.map(threadOf))]
  const real = await startCodex(codex, home)
  const found = await placesFound(real.answer, threadIds)
  await real.stop()
  removeFolder(home)
  const rows = found.map((places) => JSON.stringify(places)).join(',\n')
  const text = `{"threadIds":${JSON.stringify(threadIds)},"found":[\n${rows}\n]}\n`
  writeFileSync(join(FIXTURES, 'search-lineages', `${name}.json`), text)
  process.stdout.write(`${name}: ${found.length} answers\n`)
}
