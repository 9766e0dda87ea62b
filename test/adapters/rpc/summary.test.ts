// `getConversationSummary` by path: only rollouts of this home are ever read.
import { expect } from 'chai'
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

const ROLLOUT =
  'sessions/2026/11/21/rollout-2026-11-21T06-46-29-01a1fcdb-413a-7b00-a3c9-e149f48223b9.jsonl'

describe('a summary by path', () => {
  let home = ''
  let away = ''
  const open: Array<Client> = []
  beforeEach(() => {
    home = copyHome('basic-130')
    away = temporaryFolder()
  })
  afterEach(async () => {
    for (const client of open.splice(0)) await client.close()
    removeFolder(home)
    removeFolder(away)
  })

  const refusal = async (
    rolloutPath: string,
    profile: '0.130' | '0.142' = '0.142'
  ): Promise<unknown> => {
    const client = await initialized(home, { profile })
    open.push(client)
    return (await client.ask('getConversationSummary', { rolloutPath }))['error']
  }
  const stranger = (path: string) => ({
    code: -32600,
    message: `failed to resolve rollout path \`${path}\`: not a rollout of this home`
  })

  it('is refused for a rollout outside of the home, however the path leads there', async () => {
    const outside = join(away, ROLLOUT.slice(ROLLOUT.lastIndexOf('/') + 1))
    copyFileSync(join(home, ROLLOUT), outside)
    expect(await refusal(outside)).to.deep.equal(stranger(outside))
    const link = join(home, 'sessions', 'link')
    symlinkSync(away, link)
    const through = join(link, outside.slice(away.length + 1))
    expect(await refusal(through)).to.deep.equal(stranger(through))
  })

  it('is refused for a file of the home that is no rollout', async () => {
    expect(await refusal('config.toml')).to.deep.equal(stranger(join(home, 'config.toml')))
    mkdirSync(join(home, 'sessions', 'notes'))
    writeFileSync(join(home, 'sessions', 'notes', 'x.jsonl'), '{}\n')
    expect(await refusal('sessions/notes/x.jsonl')).to.deep.equal(
      stranger(join(home, 'sessions/notes/x.jsonl'))
    )
  })

  it('is given through a link to the home', async () => {
    const link = join(away, 'home')
    symlinkSync(home, link)
    expect(await refusal(join(link, ROLLOUT))).to.equal(undefined)
  })

  it('is refused for a directory, in the words of each era', async () => {
    expect(await refusal('sessions')).to.deep.equal({
      code: -32600,
      message: `failed to resolve rollout path \`${join(home, 'sessions')}\`: path is a directory`
    })
    expect(await refusal('sessions', '0.130')).to.deep.equal({
      code: -32603,
      message: `failed to load conversation summary from sessions: thread-store internal error: failed to read thread ${join(home, 'sessions')}: Is a directory (os error 21)`
    })
  })
})
