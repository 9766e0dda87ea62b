import { expect } from 'chai'
import { buildSync } from 'esbuild'
import * as E from 'fp-ts/lib/Either.js'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { installationId } from '../../../adapters/home/installation-id.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const SUPPORT = join(import.meta.dirname, '..', '..', 'support')
const ENTRY = join(SUPPORT, 'app-server-entry.ts')
const UUID = /^[0-9a-f-]{36}$/
/** Somebody whom the system lets read a home and not change it. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65534 } : {}

/** The id that a server of its own process tells, and what it says to people. */
const served = async (home: string, options = {}) => {
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, home], options)
  const params = { clientInfo: { name: 'test', version: '1' } }
  child.stdin.end(`${JSON.stringify({ id: 1, method: 'initialize', params })}\n`)
  const [told, said] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit')
  ])
  return { id: /"installationId":"([^"]+)"/.exec(told)?.[1], said }
}

describe('an installation id', () => {
  it('is the same for servers that start at once, and for one that starts later', async () => {
    for (const content of [null, 'nonsense']) {
      const home = temporaryFolder()
      const path = join(home, 'installation_id')
      if (content !== null) writeFileSync(path, content)
      const told = await Promise.all(Array.from({ length: 6 }, () => served(home)))
      told.push(await served(home))
      const ids = told.map(({ id }) => id)
      expect(ids).to.deep.equal(ids.map(() => readFileSync(path, 'utf8')))
      expect(ids[0]).to.match(UUID)
      removeFolder(home)
    }
  })

  it('is one of the process in a home that cannot be changed, which stderr says', async () => {
    const home = temporaryFolder()
    chmodSync(home, 0o555)
    const { id, said } = await served(home, NOBODY)
    expect(id).to.match(UUID)
    expect(said.split('\n').filter((line) => line.includes('installation id'))).to.have.length(1)
    expect(said).to.match(/no installation id is kept: EACCES.*; clients get one of this process/)
    expect(readdirSync(home)).to.deep.equal([])
    chmodSync(home, 0o755)
    removeFolder(home)
  })

  it('is whole after a kill at any step of making it, and the next start leaves nothing else', async () => {
    const script = join(temporaryFolder(), 'installation-entry.mjs')
    buildSync({
      ...{ entryPoints: [join(SUPPORT, 'installation-entry.ts')], outfile: script },
      ...{ bundle: true, platform: 'node', format: 'esm' }
    })
    const seen = new Set<string>()
    for (const content of [null, 'nonsense'])
      for (let step = 1; ; step += 1) {
        const home = temporaryFolder()
        const path = join(home, 'installation_id')
        if (content !== null) writeFileSync(path, content)
        const { signal, stderr } = spawnSync(process.execPath, [script, home, String(step)], {
          encoding: 'utf8'
        })
        expect(stderr).to.equal('')
        const there = existsSync(path) ? readFileSync(path, 'utf8') : null
        const isMade = there !== content
        if (isMade) expect(there).to.match(UUID)
        const left = readdirSync(home).filter((name) => name.endsWith('.tmp')).length
        seen.add(`${content} ${isMade ? 'made' : 'not made'}, ${left} left`)
        const id = await installationId(home)
        expect(E.toUnion(id)).to.match(UUID)
        if (isMade) expect(E.toUnion(id)).to.equal(there)
        expect(readdirSync(home).filter((name) => name !== '.unroll')).to.deep.equal([
          'installation_id'
        ])
        removeFolder(home)
        if (signal === null) break
      }
    expect([...seen].toSorted()).to.deep.equal([
      'nonsense made, 0 left',
      'nonsense not made, 0 left',
      'nonsense not made, 1 left',
      'null made, 0 left',
      'null made, 1 left',
      'null not made, 1 left'
    ])
    removeFolder(join(script, '..'))
  })
})
