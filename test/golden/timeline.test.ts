// Timelines beside those of the real Codex 0.169.0, page by page, in strict mode.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { initialized, type Message } from '../support/rpc-client.ts'

interface Recording {
  readonly steps: ReadonlyArray<{
    readonly request: { readonly method: string; readonly params: unknown }
    readonly response: Message
  }>
}

const FOLDER = join(FIXTURES, 'timeline')

describe('the timeline of a thread', () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
    const name = file.slice(0, -'.json'.length)
    it(`is that of Codex 0.169.0 for ${name}`, async () => {
      const home = copyHome(name)
      const client = await initialized(home, { profile: '0.169' })
      try {
        for (const { request, response } of (readJson(join(FOLDER, file)) as Recording).steps) {
          const answered = await client.ask(request.method, request.params)
          expect({ request, answered }).to.deep.equal({ request, answered: response })
        }
      } finally {
        await client.close()
        removeFolder(home)
      }
    })
  }

  it('refuses what is no cursor, and a cursor of another thread', async () => {
    const home = copyHome('failures-169')
    const client = await initialized(home, { profile: '0.169' })
    const threadId = '01a1fd05-ad8e-7633-9f85-8d70b20f5e8f'
    const other = { threadId: 'x', position: 1, kind: 0, id: 'y' }
    try {
      const ask = async (cursor: string) =>
        (await client.ask('thread/timeline/list', { threadId, cursor }))['error']
      expect(await ask('garbage')).to.deep.equal({
        code: -32600,
        message: 'invalid thread timeline cursor'
      })
      expect(await ask(JSON.stringify(other))).to.deep.equal({
        code: -32600,
        message: 'thread timeline cursor belongs to another thread'
      })
    } finally {
      await client.close()
      removeFolder(home)
    }
  })
})
