// Requests that a client takes back.
import { expect } from 'chai'
import { rolloutsOf } from '../../support/cut-home.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

describe('requests that a client takes back', () => {
  let home = ''
  let client: Client
  let threadId = ''
  const serve = async (strict: boolean): Promise<void> => {
    home = copyHome('basic-142')
    client = await initialized(home, { strict, profile: '0.142' })
    threadId = rolloutsOf(home)[0]?.threadId ?? ''
  }
  afterEach(async () => {
    await client.close()
    removeFolder(home)
  })
  const line = (message: object): string => JSON.stringify(message)
  const cancel = (id: unknown): string => line({ method: 'unroll/request/cancel', params: { id } })

  it('are answered at once with −32800, and others go on', async () => {
    await serve(false)
    const at = { revision: 5 }
    const answers = await client.send(
      line({ id: 71, method: 'unroll/thread/outline', params: { threadId, from: 0, at } }),
      line({ id: 'b', method: 'unroll/thread/graph', params: { threadId } }),
      line({ id: 72, method: 'unroll/turns/range', params: { threadId, count: 1 } }),
      cancel(71),
      cancel('b'),
      cancel('nothing'),
      line({ method: 'unroll/request/cancel' })
    )
    const byId = new Map(answers.map((answer) => [answer['id'], answer]))
    const error = { code: -32800, message: 'request cancelled' }
    expect(byId.get(71)).to.deep.equal({ error, id: 71 })
    expect(byId.get('b')).to.deep.equal({ error, id: 'b' })
    expect(byId.get(72)).to.have.property('result')
    const again = await client.ask('unroll/thread/outline', { threadId, from: 0, at })
    expect(again).to.have.property('result')
  })

  it('are done to the end where they change something', async () => {
    await serve(false)
    const answers = await client.send(
      line({ id: 1, method: 'thread/name/set', params: { threadId, name: 'kept' } }),
      cancel(1)
    )
    expect(answers.find(({ id }) => id === 1)).to.have.property('result')
  })

  it('are not known to a strict server', async () => {
    await serve(true)
    const read = { id: 1, method: 'thread/turns/list', params: { threadId, limit: 1 } }
    const answers = await client.send(line(read), cancel(1))
    expect(answers.find(({ id }) => id === 1)).to.have.property('result')
  })
})
