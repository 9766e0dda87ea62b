// A thread that goes on with another model than the one it was recorded with.
import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Message } from '../../support/rpc-client.ts'

const THREAD = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'

describe('resuming with another model', () => {
  let home = ''
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))

  const resumed = async (params: object): Promise<ReadonlyArray<Message>> => {
    const client = await initialized(home)
    const request = { id: 7, method: 'thread/resume', params: { threadId: THREAD, ...params } }
    const all = await client.send(JSON.stringify(request))
    await client.close()
    return all
  }

  it('tells the client first, in the words of Codex', async () => {
    const [warning, status] = await resumed({ model: 'lab-b' })
    expect([warning, status?.['method']]).to.deep.equal([
      {
        method: 'warning',
        params: {
          threadId: THREAD,
          message:
            'This session was recorded with model `lab-shell` but is resuming with `lab-b`. Consider switching back to `lab-shell` as it may affect Codex performance.'
        }
      },
      'thread/status/changed'
    ])
  })

  it('tells nothing when the model is the same', async () => {
    for (const params of [{}, { model: 'lab-shell' }])
      expect((await resumed(params)).map(({ method }) => method ?? 'response')).to.not.include(
        'warning'
      )
  })

  it('loads a thread again that nobody follows any more, and only then', async () => {
    const client = await initialized(home)
    const seen: Array<unknown> = []
    for (const params of [
      { model: 'lab-b' },
      { model: 'lab-c' },
      null,
      {},
      { model: 'lab-c' },
      null,
      { sandbox: 'read-only' },
      null,
      { approvalPolicy: 'on-request' }
    ]) {
      const method = params === null ? 'thread/unsubscribe' : 'thread/resume'
      const request = { id: 7, method, params: { threadId: THREAD, ...params } }
      const all = await client.send(JSON.stringify(request))
      if (params === null) continue
      seen.push(
        all.map(({ method: name, params: told, result }) => {
          const { status } = (told ?? {}) as { status?: { type: string } }
          const { model } = (result ?? {}) as { model?: string }
          return status?.type ?? name ?? model
        })
      )
    }
    await client.close()
    const replay = ['thread/tokenUsage/updated', 'thread/goal/cleared']
    expect(seen).to.deep.equal([
      ['warning', 'idle', 'lab-b', ...replay],
      ['lab-b', ...replay],
      ['lab-b', ...replay],
      ['lab-b', ...replay],
      ['notLoaded', 'idle', 'lab-shell', ...replay],
      ['notLoaded', 'idle', 'lab-shell', ...replay]
    ])
  })
})
