import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const ENTRY = join(import.meta.dirname, '..', '..', 'support', 'app-server-entry.ts')

/** The id that a server of its own process tells. */
const toldBy = async (home: string): Promise<string | undefined> => {
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, home], {
    stdio: ['pipe', 'pipe', 'ignore']
  })
  const params = { clientInfo: { name: 'test', version: '1' } }
  child.stdin.end(`${JSON.stringify({ id: 1, method: 'initialize', params })}\n`)
  const [told] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return /"installationId":"([^"]+)"/.exec(told)?.[1]
}

describe('an installation id', () => {
  it('is the same for servers that start at once, and for one that starts later', async () => {
    for (const content of [null, 'nonsense']) {
      const home = temporaryFolder()
      const path = join(home, 'installation_id')
      if (content !== null) writeFileSync(path, content)
      const told = await Promise.all(Array.from({ length: 6 }, () => toldBy(home)))
      told.push(await toldBy(home))
      expect(told).to.deep.equal(told.map(() => readFileSync(path, 'utf8')))
      expect(told[0]).to.match(/^[0-9a-f-]{36}$/)
      removeFolder(home)
    }
  })
})
