/**
 * What the real Codex answered about environments: this server does the same, but that it connects to no executor. Recorded by
 * `test/oracle/record-host.ts`.
 */
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProfileName } from '../../domain/log/profile.ts'
import { playEnvironments } from '../support/environment-questions.ts'
import { FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { configuredHome } from '../support/host-questions.ts'
import { initialized } from '../support/rpc-client.ts'

const FOLDER = join(FIXTURES, 'host')

interface Told {
  readonly method: string
  readonly result?: {
    readonly status?: string
    readonly error?: string
    readonly shell?: { readonly name: string; readonly path: string }
    readonly cwd?: string
  }
  readonly error?: { readonly code: number; readonly message: string }
}

const UNCONNECTED = 'this server connects to no executor'
const ATTEMPT = /exec-server connection attempt failed: .*/

/** The same without what Codex says of the connection that it tried, and without the machine it ran on. */
const comparable = (told: Told): Told => {
  const { result, error } = told
  if (result?.status === 'disconnected')
    return { ...told, result: { status: 'unknown', error: UNCONNECTED } }
  if (error !== undefined)
    return { ...told, error: { ...error, message: error.message.replace(ATTEMPT, UNCONNECTED) } }
  if (result?.shell === undefined) return told
  const { shell, cwd = '' } = result
  const isWhole = shell.name === basename(shell.path) && fileURLToPath(cwd) !== ''
  return {
    ...told,
    result: isWhole ? { ...result, shell: { name: '', path: '' }, cwd: '' } : result
  }
}

for (const version of readdirSync(FOLDER)) {
  const profile = version.split('.').slice(0, 2).join('.') as ProfileName
  it(`environments are taken, refused and shown as ${version} does`, async () => {
    const theirs = readJson(join(FOLDER, version, 'environments.json')) as ReadonlyArray<Told>
    const home = configuredHome('')
    const client = await initialized(home, { profile })
    const ours = await playEnvironments(async (method, params) => {
      const from = client.received.length
      await client.ask(method, params)
      return client.received.slice(from)
    })
    await client.close()
    removeFolder(home)
    expect(theirs).to.have.length(ours.length)
    for (const [at, one] of theirs.entries())
      expect(comparable(ours[at] as Told), `${at} ${one.method}`).to.deep.equal(comparable(one))
  })
}
