// The member `maxBytes` of pages: what a client sees of a page that ended early and of an item that was shortened, which
// values are refused, and that a strict server does not know it.
import { expect } from 'chai'
import { initialized, type Client } from '../../support/rpc-client.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { done, item, meta, numberedLines, plan, start, user } from '../../support/numbered.ts'
import { emptyHome, linesOf, rolloutPath, THREAD, writeRollout } from '../../support/rollouts.ts'

const OUTPUT = '日本'.repeat(5000)
const LINES = [
  meta(THREAD),
  start('a'),
  user('a', 'u', 'go'),
  item('a', {
    ...{ type: 'CommandExecution', id: 'c', command: ['cat'], cwd: 'file:///w', parsed_cmd: [] },
    ...{ source: 'agent', status: 'completed', aggregated_output: OUTPUT, exit_code: 0 }
  }),
  done('a'),
  start('b'),
  plan('b', 'p', 'later'),
  done('b')
]

interface Item {
  readonly id: string
  readonly aggregatedOutput?: string
  readonly truncated?: unknown
}

interface Entry {
  readonly item: Item
}

interface Page<A> {
  readonly data: ReadonlyArray<A>
  readonly nextCursor: string | null
}

describe('the byte budget of a page', () => {
  let home = ''
  let client: Client
  before(async () => {
    home = emptyHome()
    writeRollout(rolloutPath(home, THREAD), linesOf(numberedLines(LINES)))
    client = await initialized(home, { profile: '0.169', strict: false })
  })
  after(async () => {
    await client.close()
    removeFolder(home)
  })

  const page = async <A>(method: string, params: object, one = client): Promise<Page<A>> => {
    const answer = await one.ask(method, { threadId: THREAD, ...params })
    expect(answer).to.have.all.keys('result')
    return answer['result'] as Page<A>
  }

  it('ends pages of items early, shortens what alone is too much, and says what it takes whole', async () => {
    const first = await page<Entry>('thread/items/list', { maxBytes: 1000 })
    expect(first.data.map((entry) => entry.item.id)).to.deep.equal(['u'])
    const second = await page<Entry>('thread/items/list', {
      ...{ maxBytes: 1000, cursor: first.nextCursor }
    })
    const [shown] = second.data
    const read = await page<Entry>('thread/items/read', { turnId: 'a', itemIds: ['c'] })
    const whole = read.data[0]?.item
    expect(second.data.map((entry) => entry.item.id)).to.deep.equal(['c'])
    expect(Buffer.byteLength(JSON.stringify(shown))).to.be.within(990, 1000)
    expect(OUTPUT.startsWith(shown?.item.aggregatedOutput ?? 'none')).to.equal(true)
    expect(shown?.item.truncated).to.deep.equal({
      bytes: Buffer.byteLength(JSON.stringify(whole))
    })
    expect(whole?.aggregatedOutput).to.equal(OUTPUT)
    const third = await page<Entry>('thread/items/list', {
      ...{ maxBytes: 1000, cursor: second.nextCursor }
    })
    expect(third.data.map((entry) => entry.item.id)).to.deep.equal(['p'])
    expect(third.nextCursor).to.equal(null)
  })

  it('counts for items of a turn, turns, timelines and the first page of a resumed thread', async () => {
    const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value))
    const params = { sortDirection: 'asc', itemsView: 'full', maxBytes: 2000 }
    const [turn] = (await page('thread/turns/list', params)).data
    expect(bytesOf(turn)).to.be.within(1900, 2000)
    const [, command] = (
      await page<Item>('thread/turns/items/list', { turnId: 'a', maxBytes: 20_000, limit: 2 })
    ).data
    expect(command).to.equal(undefined)
    const timeline = await page('thread/timeline/list', { maxBytes: 200 })
    expect(timeline.data.map((entry) => (entry as { type: string }).type)).to.deep.equal([
      'turnCompleted'
    ])
    const resumed = await client.ask('thread/resume', {
      ...{ threadId: THREAD, excludeTurns: true, initialTurnsPage: params }
    })
    const { initialTurnsPage } = resumed['result'] as { readonly initialTurnsPage: Page<unknown> }
    expect(initialTurnsPage.data).to.deep.equal([turn])
  })

  it('is a whole number above 0', async () => {
    const refusal = async (maxBytes: unknown) => {
      const { error } = await client.ask('thread/turns/list', { threadId: THREAD, maxBytes })
      return (error as { readonly message: string } | undefined)?.message
    }
    expect(await refusal(0)).to.equal(
      'Invalid request: invalid value: integer `0`, expected a nonzero u64'
    )
    expect(await refusal(-1)).to.equal('Invalid request: invalid value: integer `-1`, expected u64')
    expect(await refusal('9')).to.equal(
      'Invalid request: invalid type: string "9", expected a nonzero u64'
    )
    expect(await refusal(null)).to.equal(undefined)
    expect(await refusal(Number.MAX_SAFE_INTEGER)).to.equal(undefined)
  })

  it('is unknown to a strict server, whatever it holds', async () => {
    const strict = await initialized(home, { profile: '0.169', strict: true })
    const without = await page('thread/items/list', {}, strict)
    for (const maxBytes of [1, 0, 'x'])
      expect(await page('thread/items/list', { maxBytes }, strict)).to.deep.equal(without)
    await strict.close()
  })
})
