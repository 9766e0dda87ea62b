/**
 * Records what `codex doctor` says of homes that are damaged on purpose, with the databases a real Codex made for them.
 *
 *   npx tsx test/oracle/state.ts <path of the codex that makes the databases> [path of another codex whose doctor is asked]...
 *
 * Writes `test/fixtures/codex-state/VERSION.json.br`.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { DAMAGES, layHome } from '../support/codex-state.ts'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { fitOffsets, startCodex, versionOf } from './codex.ts'

const HOME = '/tmp/codex-home'
const CLEAN = '/tmp/codex-home-clean'
const CHECKS = ['state.paths', 'state.rollout_db_parity']
const DATABASES = ['state_5.sqlite', 'goals_1.sqlite']
const KINDS = ['cli', 'vscode', 'exec', 'appServer', 'subAgent', 'unknown']

/** What the doctor of a Codex says of threads and databases; it ends with 1 when it finds something. */
const doctorOf = (codex: string): object => {
  const env = { ...process.env, CODEX_HOME: HOME, RUST_LOG: 'off' }
  let text = ''
  try {
    text = execFileSync(codex, ['doctor', '--json'], { env, encoding: 'utf8', stdio: 'pipe' })
  } catch (failed) {
    text = (failed as { readonly stdout: string }).stdout
  }
  const { checks } = JSON.parse(text) as { readonly checks: Readonly<Record<string, object>> }
  return Object.fromEntries(
    CHECKS.map((name) => {
      const { durationMs: _, ...check } = checks[name] as { readonly durationMs: number }
      return [name, check]
    })
  )
}

const [writer = '', ...others] = process.argv.slice(2)
const version = versionOf(writer)
for (const folder of [HOME, CLEAN]) removeFolder(folder)
mkdirSync(HOME)
layHome(HOME, version)
fitOffsets(HOME)
const codex = await startCodex(writer, HOME)
for (const archived of [false, true])
  await codex.ask('thread/list', { limit: 100, archived, modelProviders: [], sourceKinds: KINDS })
await codex.stop()
cpSync(HOME, CLEAN, { recursive: true })

const databases = Object.fromEntries(
  DATABASES.flatMap((name) =>
    ['', '-wal'].map((end) => `${name}${end}`).filter((each) => existsSync(join(CLEAN, each)))
  ).map((name) => [name, readFileSync(join(CLEAN, name)).toString('base64')])
)
const answers: Record<string, Record<string, object>> = {}
for (const [name, damage] of Object.entries(DAMAGES)) {
  answers[name] = {}
  for (const asked of [writer, ...others]) {
    removeFolder(HOME)
    cpSync(CLEAN, HOME, { recursive: true })
    await damage(HOME)
    answers[name][versionOf(asked)] = doctorOf(asked)
  }
  console.log(name)
}
const folder = join(FIXTURES, 'codex-state')
mkdirSync(folder, { recursive: true })
const recorded = JSON.stringify({ version, home: HOME, databases, answers })
writeFileSync(join(folder, `${version}.json.br`), brotliCompressSync(recorded))
for (const each of [HOME, CLEAN]) removeFolder(each)
