/**
 * Lets unroll and the real Codex at a path import a short session and a long one, and starts a first turn in each thread against a model
 * that answers anything: the context of the long one is full, so Codex compacts before it asks.
 *
 *   npx tsx test/oracle/imports-compact.ts CODEX
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AddressInfo } from 'node:net'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeOperations } from '../../adapters/home/operations.ts'
import { importNamed, namedSessions } from '../../adapters/imports/import-sessions.ts'
import { CLAUDE } from '../../domain/imports/claude.ts'
import { openedEngine } from '../support/engines.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { askedCodex, startCodex, type Codex } from './codex.ts'
import { startModel } from './model.ts'

const { codex, version, era } = askedCodex('npx tsx test/oracle/imports-compact.ts CODEX')
const root = temporaryFolder()
const [userHome, work, ours, theirs] = ['user', 'work', 'ours', 'theirs'].map((name) =>
  join(root, name)
) as [string, string, string, string]
const folder = join(userHome, '.claude/projects')
const model = await startModel(0)
const { port } = model?.address() as AddressInfo

for (const each of [join(folder, 'p'), work, ours, theirs]) mkdirSync(each, { recursive: true })
for (const home of [ours, theirs])
  writeFileSync(
    join(home, 'config.toml'),
    `model = "lab"
model_provider = "mock"
model_context_window = 100000
model_auto_compact_token_limit = 20000
[model_providers.mock]
name = "Mock"
base_url = "http://127.0.0.1:${port}/v1"
env_key = "MOCK_KEY"
wire_api = "responses"
supports_websockets = false
request_max_retries = 0
stream_max_retries = 0
`
  )
const said = (type: string, content: string): string =>
  `${JSON.stringify({ type, cwd: work, message: { content }, timestamp: new Date(Date.now() - 60_000).toISOString() })}\n`
const TEXTS = { short: 'a few words', long: 'many words '.repeat(12_000) }
for (const [name, text] of Object.entries(TEXTS))
  writeFileSync(
    join(folder, 'p', `${name}.jsonl`),
    `${said('user', `${name} question`)}${said('assistant', text)}`
  )

const importHere = async (): Promise<void> => {
  const engine = await openedEngine({ home: ours, index: 'memory', profile: era })
  const done = await importNamed(
    {
      ...{ home: ours, operations: homeOperations(ours), actor: 'cli', originator: 'unroll' },
      ...{ modelProvider: 'mock', engine: () => Promise.resolve(engine), nowMs: Date.now }
    },
    era,
    namedSessions([{ source: CLAUDE, folder }], '', folder),
    { appends: true, again: false },
    () => undefined
  )
  await engine.close()
  if (E.isLeft(done)) throw new Error('the import was refused')
}

const importThere = async (real: Codex): Promise<void> => {
  const found = await real.answer('externalAgentConfig/detect', { includeHome: true })
  const { items } = found['result'] as { readonly items: ReadonlyArray<unknown> }
  await real.answer('externalAgentConfig/import', { migrationItems: items })
  await real.seen(({ method }) => method === 'externalAgentConfig/import/completed')
}

/** What the first turn of a thread writes, in order: whether it compacts before it answers. */
const written = (home: string, threadId: string): ReadonlyArray<string> => {
  const path = (readdirSync(join(home, 'sessions'), { recursive: true }) as Array<string>).find(
    (one) => one.includes(threadId)
  )
  return readFileSync(join(home, 'sessions', path ?? ''), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line.includes('"type":"compacted"')) return ['compacted']
      if (line.includes('"agent_message"') && line.includes('I am the model.')) return ['answered']
      return line.includes('EXTERNAL SESSION IMPORTED') ? ['imported'] : []
    })
}

const firstTurns = async (home: string, before: (real: Codex) => Promise<void>) => {
  const real = await startCodex(codex, home, { experimentalApi: true }, { HOME: userHome })
  await before(real)
  const listed = await real.answer('thread/list', { limit: 10, modelProviders: [] })
  const { data } = listed['result'] as {
    readonly data: ReadonlyArray<{ readonly id: string; readonly preview: string }>
  }
  const turns = new Map<string, string>()
  for (const { id: threadId, preview } of data) {
    await real.answer('thread/resume', { threadId })
    const input = [{ type: 'text', text: 'and now?', text_elements: [] }]
    await real.answer('turn/start', { threadId, input })
    await real.seen(
      ({ method, params }) =>
        method === 'turn/completed' && (params as { threadId: string }).threadId === threadId
    )
    turns.set(preview.split(' ', 1)[0] ?? '', threadId)
  }
  await real.stop()
  return Object.fromEntries(
    Object.keys(TEXTS).map((name) => [name, written(home, turns.get(name) ?? '-')])
  )
}

await importHere()
const [here, there] = [
  JSON.stringify(await firstTurns(ours, () => Promise.resolve())),
  JSON.stringify(await firstTurns(theirs, importThere))
]
const isSo =
  here === there &&
  here ===
    JSON.stringify({ short: ['imported', 'answered'], long: ['imported', 'compacted', 'answered'] })
process.stdout.write(
  isSo
    ? `${version}: the first turn of the long thread compacts first, that of the short one does not\n`
    : `${version}\n  imported here   ${here}\n  imported there  ${there}\n`
)
model?.close()
removeFolder(root)
process.exitCode = isSo ? 0 : 1
