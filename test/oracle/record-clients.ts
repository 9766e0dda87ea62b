/**
 * Records how the real Codex at a path treats clients in their own way: what an MCP server asks people, and which client attests, for
 * `test/golden/clients.test.ts`.
 *
 *   npx tsx test/oracle/record-clients.ts <path of codex>
 *
 * Writes `test/fixtures/host/<version>/clients.json`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import {
  ATTESTERS,
  ATTESTING,
  ELICITED_CLIENTS,
  takeUps,
  type RecordedClients
} from '../support/host-clients.ts'
import type { Message } from '../support/rpc-client.ts'
import { openClient, type WsClient } from '../support/ws-client.ts'
import { freshHome, versionOf } from './codex.ts'
import { listening, type Starter } from './listening.ts'

const [codex = ''] = process.argv.slice(2)
const version = versionOf(codex)
const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const ELICITATION = 'mcpServer/elicitation/request'
const ACCEPTED = { result: { action: 'accept', content: { ok: true } } }
const INPUT = [{ type: 'text', text: 'x', text_elements: [] }]

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))

const starter = (...options: ReadonlyArray<string>): Starter => ({
  name: 'codex',
  command: (home) => [
    codex,
    ['app-server', ...options.flatMap((option) => ['-c', option])],
    { ...process.env, CODEX_HOME: home, HOME: home, MOCK_KEY: 'none', RUST_LOG: 'off' }
  ]
})

/** A client that answers every question of a method in one way; null: not at all. */
const connected = async (
  address: string,
  clientInfo: { readonly name: string; readonly version: string },
  answers: Readonly<Record<string, object | null>>,
  requestAttestation = false
): Promise<WsClient & { readonly asked: () => number }> => {
  const client = await openClient(address)
  let asked = 0
  client.socket.on('message', (data: Buffer) => {
    const { id, method } = JSON.parse(data.toString('utf8')) as Message
    if (id === undefined || typeof method !== 'string') return
    const answer = answers[method]
    asked += 1
    if (answer !== undefined && answer !== null)
      client.socket.send(JSON.stringify({ id, ...answer }))
  })
  let sent = 0
  // The server counts its own questions from 0: a text is no number of theirs.
  const ask: WsClient['ask'] = async (method, params = {}) => {
    const id = `own ${(sent += 1)}`
    client.socket.send(JSON.stringify({ id, method, params }))
    return client.next((message) => message['id'] === id)
  }
  const capabilities = { experimentalApi: true, requestAttestation }
  await ask('initialize', { clientInfo, capabilities })
  return { ...client, ask, asked: () => asked }
}

/** Lets the MCP server ask; answers what it got. */
const elicited = async (client: WsClient, threadId: string): Promise<unknown> => {
  const { result, error } = await client.ask('mcpServer/tool/call', {
    ...{ threadId, server: 'asker', tool: 'ask', arguments: {} }
  })
  if (error !== undefined) throw new Error(JSON.stringify(error))
  const { content } = result as { readonly content: ReadonlyArray<{ readonly text: string }> }
  return JSON.parse(content[0]?.text ?? 'null')
}

const threadIn = ({ result }: Message): string =>
  (result as { readonly thread: { readonly id: string } }).thread.id

const elicitations = async (): Promise<Pick<RecordedClients, 'elicited' | 'takenUp'>> => {
  const home = freshHome('basic-142')
  const args = JSON.stringify([
    ...['--import', import.meta.resolve('tsx')],
    join(import.meta.dirname, 'eliciting-server.ts')
  ])
  const server = `\n[mcp_servers.asker]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ${args}\n`
  const config = join(home, 'config.toml')
  writeFileSync(config, readFileSync(config, 'utf8') + server)
  const quiet = ['request', 'stream'].map((what) => `model_providers.mock.${what}_max_retries=0`)
  // Codex itself declines for whoever is never to be asked.
  const asks = 'approval_policy="on-request"'
  const { address, stop } = await listening(starter(...quiet, asks), 'ws', home)
  const answers = { [ELICITATION]: ACCEPTED }
  const clients: Array<RecordedClients['elicited'][number]> = []
  for (const [name, its] of ELICITED_CLIENTS) {
    const client = await connected(address, { name, version: its }, answers)
    const threadId = threadIn(await client.ask('thread/start', { cwd: home }))
    const got = await elicited(client, threadId)
    clients.push([name, its, client.asked() > 0, got])
    client.socket.terminate()
  }
  const two = {
    old: await connected(address, { name: 'Xcode', version: '26.4' }, answers),
    other: await connected(address, { name: 'probe', version: '1' }, answers)
  }
  const takenUp: Array<readonly [string, boolean]> = []
  await takeUps(
    PLAIN,
    async (who, method, params) => {
      const answer = await two[who].ask(method, params)
      // Turns and reviews end by themselves: their model cannot be reached.
      if (/^(turn|review)\//.test(method)) await pause(2000)
      return answer
    },
    async (step, threadId) => {
      const got = await elicited(two.other, threadId)
      takenUp.push([step, (got as { readonly action: string }).action === 'accept'])
    }
  )
  for (const { socket } of Object.values(two)) socket.terminate()
  await stop()
  removeFolder(home)
  return { elicited: clients, takenUp }
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An account that nobody has. */
const account = (): string => {
  const auth = { chatgpt_plan_type: 'pro', chatgpt_account_id: 'a', chatgpt_user_id: 'u' }
  const claims = { email: 'a@b.invalid', exp: 4102444800, 'https://api.openai.com/auth': auth }
  const token = [{ alg: 'none' }, claims, {}].map(encoded).join('.')
  const tokens = { id_token: token, access_token: token, refresh_token: 'r', account_id: 'a' }
  const last_refresh = new Date().toISOString()
  return JSON.stringify({ auth_mode: 'chatgpt', OPENAI_API_KEY: null, tokens, last_refresh })
}

const attestations = async (): Promise<Pick<RecordedClients, 'attested' | 'asked'>> => {
  const home = temporaryFolder()
  const seen: Array<string | null> = []
  const endpoint = createServer((request, response) => {
    const header = request.headers['x-oai-attestation']
    if (/responses/.test(request.url ?? '')) seen.push(typeof header === 'string' ? header : null)
    request.resume()
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{}}')
  })
  endpoint.on('upgrade', (_, socket) => socket.end('HTTP/1.1 426 Upgrade Required\r\n\r\n'))
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`
  const lines = [`chatgpt_base_url = "${base}/b"`, `openai_base_url = "${base}/v1"`]
  writeFileSync(join(home, 'config.toml'), ['model = "gpt-5"', ...lines, ''].join('\n'))
  writeFileSync(join(home, 'auth.json'), account())
  const { address, stop } = await listening(starter(), 'ws', home)
  const client = (answer: object | null, can: boolean) =>
    connected(address, { name: 'lab', version: '1' }, { 'attestation/generate': answer }, can)
  const turn = async (at: WsClient, threadId: string): Promise<void> => {
    seen.length = 0
    await at.ask('turn/start', { threadId, input: INPUT })
    for (let waited = 0; seen.length === 0 && waited < 8000; waited += 100) await pause(100)
    await pause(1500)
  }
  const attested: Record<string, string | null> = {}
  for (const [name, answer] of Object.entries(ATTESTING)) {
    const one = await client(answer, true)
    await turn(one, threadIn(await one.ask('thread/start', { cwd: home })))
    attested[name] = seen[0] ?? null
    one.socket.terminate()
  }
  const asked: Array<RecordedClients['asked'][number]> = []
  for (const capable of ATTESTERS) {
    const all = []
    for (const can of capable) all.push(await client({ result: { token: 't' } }, can))
    // Whoever starts the thread cannot attest, and came last; the others join in reverse order.
    const starter = await client(null, false)
    const threadId = threadIn(await starter.ask('thread/start', { cwd: home }))
    await turn(starter, threadId)
    for (const one of all.toReversed()) await one.ask('thread/resume', { threadId })
    await turn(starter, threadId)
    asked.push([capable, all.map((one) => Math.min(1, one.asked()))])
    for (const one of [...all, starter]) one.socket.terminate()
  }
  await stop()
  endpoint.close()
  removeFolder(home)
  return { attested, asked }
}

const recorded: RecordedClients = { ...(await elicitations()), ...(await attestations()) }
const folder = join(FIXTURES, 'host', version)
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'clients.json'), `${JSON.stringify(recorded, null, 1)}\n`)
process.stdout.write(`${version}: ${recorded.takenUp.length} steps\n`)
process.exit(0)
