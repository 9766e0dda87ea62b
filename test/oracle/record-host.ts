/**
 * Records what the real Codex at a path answers about providers of models, the sandbox of Windows, device keys and environments, for
 * `test/golden/host-facts.test.ts`.
 *
 *   npx tsx test/oracle/record-host.ts <path of codex>
 *
 * Writes `providers.json`, `setups.json` and `environments.json` of `test/fixtures/host/<version>`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import {
  configuredHome,
  PROVIDER_CONFIGS,
  PROVIDER_QUESTIONS,
  SETUP_QUESTIONS
} from '../support/host-questions.ts'
import { playEnvironments } from '../support/environment-questions.ts'
import { startCodex, versionOf } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
const version = versionOf(codex)
const folder = join(FIXTURES, 'host', version)
mkdirSync(folder, { recursive: true })

const providers: Record<string, Record<string, unknown>> = {}
for (const [name, config] of Object.entries(PROVIDER_CONFIGS)) {
  const home = configuredHome(config)
  const real = await startCodex(codex, home, { experimentalApi: true }, { HOME: home })
  providers[name] = {}
  for (const method of PROVIDER_QUESTIONS)
    providers[name][method] = JSON.parse(
      JSON.stringify(await real.answer(method, {})).replaceAll(home, '{{CODEX_HOME}}')
    )
  await real.stop()
  removeFolder(home)
}
writeFileSync(join(folder, 'providers.json'), `${JSON.stringify(providers, null, 1)}\n`)

const home = configuredHome('')
const real = await startCodex(codex, home, { experimentalApi: true }, { HOME: home })
const setups: Array<unknown> = []
for (const [method, params] of SETUP_QUESTIONS) {
  const told = await real.ask(method, params ?? undefined)
  setups.push(
    told
      .filter((message) => 'id' in message || message['method'] === 'windowsSandbox/setupCompleted')
      .map(({ id: _, emittedAtMs: __, ...message }) => message)
  )
}
await real.stop()
removeFolder(home)
writeFileSync(join(folder, 'setups.json'), `${JSON.stringify(setups, null, 1)}\n`)
const quiet = configuredHome(
  `model_provider = "mock"
[model_providers.mock]
name = "Mock"
base_url = "http://127.0.0.1:1/v1"
request_max_retries = 0
stream_max_retries = 0
`
)
const asked = await startCodex(codex, quiet, { experimentalApi: true }, { HOME: quiet })
const environments = await playEnvironments(asked.ask)
await asked.stop()
removeFolder(quiet)
writeFileSync(join(folder, 'environments.json'), `${JSON.stringify(environments, null, 1)}\n`)
process.stdout.write(`${version}: ${Object.keys(providers).length} configurations\n`)
