// externalAgentConfig/* over settings: the wire tells what recorded Codex told, an import twice changes nothing, and undo takes it back.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { eraOfVersion } from '../../support/eras.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { right } from '../../support/engines.ts'
import { changedFiles, comparableImport, ordered } from '../../support/imported-settings.ts'
import type { ImportedSettings } from '../../support/imported-settings.ts'
import { madeSettings } from '../../support/made-settings.ts'
import { planted, plantedRoot, rootless } from '../../support/planted-settings.ts'
import { clientOf, serverOf, shaken, type Message } from '../../support/rpc-client.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'imported-settings')

const recorded = (version: string, from: string): ReadonlyArray<ImportedSettings> =>
  JSON.parse(
    readFileSync(join(FIXTURES, version, `${from}.json`), 'utf8')
  ) as ReadonlyArray<ImportedSettings>

interface Results {
  readonly itemTypeResults?: ReadonlyArray<{
    readonly itemType: string
    readonly successes: ReadonlyArray<{ cwd: string | null; source: string; target: string }>
  }>
}

const toldIn = (message: Message): ImportedSettings['told'] =>
  ordered(
    ((message['params'] as Results).itemTypeResults ?? []).flatMap(({ itemType, successes }) =>
      successes.map(({ cwd, source, target }) => ({ itemType, cwd, source, target }))
    )
  )

const served = async (root: string, profile: ProfileName) => {
  const home = join(root, 'user/.codex')
  const options = {
    profile,
    strict: true,
    powers: ['import' as const],
    userHome: join(root, 'user')
  }
  const server = serverOf(home, options)
  const client = await shaken(clientOf(server))
  const completed = () =>
    client.received.filter(({ method }) => method === 'externalAgentConfig/import/completed')
  /** Imports, and waits for the end of it. */
  const imported = async (params: object): Promise<Message> => {
    const before = completed().length
    await client.ask('externalAgentConfig/import', params)
    while (completed().length === before) await new Promise((resolve) => setImmediate(resolve))
    return completed().at(-1) ?? {}
  }
  return { server, client, imported }
}

describe('settings of other agents over the wire', () => {
  for (const [version, from] of [
    ['0.142.5', 'claude'],
    ['0.169.0', 'claude'],
    ['0.169.0', 'cursor']
  ] as const)
    it(`are told and written as ${version} does (${from}), once, and undone`, async () => {
      const profile = eraOfVersion(version)
      const source = from === 'cursor' ? { migrationSource: 'cursor' } : {}
      for (const wanted of recorded(version, from)
        .filter(({ items }) => items.length > 2)
        .slice(0, 2)) {
        const root = plantedRoot(madeSettings(wanted.seed))
        const before = planted(root)
        const { server, client, imported } = await served(root, profile)
        try {
          const asked = { includeHome: true, cwds: [join(root, 'work/repo/sub')], ...source }
          const answer = await client.ask('externalAgentConfig/detect', asked)
          const { items } = answer['result'] as Pick<ImportedSettings, 'items'>
          const told = toldIn(await imported({ migrationItems: items, ...source }))
          const files = changedFiles(before, planted(root))
          const { seed } = wanted
          const ours = rootless(root, { seed, isRefused: false, items, told, files })
          expect(comparableImport(ours)).to.deep.equal(comparableImport(wanted))

          const after = planted(root)
          expect(toldIn(await imported({ migrationItems: items, ...source }))).to.deep.equal([])
          expect(planted(root)).to.deep.equal(after)

          const engine = await server.server.engine
          const operations = await right(engine.operations({ limit: 100 }))
          const done = operations.filter(({ began }) => began.operation === 'import-settings')
          expect(done.map(({ state }) => state)).to.deep.equal(items.map(() => 'done'))
          for (const { began } of done) await right(engine.undo(began.id))
          expect(planted(root)).to.deep.equal(before)
        } finally {
          await client.close()
          removeFolder(root)
        }
      }
    })

  it('are refused as a whole where a file is broken, with the reason', async () => {
    const root = plantedRoot([{ path: 'user/.claude/settings.json', text: '[]' }])
    const { client } = await served(root, '0.169')
    try {
      expect(await client.ask('externalAgentConfig/detect', { includeHome: true })).to.deep.equal({
        error: { code: -32603, message: 'external agent settings root must be an object' }
      })
    } finally {
      await client.close()
      removeFolder(root)
    }
  })
})
