/**
 * Lets unroll import made sessions, and asks the real Codex at a path about every thread: it lists, reads and resumes all of them, and
 * finds nothing left to import. Then the other way round: what Codex imported, unroll does not import again.
 *
 *   npx tsx test/oracle/imports-open.ts CODEX [COUNT]
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeOperations } from '../../adapters/home/operations.ts'
import { detectSessions } from '../../adapters/imports/detect.ts'
import { importNamed, namedSessions } from '../../adapters/imports/import-sessions.ts'
import { CLAUDE } from '../../domain/imports/claude.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { importedLines } from '../support/imported-lines.ts'
import { madeSession } from '../support/made-sessions.ts'
import { openedEngine } from '../support/engines.ts'
import { askedCodex, startCodex } from './codex.ts'

const { codex, version, era, rest } = askedCodex(
  'npx tsx test/oracle/imports-open.ts CODEX [COUNT]'
)
const [count = '50'] = rest
const root = temporaryFolder()
const [userHome, home, other, work] = ['user', 'codex', 'other', 'work'].map((name) =>
  join(root, name)
) as [string, string, string, string]
const folder = join(userHome, '.claude/projects')
for (const each of [join(folder, 'p'), home, other, work]) mkdirSync(each, { recursive: true })
const untilMs = Date.now() - 3600_000
const contexts = new Map<string, number>()
const texts = Array.from({ length: Number(count) }, (_, i) => {
  const text = `${madeSession(90_000 + i, work, untilMs).join('\n')}\n`
  writeFileSync(join(folder, 'p', `s${i}.jsonl`), text)
  return text
})

type Answered = Readonly<Record<string, unknown>>
const problems: Array<string> = []
const expectThat = (isSo: boolean, what: string): void => {
  if (!isSo) problems.push(what)
}

const leftAt = async (codexHome: string): Promise<number> => {
  const found = await detectSessions({
    ...{ home: codexHome, folder, source: CLAUDE, era },
    ...{ max: 1000, days: 30, nowMs: Date.now() }
  })
  return E.isRight(found) ? found.right.sessions.filter(({ title }) => title !== null).length : -1
}

/** What unroll imports into a home; answers the threads by their sources. */
const importHere = async (): Promise<ReadonlyMap<string, string>> => {
  const engine = await openedEngine({ home, index: 'memory', profile: era })
  const done = await importNamed(
    {
      ...{ home, operations: homeOperations(home), actor: 'cli', originator: 'unroll' },
      ...{ modelProvider: 'openai', engine: () => Promise.resolve(engine), nowMs: Date.now }
    },
    era,
    namedSessions([{ source: CLAUDE, folder }], '', folder),
    { appends: true, again: false },
    () => undefined
  )
  await engine.close()
  if (E.isLeft(done)) throw new Error('the import was refused')
  return new Map(
    done.right.flatMap(({ threadId, path }) => (threadId === null ? [] : [[threadId, path]]))
  )
}

const made = await importHere()
const real = await startCodex(codex, home, { experimentalApi: true }, { HOME: userHome })
const listed = await real.answer('thread/list', { limit: 200 })
const data = (listed['result'] as { readonly data: ReadonlyArray<Answered> }).data
expectThat(data.length === made.size, `${data.length} of ${made.size} threads are listed`)
for (const [threadId, path] of made) {
  const text = texts[Number(/s(\d+)\.jsonl$/.exec(path)?.[1])] ?? ''
  const { lines } = importedLines(text, CLAUDE, era)
  const turns = lines.filter((line) => line.includes('"task_started"')).length
  const total = Number(/"total_tokens":(\d+)/.exec(lines.at(-2) ?? '')?.[1])
  const read = await real.answer('thread/read', { threadId, includeTurns: true })
  const thread = (read['result'] as { readonly thread?: Answered } | undefined)?.thread
  const shown = (thread?.['turns'] as ReadonlyArray<unknown> | undefined)?.length
  expectThat(shown === turns, `${threadId}: ${String(shown)} of ${turns} turns are read`)
  const told = await real.ask('thread/resume', { threadId })
  expectThat(
    told.some(({ result }) => result !== undefined),
    `${threadId} is not resumed`
  )
  const usage = JSON.stringify(told.filter(({ method }) => method === 'thread/tokenUsage/updated'))
  contexts.set(threadId, total)
  expectThat(
    usage.includes(`"totalTokens":${total}`) || total === 0,
    `${threadId}: ${total} tokens are not told`
  )
}
const again = await real.answer('externalAgentConfig/detect', { includeHome: true })
const items = (again['result'] as { readonly items: ReadonlyArray<unknown> }).items
const leftover = (JSON.stringify(items).match(/"title":"/g) ?? []).length
expectThat(leftover === 0, `Codex would import ${leftover} again`)
await real.stop()

const peer = await startCodex(codex, other, { experimentalApi: true }, { HOME: userHome })
const completed = new Set<unknown>()
for (let rounds = 0; rounds < 20; rounds++) {
  const found = await peer.answer('externalAgentConfig/detect', { includeHome: true })
  const sessions = (found['result'] as { readonly items: ReadonlyArray<Answered> }).items
  if ((JSON.stringify(sessions).match(/"title":"/g) ?? []).length === 0) break
  const wanted = completed.size + 1
  await peer.answer('externalAgentConfig/import', { migrationItems: sessions })
  await peer.seen((message) => {
    if (message['method'] === 'externalAgentConfig/import/completed') completed.add(message)
    return completed.size === wanted
  })
}
await peer.stop()
const left = await leftAt(other)
expectThat(left === 0, `unroll would import ${left} again`)
expectThat((await leftAt(home)) === 0, 'unroll would import its own again')
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.stdout.write(
  `${version}: ${made.size} threads listed, read and resumed; ${problems.length} problems\n`
)
removeFolder(root)
process.exitCode = problems.length === 0 ? 0 : 1
