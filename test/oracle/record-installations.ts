/**
 * Records what the real Codex at a path makes of files `installation_id`, and which id it tells, for
 * `test/golden/installations.test.ts`.
 *
 *   npx tsx test/oracle/record-installations.ts <path of codex>
 *
 * Writes `test/fixtures/host/<version>/installations.json`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { INSTALLATIONS, installedAt } from '../support/installations.ts'
import { versionOf } from './codex.ts'

const [codex = ''] = process.argv.slice(2)
const version = versionOf(codex)

/** The id that is told right after the handshake; null for none, undefined where the process ended instead. */
const toldBy = async (home: string): Promise<string | null | undefined> => {
  const child = spawn(codex, ['app-server'], {
    env: { ...process.env, CODEX_HOME: home, HOME: home, RUST_LOG: 'off' },
    stdio: ['pipe', 'pipe', 'ignore']
  })
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'exit')
  const params = { clientInfo: { name: 'lab', version: '1' } }
  child.stdin.write(`${JSON.stringify({ id: 1, method: 'initialize', params })}\n`)
  let told: string | null | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const { method, params: state } = JSON.parse(line) as {
      readonly method?: string
      readonly params?: { readonly installationId?: string }
    }
    if (method !== 'remoteControl/status/changed') continue
    told = state?.installationId ?? null
    child.stdin.end()
  }
  await ended
  return told
}

const rows: Record<string, unknown> = {}
for (const [name, lay] of Object.entries(INSTALLATIONS)) {
  const home = temporaryFolder()
  lay(join(home, 'installation_id'))
  const told = await toldBy(home)
  rows[name] = { ...installedAt(home, told ?? null), ended: told === undefined }
  removeFolder(home)
}
const folder = join(FIXTURES, 'host', version)
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'installations.json'), `${JSON.stringify(rows, null, 1)}\n`)
process.stdout.write(`${version}: ${Object.keys(rows).length} files\n`)
