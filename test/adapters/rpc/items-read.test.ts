// What this server adds to `thread/items/read` and to outputs left out: threads and eras whose Codex has neither, and
// filters of lists that a local Codex refuses. Expected items are those of the recorded full turns, or written here.
import { expect } from 'chai'
import { join } from 'node:path'
import { copyHome, FIXTURES, readJson, removeFolder } from '../../support/fixture-home.ts'
import { clientOf, initialized, serverOf, type Client } from '../../support/rpc-client.ts'
import { done, item, meta, numberedLines, start } from '../../support/numbered.ts'
import { emptyHome, idOf, linesOf, metaLine, rolloutPath, THREAD } from '../../support/rollouts.ts'
import { userLine, writeRollout } from '../../support/rollouts.ts'

interface Turn {
  readonly id: string
  readonly items: ReadonlyArray<{ readonly id: string }>
}

const TOOL = '{"type":"mcp_tool_call_end","call_id":"call","invocation":{"server":"s","tool":"t"},'
const TOOL_LINE =
  `{"timestamp":"2026-05-01T10:00:00.000Z","type":"event_msg","payload":${TOOL}` +
  '"duration":{"secs":0,"nanos":0},"result":{"Ok":{"content":[{"type":"text","text":"found"}]}}}}'

describe('reading items by id', () => {
  const recording = readJson(join(FIXTURES, 'homes/basic-142/golden/turns-list.plain.json'))
  const [{ request, response }] = recording.steps
  const threadId: string = request.params.threadId
  const turns: ReadonlyArray<Turn> = response.result.data
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

  it('gives every item of every turn of an old thread whole, in the order of the turn', async () => {
    for (const { id: turnId, items } of turns) {
      const itemIds = items.map(({ id }) => id).reverse()
      const answer = await client.ask('thread/items/read', { threadId, turnId, itemIds })
      expect(answer).to.deep.equal({
        result: { data: items.map((one) => ({ turnId, item: one })) }
      })
    }
  })

  it('does not exist in the strict mode of an era that lacks it', async () => {
    const strict = await initialized(home, { profile: '0.142', strict: true })
    const answer = await strict.ask('thread/items/read', { threadId, turnId: 'a', itemIds: ['b'] })
    expect((answer['error'] as { readonly message: string }).message).to.match(
      /^Invalid request: unknown variant `thread\/items\/read`/
    )
    await strict.close()
  })
})

describe('outputs that a client fetches later', () => {
  it('are left out of old threads too, which do not say when a call ended', async () => {
    const home = emptyHome()
    writeRollout(
      rolloutPath(home, THREAD),
      linesOf([metaLine(THREAD), userLine('find it'), TOOL_LINE])
    )
    const ask = async (strict: boolean, params: object) => {
      const client = await initialized(home, { profile: '0.142', strict })
      const { result } = await client.ask('thread/items/list', { threadId: THREAD, ...params })
      await client.close()
      const { data } = result as { readonly data: ReadonlyArray<Record<string, unknown>> }
      const { item: one, ...rest } = data[1] ?? {}
      return { ...rest, content: (one as { result: { content: unknown } }).result.content }
    }
    const deferOutput = { mcpToolCall: true }
    expect([
      await ask(false, { turnId: 'rollout-1', deferOutput }),
      await ask(false, { turnId: 'rollout-1' })
    ]).to.deep.equal([
      { turnId: 'rollout-1', outputDeferred: true, content: [] },
      { turnId: 'rollout-1', content: [{ type: 'text', text: 'found' }] }
    ])
    removeFolder(home)
  })
})

describe('members of 0.169 that need the experimental API', () => {
  const refused = async (method: string, params: object): Promise<string | null> => {
    const home = emptyHome()
    const lines = [meta(THREAD), start('a'), item('a', { type: 'Plan', id: 'p', text: 'p' })]
    writeRollout(rolloutPath(home, THREAD), linesOf(numberedLines([...lines, done('a')])))
    const client = clientOf(serverOf(home, { profile: '0.169' }))
    await client.ask('initialize', { clientInfo: { name: 'test', version: '1' } })
    const { error } = await client.ask(method, { threadId: THREAD, turnId: 'a', ...params })
    await client.close()
    removeFolder(home)
    return (error as { readonly message: string } | undefined)?.message ?? null
  }

  it('are reading items, outputs left out, and filters by project, ancestor and attachment', async () => {
    const needs = (what: string) => `${what} requires experimentalApi capability`
    expect(await refused('thread/items/read', { itemIds: ['p'] })).to.equal(
      needs('thread/items/read')
    )
    for (const member of ['commandExecution', 'mcpToolCall'])
      expect(await refused('thread/items/list', { deferOutput: { [member]: true } })).to.equal(
        needs(`thread/items/list.deferOutput.${member}`)
      )
    for (const [member, value] of [
      ['includeAttachedThreads', true],
      ['projectId', 'x'],
      ['parentThreadId', idOf(5)],
      ['ancestorThreadId', idOf(5)],
      ['attachedToThreadId', idOf(5)]
    ] as const)
      expect(await refused('thread/list', { [member]: value })).to.equal(
        needs(`thread/list.${member}`)
      )
  })

  it('pass when they ask for nothing', async () => {
    for (const deferOutput of [null, {}, { commandExecution: false }])
      expect(await refused('thread/items/list', { deferOutput })).to.equal(null)
    for (const params of [
      { currentAccountOnly: true },
      { excludedThreadIds: [idOf(5)] },
      { originators: [] },
      { sectionId: 'x' },
      { projectId: null }
    ])
      expect(await refused('thread/list', params)).to.equal(null)
  })
})

describe('a list by the program that wrote a thread', () => {
  it('is served unless the server is strict', async () => {
    const home = emptyHome()
    const write = (n: number, originator: string) =>
      writeRollout(
        rolloutPath(home, idOf(n), n),
        linesOf([metaLine(idOf(n), { originator }), userLine('hello')])
      )
    write(1, 'codex-tui')
    write(2, 'my_ide')
    write(3, 'codex-tui')
    const client = await initialized(home, { profile: '0.169', strict: false })
    const ids = async (params: object) => {
      const { result } = await client.ask('thread/list', params)
      return (result as { data: ReadonlyArray<{ id: string }> }).data.map(({ id }) => id)
    }
    expect(await ids({ originators: ['codex-tui'] })).to.deep.equal([idOf(3), idOf(1)])
    expect(await ids({ originators: ['codex-tui', 'my_ide'], limit: 2 })).to.deep.equal([
      idOf(3),
      idOf(2)
    ])
    expect(await ids({ originators: ['nobody'] })).to.deep.equal([])
    expect(await ids({ originators: ['codex-tui'], excludedThreadIds: [idOf(3)] })).to.deep.equal([
      idOf(1)
    ])
    await client.close()
    removeFolder(home)
  })
})
