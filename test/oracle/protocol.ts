/**
 * Asks a real Codex which methods it knows, what it wants of their parameters, which of them it keeps behind the experimental
 * API, and what it answers; writes that down for `test/adapters/rpc/protocol.test.ts`.
 *
 *   npm run oracle:protocol -- <path of codex>
 *
 * What `fields.json` says of single members is checked too. The requests are those of `test/fixtures/protocol/samples.json`. What would start, write or send something is asked
 * without the experimental API only, or not at all.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import type { Message } from '../support/rpc-client.ts'
import { freshHome, startCodex, versionOf } from './codex.ts'

/** Methods that do something when their parameters are right. */
const ACTS =
  /^(initialize|fs\/|command\/exec$|feedback|account\/(log|gcp)|marketplace\/add|process\/spawn|plugin\/install$|config\/(value|batch)|windowsSandbox\/setup|externalAgentConfig\/import$|thread\/(start|fork|resume))/

/** Those of them that are refused without the experimental API, whatever their parameters. */
const KEPT_BACK = /^(process\/spawn|account\/gcp)/

/** Answers that are long, different each time, or Codex's own texts: only that there was one is written down. */
const OPAQUE =
  /^(model\/list|skills\/list|config\/read|experimentalFeature\/list|server\/diagnostics|thread\/realtime\/listVoices|permissionProfile\/list|collaborationMode\/list|modelProvider|externalAgentConfig)/

const [codex = ''] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npm run oracle:protocol -- <path of codex>\n')
  process.exit(2)
}
const version = versionOf(codex)
const folder = join(FIXTURES, 'protocol')
const samples = JSON.parse(readFileSync(join(folder, 'samples.json'), 'utf8')) as Record<
  string,
  unknown
>
const home = freshHome(`basic-${version.slice(2, 5)}`)
const bareHome = freshHome(`basic-${version.slice(2, 5)}`)
const known = await startCodex(codex, home)
const bare = await startCodex(codex, bareHome, {})

const errorOf = (message: Message): unknown => message['error'] ?? null
const scrubbed = (message: Message): Message =>
  JSON.parse(
    JSON.stringify(message)
      .replaceAll(home, '{{CODEX_HOME}}')
      .replaceAll(bareHome, '{{CODEX_HOME}}')
  ) as Message

const unknown = (await known.answer('no/such', {}))['error'] as { readonly message: string }
const methods = [...unknown.message.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '').slice(1)
const rows: Array<string> = []
for (const method of methods) {
  if (method === 'initialize') continue
  const sample = samples[method] ?? {}
  const recorded = {
    method,
    absent: errorOf(await bare.answer(method, null)),
    text: errorOf(await known.answer(method, 'x')),
    empty: errorOf(await bare.answer(method, {})),
    bare:
      ACTS.test(method) && !KEPT_BACK.test(method)
        ? null
        : errorOf(await bare.answer(method, sample)),
    answer: ACTS.test(method) ? null : scrubbed(await known.answer(method, sample))
  }
  const { answer } = recorded
  const shown =
    answer !== null && 'result' in answer && OPAQUE.test(method) ? { result: 'opaque' } : answer
  rows.push(JSON.stringify({ ...recorded, answer: shown }))
}
const fields = JSON.parse(readFileSync(join(folder, 'fields.json'), 'utf8')) as Record<
  string,
  ReadonlyArray<{ readonly method: string; readonly params: unknown; readonly refused: string }>
>
for (const { method, params, refused } of fields[version] ?? []) {
  const answered = JSON.stringify(errorOf(await bare.answer(method, params)))
  if (!answered.includes(`${refused} requires experimentalApi capability`))
    process.stdout.write(`fields.json is wrong about ${refused}: ${answered}\n`)
}
await Promise.all([known.stop(), bare.stop()])
;[home, bareHome].forEach(removeFolder)
const text = `{"version":${JSON.stringify(version)},"methods":[\n${rows.join(',\n')}\n]}\n`
writeFileSync(join(folder, `${version}.json`), text)
process.stdout.write(`${version}: ${rows.length} methods\n`)
