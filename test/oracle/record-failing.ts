/**
 * Records what a real Codex tells of turns whose model refuses everything, for tests that have no Codex.
 *
 *   npx tsx test/oracle/record-failing.ts <path of codex>
 *
 * Writes `test/fixtures/failing-turns/<version>.json`.
 */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { comparable, failingRequests } from '../support/failing-turns.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import type { Message } from '../support/rpc-client.ts'
import { startCodex, versionOf } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
const version = versionOf(codex)
const model = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(request.method === 'POST' ? 400 : 404).end('{}'))
}).listen(0, '127.0.0.1')
await once(model, 'listening')
const home = temporaryFolder()
writeFileSync(
  join(home, 'config.toml'),
  `model = "lab-a"
model_provider = "mock"
[analytics]
enabled = false
[features]
shell_snapshot = false
[model_providers.mock]
name = "Mock"
base_url = "http://127.0.0.1:${String((model.address() as AddressInfo).port)}/v1"
env_key = "MOCK_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`
)
const server = await startCodex(codex, home)
const started = await server.answer('thread/start', { cwd: tmpdir() })
const { thread } = started['result'] as { readonly thread: { readonly id: string } }
/** All that comes of a request, to the end of its turn: a busy machine may be silent before. */
const toldOf = async (method: string, params: unknown): Promise<ReadonlyArray<Message>> => {
  const told = [...(await server.ask(method, params))]
  while (!told.some((message) => message['method'] === 'turn/completed')) {
    const more = await server.ask('thread/loaded/list', {})
    told.push(...more.filter((message) => 'method' in message))
  }
  return told
}

const turns = []
for (const [method, params] of failingRequests(thread.id))
  turns.push({ method, messages: comparable(method, await toldOf(method, params)) })
await server.stop()
model.close()
removeFolder(home)
const folder = join(FIXTURES, 'failing-turns')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, `${version}.json`), `${JSON.stringify(turns, null, 1)}\n`)
