/**
 * Records what a real Codex reads after changes of unroll, for tests that have no Codex.
 *
 *   npx tsx test/oracle/record.ts <path of codex>
 *
 * Writes `test/fixtures/agree/<version>.json.br`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import {
  changed,
  comparable,
  readWhole,
  RECORDED,
  subjectsOf,
  type Recording
} from '../support/agreement.ts'
import { CHANGES } from '../support/changes.ts'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { freshHome, startCodex, versionOf } from './codex.ts'
import { projectOlderFiles, segmentsOf } from './segments.ts'

const record = async (codex: string, version: string, name: string, change: string) => {
  const home = freshHome(name)
  try {
    const make = CHANGES[change]
    if (make === undefined) throw new Error(`no change is called ${change}`)
    const subjects = await subjectsOf(home, false)
    const { touched } = await changed(home, version, make, subjects)
    if (version === '0.169.0')
      await projectOlderFiles(codex, home, await segmentsOf(home, version, touched))
    const server = await startCodex(codex, home)
    const answers = []
    for (const threadId of touched) {
      if (version === '0.169.0')
        await server.answer('thread/resume', { threadId, excludeTurns: true })
      const question = readWhole(threadId)
      const response = await server.answer(question.method, question.params)
      answers.push({ ...question, response })
    }
    await server.stop()
    return { home: name, change, answers: comparable(name, home, answers) }
  } finally {
    removeFolder(home)
  }
}

const [codex = ''] = process.argv.slice(2)
const version = versionOf(codex)
const all: Array<Recording> = []
for (const [reader, home, changes] of RECORDED)
  if (reader === version)
    for (const change of changes) all.push(await record(codex, version, home, change))
const folder = join(FIXTURES, 'agree')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, `${version}.json.br`), brotliCompressSync(JSON.stringify(all)))
