// skills/list over the wire: recorded answers, directories as clients name them, and no answer without the power.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { eraOfVersion } from '../../support/eras.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import {
  askedIn,
  comparableSkills,
  expandedSkills,
  type RecordedSkills,
  type ToldDirectory
} from '../../support/listed-skills.ts'
import { madeSkills } from '../../support/made-skills.ts'
import { plantedRoot } from '../../support/planted-settings.ts'
import { clientOf, serverOf, shaken } from '../../support/rpc-client.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures', 'skills')

const served = async (
  root: string,
  profile: ProfileName,
  powers: ReadonlyArray<'skills'> = ['skills']
) => {
  const options = { profile, strict: true, powers, userHome: join(root, 'user') }
  const server = serverOf(join(root, 'user/.codex'), options)
  return { server, client: await shaken(clientOf(server)) }
}

describe('skills over the wire', () => {
  for (const version of ['0.130.0', '0.142.5', '0.169.0'])
    it(`are those that ${version} tells, forced or not`, async () => {
      const [, recorded] = JSON.parse(
        readFileSync(join(FIXTURES, `${version}.json`), 'utf8')
      ) as ReadonlyArray<RecordedSkills>
      if (recorded === undefined) throw new Error('nothing was recorded')
      const root = plantedRoot(madeSkills(recorded.seed))
      const profile = eraOfVersion(version)
      const { server, client } = await served(root, profile)
      for (const more of [{}, { forceReload: true }, { forceReload: null }]) {
        const { result } = await client.ask('skills/list', { cwds: askedIn(root), ...more })
        const { data } = result as { readonly data: ReadonlyArray<ToldDirectory> }
        expect(comparableSkills(root, recorded.seed, data)).to.deep.equal(expandedSkills(recorded))
      }
      await server.close()
      removeFolder(root)
    })

  it('are told for directories as they were named, and for that of the server without any', async () => {
    const root = plantedRoot([
      { path: 'work/repo/.agents/skills/a/SKILL.md', text: '---\ndescription: d\n---\n' }
    ])
    const { server, client } = await served(root, '0.169')
    const named = relative(process.cwd(), join(root, 'work/repo'))
    const { result } = await client.ask('skills/list', { cwds: [named] })
    expect(result).to.deep.equal({
      data: [
        {
          cwd: named,
          skills: [
            {
              name: 'a',
              description: 'd',
              path: join(root, 'work/repo/.agents/skills/a/SKILL.md'),
              scope: 'repo',
              enabled: true,
              pluginId: null
            }
          ],
          errors: []
        }
      ]
    })
    for (const params of [{}, { cwds: [] }, { cwds: null }]) {
      const { result: own } = await client.ask('skills/list', params)
      const { data } = own as { readonly data: ReadonlyArray<ToldDirectory> }
      expect(data.map(({ cwd }) => cwd)).to.deep.equal([process.cwd()])
    }
    await server.close()
    removeFolder(root)
  })

  it('are fresh when a file changed since the last list', async () => {
    const text = (description: string): string => `---\ndescription: ${description}\n---\n`
    const path = 'user/.agents/skills/a/SKILL.md'
    const root = plantedRoot([{ path, text: text('before') }])
    const { server, client } = await served(root, '0.142')
    const described = async (): Promise<unknown> => {
      const { result } = await client.ask('skills/list', { cwds: [root] })
      const { data } = result as { readonly data: ReadonlyArray<ToldDirectory> }
      return data[0]?.skills.map(
        (skill) => (skill as unknown as { description: string }).description
      )
    }
    expect(await described()).to.deep.equal(['before'])
    writeFileSync(join(root, path), text('behind'))
    expect(await described()).to.deep.equal(['behind'])
    await server.close()
    removeFolder(root)
  })

  it('are also those of folders that a client sets, of which every client hears before the answer', async () => {
    const text = '---\ndescription: d\n---\n'
    const root = plantedRoot(['x', 'y'].map((name) => ({ path: `${name}/${name}/SKILL.md`, text })))
    const { server, client } = await served(root, '0.142')
    const other = await shaken(clientOf(server))
    const set = async (params: object) => {
      const before = client.received.length
      const { result, error } = await client.ask('skills/extraRoots/set', params)
      const told = client.received.slice(before).map(({ method }) => method)
      const listed = await client.ask('skills/list', { cwds: [root] })
      const { data } = listed['result'] as { readonly data: ReadonlyArray<ToldDirectory> }
      const names = data[0]?.skills.map((skill) => (skill as unknown as { name: string }).name)
      return { result, error, told, names }
    }
    const refused = (why: string) => ({ code: -32600, message: `Invalid request: ${why}` })
    const relativePath = refused('AbsolutePathBuf deserialized without a base path')
    // What 0.142.5 and 0.169.0 answer, and what they list then.
    const rows: ReadonlyArray<readonly [object, object | null, ReadonlyArray<string>]> = [
      [{ extraRoots: [join(root, 'x')] }, null, ['x']],
      [{ extraRoots: [join(root, 'x')] }, null, ['x']],
      [{ extraRoots: ['y', 'y', 'none'].map((name) => join(root, name)) }, null, ['y']],
      [{ extraRoots: ['relative'] }, relativePath, ['y']],
      [{ extraRoots: [] }, null, []],
      [{}, refused('missing field `extraRoots`'), []],
      [{ extraRoots: null }, refused('invalid type: null, expected a sequence'), []],
      [{ extraRoots: ['~/x'] }, relativePath, []]
    ]
    for (const [params, error, names] of rows)
      expect(await set(params)).to.deep.equal(
        error === null
          ? { result: {}, error: undefined, told: ['skills/changed', undefined], names }
          : { result: undefined, error, told: [undefined], names }
      )
    const heard = other.received.filter(({ method }) => method === 'skills/changed')
    expect(heard.map(({ params }) => params)).to.deep.equal([{}, {}, {}, {}])
    await server.close()
    removeFolder(root)
  })

  it('are refused where the server was not given the power', async () => {
    const root = plantedRoot([])
    const { server, client } = await served(root, '0.169', [])
    const { error } = await client.ask('skills/list', {})
    expect(error).to.deep.equal({
      code: -32600,
      message: 'skills/list needs the power "skills", and this server was not given it'
    })
    await server.close()
    removeFolder(root)
  })
})
