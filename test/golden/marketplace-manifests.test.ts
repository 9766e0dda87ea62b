// Manifests of marketplaces: what is said of each, and what is listed, is what real Codex said and listed; nothing outside of a marketplace is read.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foundMarketplaces } from '../../adapters/marketplaces/discover.ts'
import { marketplaceIn, pluginPlace } from '../../adapters/marketplaces/marketplace.ts'
import { parsedConfig } from '../../adapters/home/config.ts'
import { isForCodex } from '../../domain/marketplaces/manifest.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { eraOfVersion } from '../support/eras.ts'
import { withMarketplaces, type ToldMarketplaces } from '../support/marketplaces.ts'

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'marketplaces')

interface ToldList {
  readonly marketplaces: ReadonlyArray<{
    readonly name: string
    readonly path: string
    readonly plugins: ReadonlyArray<{
      readonly name: string
      readonly source: unknown
    }>
  }>
}

/** Names of marketplaces with their files, as a server lists them: those with a plugin that none before it has. */
const ourOrder = (root: string, directories: ReadonlyArray<string>, profile: ProfileName) => {
  const table = (name: string, folder: string) =>
    `[marketplaces.${name}]\nsource_type = "local"\nsource = "${root}/${folder}"\n`
  const config = [table('a-mk', 'zz'), table('z-mk', 'aa'), table('m-mk', 'mm')].join('\n')
  const place = {
    home: join(root, 'user/.codex'),
    userHome: join(root, 'user'),
    profile,
    config: parsedConfig(config) ?? {}
  }
  const seen = new Set<string>()
  return foundMarketplaces(place, directories).marketplaces.flatMap(({ name, path }) => {
    if (seen.has(name)) return []
    seen.add(name)
    return [[name, path.replace(root, '{{ROOT}}')]]
  })
}

describe('manifests of marketplaces, beside Codex', () => {
  for (const file of readdirSync(FIXTURES)) {
    const version = file.replace('.json', '')
    const profile = eraOfVersion(version)
    const recorded = JSON.parse(
      readFileSync(join(FIXTURES, file), 'utf8')
    ) as ReadonlyArray<ToldMarketplaces>
    const stepsOf = (name: string) => recorded.find((one) => one.name === name)?.steps ?? []

    it(`are refused in the words of ${version}, or have the same name`, () => {
      withMarketplaces('manifests', (root) => {
        const asked = stepsOf('manifests').filter(({ method }) => method === 'marketplace/add')
        const ours = asked.map(({ params }) => {
          const { source } = params as { readonly source: string }
          const read = marketplaceIn(source.replace('{{ROOT}}', root), join(root, 'user'), profile)
          return E.isRight(read) ? read.right.name : read.left.message.replaceAll(root, '{{ROOT}}')
        })
        const theirs = asked.map(({ told }) => {
          const { marketplaceName, message } = told as {
            readonly marketplaceName?: string
            readonly message?: string
          }
          return marketplaceName ?? message
        })
        expect(ours.length).to.equal(29)
        expect(ours).to.deep.equal(theirs)
      })
    })

    it(`list the plugins that ${version} lists, from the same folders, but for one behind a link that leads out`, () => {
      withMarketplaces('sources of plugins', (root) => {
        const list = stepsOf('sources of plugins')[1]?.told as ToldList
        const theirs = (list.marketplaces[0]?.plugins ?? [])
          .filter(({ name }) => name !== 'text-link-out')
          .map(({ name, source }) => ({ name, source }))
        const read = marketplaceIn(join(root, 'mk'), join(root, 'user'), profile)
        if (E.isLeft(read)) throw new Error(read.left.message)
        const ours = read.right.plugins
          .filter(({ entry }) => isForCodex(entry.policy))
          .map(({ entry, source }) => ({
            name: entry.name,
            source:
              source.type === 'local'
                ? {
                    type: 'local',
                    path: pluginPlace(read.right, source)?.replace(root, '{{ROOT}}')
                  }
                : source
          }))
        expect(ours).to.deep.equal(theirs)
      })
    })

    it(`are found in the order of ${version}`, () => {
      withMarketplaces('order', (root) => {
        const lists = stepsOf('order').filter(({ method }) => method === 'plugin/list')
        const theirs = lists.map(({ told }) =>
          (told as ToldList).marketplaces.map(({ name, path }) => [name, path])
        )
        const ours = lists.map(({ params }) => {
          const { cwds = [] } = params as { readonly cwds?: ReadonlyArray<string> }
          return ourOrder(
            root,
            cwds.map((cwd) => cwd.replace('{{ROOT}}', root)),
            profile
          )
        })
        expect(lists.length).to.equal(7)
        expect(ours).to.deep.equal(theirs)
      })
    })
  }

  it('are not read through a link that leads out, and not when they are too large', () => {
    withMarketplaces('order', (root) => {
      const said = (): string => {
        const read = marketplaceIn(join(root, 'aa'), join(root, 'user'), '0.169')
        return E.isRight(read) ? read.right.name : read.left.message.replaceAll(root, '')
      }
      const manifest = join(root, 'aa/.agents/plugins/marketplace.json')
      expect(said()).to.equal('z-mk')
      writeFileSync(manifest, ' '.repeat(1024 * 1024 + 1))
      expect(said()).to.equal(
        'invalid marketplace file `/aa/.agents/plugins/marketplace.json`: it is larger than 1048576 bytes'
      )
      rmSync(manifest)
      symlinkSync(join(root, 'mm/.agents/plugins/marketplace.json'), manifest)
      mkdirSync(join(root, 'aa/.claude-plugin'))
      expect(said()).to.equal(
        'invalid marketplace file `/aa`: marketplace root does not contain a supported manifest'
      )
    })
  })
})
