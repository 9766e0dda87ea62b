// Manifests of plugins in marketplaces: what is shown of each is what real Codex shows, and what stands in for a missing one is what it writes.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMarketplace } from '../../domain/marketplaces/manifest.ts'
import { manifestOfEntry, readPluginFile } from '../../domain/marketplaces/plugin-file.ts'
import { eraOfVersion } from '../support/eras.ts'
import { withMarketplaces, type ToldMarketplaces } from '../support/marketplaces.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'marketplaces')

interface ToldPlugin {
  readonly name: string
  readonly keywords: ReadonlyArray<string>
  readonly interface: {
    readonly displayName: string | null
    readonly defaultPrompt: unknown
  } | null
}

describe('manifests of plugins in marketplaces, beside Codex', () => {
  for (const file of readdirSync(FIXTURES)) {
    const version = file.replace('.json', '')
    const profile = eraOfVersion(version)
    const recorded = JSON.parse(
      readFileSync(join(FIXTURES, file), 'utf8')
    ) as ReadonlyArray<ToldMarketplaces>
    const stepsOf = (name: string) => recorded.find((one) => one.name === name)?.steps ?? []

    it(`are shown as in ${version}`, () => {
      withMarketplaces('manifests of plugins', (root) => {
        const { marketplaces } = stepsOf('manifests of plugins')[1]?.told as {
          readonly marketplaces: ReadonlyArray<{ readonly plugins: ReadonlyArray<ToldPlugin> }>
        }
        const theirs = (marketplaces[0]?.plugins ?? []).map((plugin) => ({
          name: plugin.name,
          keywords: plugin.keywords,
          displayName: plugin.interface?.displayName ?? null,
          defaultPrompt: plugin.interface?.defaultPrompt ?? null
        }))
        const ours = theirs.map(({ name }) => {
          const text = readFileSync(join(root, 'mk', name, '.codex-plugin/plugin.json'), 'utf8')
          const read = readPluginFile(text, profile)
          const shown = 'problem' in read ? null : read.value
          return {
            name,
            keywords: shown?.keywords ?? [],
            displayName: shown?.face?.displayName ?? null,
            defaultPrompt: shown?.face?.defaultPrompt ?? null
          }
        })
        expect(ours.length).to.be.above(40)
        expect(ours).to.deep.equal(theirs)
      })
    })

    it(`are made of entries as ${version} writes them`, () => {
      withMarketplaces('plugins without manifests', (root) => {
        const pattern = /^plugins\/cache\/b-mk\/([^/]+)\/[^/]+\/\.codex-plugin\/plugin\.json (".*)$/
        const written = new Map(
          stepsOf('plugins without manifests').flatMap(({ files = [] }) =>
            files.flatMap((line) => {
              const [, name = '', text = ''] = pattern.exec(line) ?? []
              return name === '' || name === 'full'
                ? []
                : [[name, JSON.parse(text) as string] as const]
            })
          )
        )
        const read = readMarketplace(
          readFileSync(join(root, 'mk/.agents/plugins/marketplace.json'), 'utf8')
        )
        if ('problem' in read) throw new Error(read.problem)
        const ours = new Map(
          read.value.plugins.flatMap((entry) =>
            written.has(entry.name) ? [[entry.name, manifestOfEntry(entry, profile)] as const] : []
          )
        )
        expect(written.size > 20).to.equal(profile !== '0.130')
        expect(Object.fromEntries(ours)).to.deep.equal(Object.fromEntries(written))
      })
    })
  }
})
