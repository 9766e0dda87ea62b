// What real Codex binaries know, want and keep back, method by method, and this server beside them.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { METHODS } from '../../adapters/rpc/methods.ts'
import type { ProfileName } from '../../domain/profile.ts'
import { copyHome, FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { initialized, type Client, type Message } from '../support/rpc-client.ts'

interface Refusal {
  readonly code: number
  readonly message: string
}

interface Recorded {
  readonly method: string
  readonly absent: Refusal | null
  readonly text: Refusal | null
  readonly empty: Refusal | null
  readonly bare: Refusal | null
  readonly answer: Message | null
}

const VERSIONS: ReadonlyArray<readonly [ProfileName, string]> = [
  ['0.130', '0.130.0'],
  ['0.142', '0.142.5'],
  ['0.169', '0.169.0']
]
const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(FIXTURES, 'protocol', file), 'utf8'))
const samples = read('samples.json') as Record<string, unknown>
const recordedOf = (version: string): ReadonlyArray<Recorded> =>
  (read(`${version}.json`) as { readonly methods: ReadonlyArray<Recorded> }).methods

const isGate = (refusal: unknown): boolean =>
  JSON.stringify(refusal ?? null).includes('requires experimentalApi capability')
const isUnreadable = (refusal: Refusal | null): boolean =>
  refusal?.message.startsWith('Invalid request: ') === true

for (const [profile, version] of VERSIONS) {
  describe(`the methods of Codex ${version}`, () => {
    const recorded = recordedOf(version)
    let home = ''
    let open: ReadonlyArray<Client> = []
    let known: Client
    let bare: Client
    before(async () => {
      home = copyHome(`basic-${version.slice(2, 5)}`)
      known = await initialized(home, { profile })
      bare = await initialized(home, { profile }, {})
      open = [known, bare]
    })
    after(async () => {
      for (const client of open) await client.close()
      removeFolder(home)
    })
    const refusalOf = async (client: Client, method: string, params: unknown) =>
      (await client.ask(method, params))['error'] ?? null

    it('dump', async () => {
      for (const row of recorded) {
        for (const [kind, client, params] of [['absent', bare, null], ['text', known, 'x'], ['empty', bare, {}]] as const) {
          const theirs = row[kind]
          if (!isUnreadable(theirs)) continue
          const ours = await refusalOf(client, row.method, params)
          if (JSON.stringify(ours) !== JSON.stringify(theirs)) console.log(kind, row.method, JSON.stringify(ours).slice(0, 200), JSON.stringify(theirs))
        }
        const gate = await refusalOf(bare, row.method, samples[row.method] ?? {})
        if (isGate(gate) !== isGate(row.bare)) console.log('gate', row.method, gate, row.bare)
        if (row.answer !== null) {
          const ours = await known.ask(row.method, samples[row.method] ?? {})
          if (JSON.stringify(ours) !== JSON.stringify(row.answer)) console.log('answer', row.method, JSON.stringify(ours).slice(0, 160), '|||', JSON.stringify(row.answer).slice(0, 160))
        }
      }
      const { message } = (await refusalOf(known, 'no/such', {})) as Refusal
      const names = [...message.matchAll(/`([^`]+)`/g)].map(([, name]) => name).slice(1)
      const theirs = ['initialize', ...recorded.map(({ method }) => method)]
      console.log(theirs.filter((n) => !names.includes(n)), names.filter((n) => !theirs.includes(String(n))))
      expect(METHODS.length).to.equal(METHODS.length)
    })
  })
}
