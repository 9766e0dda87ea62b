import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { METHODS } from '../../../adapters/rpc/methods/methods.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { FIXTURES, copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client, type Message } from '../../support/rpc-client.ts'

// What real Codex binaries know, want and keep back, method by method, and this server beside them.

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

interface GatedMember {
  readonly method: string
  readonly params: unknown
  readonly refused: string
}

const VERSIONS: ReadonlyArray<readonly [ProfileName, string]> = [
  ['0.130', '0.130.0'],
  ['0.142', '0.142.5'],
  ['0.169', '0.169.0']
]

/** Answered otherwise than by Codex, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'skills/list': 'Codex brings skills of its own',
  'model/list': 'there is no model',
  'experimentalFeature/list': 'Codex lists its own switches',
  'permissionProfile/list': 'nothing runs that could be permitted',
  'collaborationMode/list': 'there is no model to work with',
  'threadSection/list': 'Codex has a section for pinned threads, here nothing can be pinned',
  'config/read': 'only what sessions begin with is told',
  'server/diagnostics': 'other process, other figures'
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(FIXTURES, 'protocol', file), 'utf8'))
const samples = read('samples.json') as Record<string, unknown>
const fields = read('fields.json') as Record<string, ReadonlyArray<GatedMember>>
const recordedOf = (version: string): ReadonlyArray<Recorded> =>
  (read(`${version}.json`) as { readonly methods: ReadonlyArray<Recorded> }).methods

const isGate = (refusal: Refusal | null): boolean =>
  refusal?.message.endsWith('requires experimentalApi capability') === true
const isUnreadable = (refusal: Refusal | null): boolean =>
  refusal?.message.startsWith('Invalid request: ') === true
/** Codex tells why the executor added before could not be reached; `test/golden/environments.test.ts` compares it. */
const CONNECTS = 'environment/info'

const standingOf = (method: string) => METHODS.find(({ name }) => name === method)?.standing

/** Without what belongs to one machine or run. */
const settled = (message: unknown, home: string, directory: string): unknown =>
  JSON.parse(
    JSON.stringify(message)
      .replaceAll(home, '{{CODEX_HOME}}')
      .replaceAll(`"cwd":"${directory}"`, '"cwd":"."')
      .replace(/"installationId":"[^"]+"/, '"installationId":"."')
      .replace(/"serverName":"[^"]+"/, '"serverName":"."')
  ) as unknown

for (const [profile, version] of VERSIONS) {
  describe(`the methods of Codex ${version}`, () => {
    const recorded = recordedOf(version)
    let home = ''
    let known: Client
    let bare: Client
    before(async () => {
      home = copyHome(`basic-${version.slice(2, 5)}`)
      known = await initialized(home, { profile, powers: ['skills'] })
      bare = await initialized(home, { profile }, {})
    })
    after(async () => {
      await known.close()
      await bare.close()
      removeFolder(home)
    })
    const refusalOf = async (
      client: Client,
      method: string,
      params: unknown
    ): Promise<Refusal | null> =>
      ((await client.ask(method, params))['error'] as Refusal | undefined) ?? null

    it('are told in the same order to a client that asks for another', async () => {
      const names = ['initialize', ...recorded.map(({ method }) => `\`${method}\``)]
      const message = `unknown variant \`no/such\`, expected one of \`${names.join(', ')}`
      expect(await refusalOf(known, 'no/such', {})).to.deep.equal({
        code: -32600,
        message: `Invalid request: ${message.replace('`initialize,', '`initialize`,')}`
      })
    })

    it('want the same parameters', async () => {
      const ours: Array<unknown> = []
      const theirs: Array<unknown> = []
      for (const row of recorded) {
        const { method } = row
        for (const [client, params, refusal] of [
          [bare, null, row.absent],
          [known, 'x', row.text],
          [bare, {}, row.empty]
        ] as const) {
          if (!isUnreadable(refusal)) continue
          theirs.push([method, params, refusal])
          ours.push([method, params, await refusalOf(client, method, params)])
        }
      }
      expect(ours).to.deep.equal(theirs)
      expect(ours.length).to.be.greaterThan(250)
    })

    it('are behind the experimental API where Codex has them', async () => {
      const ours: Array<unknown> = []
      const theirs: Array<unknown> = []
      for (const { method, bare: refusal } of recorded) {
        const asked = await refusalOf(bare, method, samples[method])
        theirs.push([method, isGate(refusal) ? refusal : null])
        ours.push([method, isGate(asked) ? asked : null])
      }
      expect(ours).to.deep.equal(theirs)
    })

    it('keep back the same members of their parameters', async () => {
      const rows = fields[version] ?? []
      const ours: Array<unknown> = []
      for (const { method, params } of rows)
        ours.push((await refusalOf(bare, method, params))?.message)
      expect(ours).to.deep.equal(
        rows.map(({ refused }) => `${refused} requires experimentalApi capability`)
      )
      expect(ours.length).to.be.greaterThan(15)
    })

    it('are answered alike, or refused because an agent would be needed', async () => {
      const ours: Array<unknown> = []
      const theirs: Array<unknown> = []
      for (const { method, answer } of recorded) {
        if (answer === null) continue
        if ('result' in answer && standingOf(method) === 'served') continue
        if (method === CONNECTS) continue
        const asked = await known.ask(method, samples[method])
        if (standingOf(method) === 'refused') {
          expect(asked, method).to.have.property('error')
          continue
        }
        if (method in OTHERWISE) {
          expect(asked, method).to.have.property('result')
          continue
        }
        theirs.push([method, settled(answer, '{{CODEX_HOME}}', '/tmp')])
        ours.push([method, settled(asked, home, process.cwd())])
      }
      expect(ours).to.deep.equal(theirs)
      expect(ours.length).to.be.greaterThan(25)
    })
  })
}
