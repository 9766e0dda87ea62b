// Members of our own that narrow lists, searches and reports of usage. What they expect is what the same methods answer without
// them, filtered here, and the lines of the files.
import { expect } from 'chai'
import { cpSync, readFileSync } from 'node:fs'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import { pricesOf } from '../../../domain/ledgers/usage/prices.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

const ALL = {
  limit: 100,
  modelProviders: [],
  sourceKinds: ['cli', 'vscode', 'exec', 'subAgent', 'unknown']
}
const idsOf = ({ data }: Row): ReadonlyArray<string> =>
  data.map((row: Row) => (row.thread ?? row).id)

describe('narrowing over the app-server', () => {
  let home = ''
  let client: Client
  const ask = async (method: string, params: object): Promise<Row> => {
    const answer = await client.ask(method, params)
    expect(answer, JSON.stringify(answer)).to.have.property('result')
    return answer['result']
  }
  before(async () => {
    home = temporaryFolder()
    cpSync(SAMPLE_HOME, home, { recursive: true })
    client = await initialized(home, { strict: false, profile: '0.142' })
  })
  after(async () => {
    await client.close()
    removeFolder(home)
  })

  it('lists threads by model and by when something last happened', async () => {
    const { facets } = await ask('unroll/home/read', {})
    const listed = idsOf(await ask('thread/list', ALL))
    for (const { value, count } of facets.model)
      expect(idsOf(await ask('thread/list', { ...ALL, models: [value] }))).to.have.length(count)
    expect(idsOf(await ask('thread/list', { ...ALL, models: ['none'] }))).to.deep.equal([])
    const lastMs = (threadId: string): number => {
      const lines = rolloutsOf(home)
        .filter((file) => file.threadId === threadId)
        .flatMap((file) => file.lines)
      return Math.max(
        ...lines.map((line) => Date.parse(/"timestamp":"([^"]+)"/.exec(line)?.[1] ?? '') || 0)
      )
    }
    const sinceMs = lastMs(listed[3] ?? '')
    const later = listed.filter((id) => lastMs(id) >= sinceMs)
    expect(later.length).to.be.within(1, listed.length - 1)
    expect(idsOf(await ask('thread/list', { ...ALL, sinceMs }))).to.deep.equal(later)
    expect(idsOf(await ask('thread/list', { ...ALL, untilMs: sinceMs }))).to.deep.equal(
      listed.filter((id) => !later.includes(id))
    )
  })

  it('searches in some parts, some projects and some time only', async () => {
    const searchTerm = 'the'
    const found = await ask('thread/search', { ...ALL, searchTerm })
    const { facets } = await ask('unroll/home/read', {})
    for (const { value } of facets.cwd)
      expect(idsOf(await ask('thread/search', { ...ALL, searchTerm, cwd: [value] }))).to.deep.equal(
        idsOf({ data: found.data.filter(({ thread }: Row) => thread.cwd === value) })
      )
    expect(
      idsOf(await ask('thread/search', { ...ALL, searchTerm, sinceMs: Date.parse('2100-01-01') }))
    ).to.deep.equal([])
    const said = async (threadId: string, params: object): Promise<ReadonlyArray<Row>> =>
      (await ask('thread/searchOccurrences', { threadId, searchTerm, limit: 1000, ...params })).data
    const [threadId = ''] = idsOf(found)
    const user = await said(threadId, { parts: ['user'] })
    const agent = await said(threadId, { parts: ['agent'] })
    const either = await said(threadId, {})
    const keys = (rows: ReadonlyArray<Row>) =>
      rows.map(({ itemId, snippet }) => `${itemId} ${snippet}`)
    expect(keys([...user, ...agent])).to.have.members(keys(either))
    expect(await said(threadId, { sinceMs: Date.parse('2100-01-01') })).to.deep.equal([])
  })

  it('tells every spend of a group, each by the line that says so', async () => {
    for (const by of ['day', 'model', 'thread', 'turn', 'agent', 'provider', 'total']) {
      const { groups } = await ask('unroll/usage/read', { by })
      expect(groups.length).to.be.greaterThan(0)
      for (const { key, totalTokens, rows } of groups) {
        const spends: Array<Row> = []
        for (let cursor: string | null = null, more = true; more;) {
          const page: Row = await ask('unroll/usage/spends', { by, key, limit: 2, cursor })
          spends.push(...page.data)
          cursor = page.nextCursor
          more = cursor !== null
        }
        const sum = spends.reduce((all, { tokens }) => all + (tokens?.totalTokens ?? 0), 0)
        expect([by, key, sum, spends.length]).to.deep.equal([by, key, totalTokens, rows])
      }
    }
    const { data } = await ask('unroll/usage/spends', { by: 'total', limit: 1000 })
    for (const { path, place, tokens } of data.filter((row: Row) => row.rule === 'delta')) {
      const [line = ''] = readFileSync(path).subarray(place.offsetBytes).toString().split('\n', 1)
      expect(JSON.parse(line).payload.type).to.equal('token_count')
      expect(tokens.totalTokens).to.be.greaterThan(0)
    }
    const refused = await client.ask('unroll/usage/spends', { by: 'total', cursor: 'x' })
    expect((refused['error'] as Row).message).to.equal('invalid cursor: x')
  })

  it('names the threads of a report by thread', async () => {
    const { groups } = await ask('unroll/usage/read', { by: 'thread' })
    for (const { key, name, preview } of groups) {
      const { thread } = await ask('thread/read', { threadId: key })
      expect({ name, preview }).to.deep.equal({ name: thread.name, preview: thread.preview })
    }
  })

  it('tells costs where the server was given prices, and none elsewhere', async () => {
    const { total } = await ask('unroll/usage/read', { by: 'total' })
    expect(total).to.not.have.property('cost')
    const prices = pricesOf({
      currency: 'EUR',
      models: [{ model: '*', input: 1, cachedInput: 1, output: 1 }]
    })
    if (prices._tag === 'Left') throw new Error(prices.left)
    const own = await initialized(home, { strict: false, profile: '0.142', prices: prices.right })
    const priced = (await own.ask('unroll/usage/read', { by: 'total' }))['result'] as Row
    const spends = (await own.ask('unroll/usage/spends', { by: 'total', limit: 1000 }))[
      'result'
    ] as Row
    await own.close()
    // One unit for a million tokens of any kind.
    expect(priced.total.cost).to.deep.equal({
      currency: 'EUR',
      amount: String(total.totalTokens / 1e6),
      known: String(total.totalTokens / 1e6),
      unpriced: []
    })
    const sum = spends.data.reduce((all: number, { cost }: Row) => all + Number(cost.amount), 0)
    expect(sum).to.be.closeTo(total.totalTokens / 1e6, 1e-9)
  })

  it('is unknown to a strict server', async () => {
    const strict = await initialized(home, { strict: true, profile: '0.142' })
    const listed = (params: object): Promise<Row> =>
      strict.ask('thread/list', { limit: 100, modelProviders: [], ...params })
    const plain = await listed({})
    expect((await listed({ models: ['none'] }))['result']).to.deep.equal(plain['result'])
    await strict.close()
  })
})
