/**
 * Records what a real Codex finds, for tests that have no Codex.
 *
 *   npx tsx test/oracle/record-search.ts <path of codex>
 *
 * Writes `test/fixtures/search/<version>.json`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import {
  OCCURRENCE_HOMES,
  OCCURRENCE_QUESTIONS,
  QUESTIONS,
  searchHome,
  type Question
} from '../support/search-home.ts'
import type { Message } from '../support/rpc-client.ts'
import { freshHome, startCodex, versionOf, type Codex } from './codex.ts'

interface Step extends Question {
  readonly response: Message
}

const asked = async (server: Codex, home: string, questions: ReadonlyArray<Question>) => {
  const steps: Array<Step> = []
  for (const { method, params } of questions)
    steps.push({ method, params, response: await server.answer(method, params) })
  return JSON.parse(JSON.stringify(steps).replaceAll(home, '{{CODEX_HOME}}')) as unknown
}

/** Codex searches only threads its database knows, and it knows those that were resumed. */
const occurrences = async (codex: string, name: string) => {
  const home = freshHome(name)
  const server = await startCodex(codex, home)
  const list = await server.answer('thread/list', { limit: 3, modelProviders: [] })
  const { data } = list['result'] as { readonly data: ReadonlyArray<{ readonly id: string }> }
  const questions: Array<Question> = []
  for (const { id: threadId } of data) {
    await server.answer('thread/resume', { threadId, excludeTurns: true })
    for (const params of OCCURRENCE_QUESTIONS)
      questions.push({ method: 'thread/searchOccurrences', params: { threadId, ...params } })
  }
  const steps = await asked(server, home, questions)
  await server.stop()
  removeFolder(home)
  return { home: name, steps }
}

const [codex = ''] = process.argv.slice(2)
const version = versionOf(codex)
const home = searchHome()
const server = await startCodex(codex, home)
const threads = await asked(server, home, QUESTIONS)
await server.stop()
removeFolder(home)
const found = []
if (version === '0.169.0')
  for (const name of OCCURRENCE_HOMES) found.push(await occurrences(codex, name))
const folder = join(FIXTURES, 'search')
mkdirSync(folder, { recursive: true })
writeFileSync(
  join(folder, `${version}.json`),
  `${JSON.stringify({ threads, occurrences: found })}\n`
)
