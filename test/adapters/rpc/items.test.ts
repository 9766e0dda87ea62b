// Pages of items, which these eras of Codex only name. Expected items come from the recorded full
// turns of the same thread.
import { expect } from 'chai'
import { join } from 'node:path'
import { copyHome, FIXTURES, readJson, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

interface Turn {
  readonly id: string
  readonly items: ReadonlyArray<{ readonly id: string }>
}

describe('pages of items', () => {
  const recording = readJson(
    join(FIXTURES, 'homes', 'basic-142', 'golden', 'turns-list.plain.json')
  )
  const [{ request, response }] = recording.steps
  const threadId: string = request.params.threadId
  const turns: ReadonlyArray<Turn> = response.result.data
  const items = turns.flatMap((turn) => turn.items.map((item) => ({ turnId: turn.id, item })))
  let home = ''
  let client: Client
  before(async () => {
    home = copyHome('basic-142')
    client = await initialized(home, { strict: false })
  })
  after(async () => {
    await client.close()
    removeFolder(home)
  })

  const walk = async (method: string, params: object): Promise<ReadonlyArray<unknown>> => {
    const all: Array<unknown> = []
    let cursor: string | null = null
    do {
      const answer = await client.ask(method, { ...params, cursor, limit: 1 })
      const page = answer['result'] as { data: ReadonlyArray<unknown>; nextCursor: string | null }
      all.push(...page.data)
      cursor = page.nextCursor
    } while (cursor !== null)
    return all
  }

  it('walk a whole thread in both directions', async () => {
    expect(request.params.itemsView).to.equal('full')
    expect(await walk('thread/items/list', { threadId })).to.deep.equal(items)
    const backwards = await walk('thread/items/list', { threadId, sortDirection: 'desc' })
    expect(backwards).to.deep.equal([...items].reverse())
  })

  it('walk one turn under the old name and under the new one', async () => {
    const turn = turns[0]
    const params = { threadId, turnId: turn?.id }
    expect(await walk('thread/turns/items/list', params)).to.deep.equal(turn?.items)
    expect(await walk('thread/items/list', params)).to.deep.equal(
      items.filter(({ turnId }) => turnId === turn?.id)
    )
  })

  it('are refused for a turn that is not there', async () => {
    expect(await client.ask('thread/turns/items/list', { threadId, turnId: 'gone' })).to.deep.equal(
      {
        error: { code: -32600, message: 'turn not found: gone' }
      }
    )
  })
})
