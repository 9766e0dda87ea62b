// Changes from a page, at the wire: looked at first, refused when the thread moved on, in the log afterwards and undone from there. What is
// expected is what the thread was before, and the files of the home.
import { expect } from 'chai'
import { once } from 'node:events'
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { pageMethods } from '../../../../adapters/rpc/web/page-methods.ts'
import { rolloutsOf } from '../../../support/cut-home.ts'
import { copyHome, removeFolder } from '../../../support/fixture-home.ts'
import { pageFolder, siteOf, TOKEN } from '../../../support/page-site.ts'
import { clientOn, wsServerOf, type WsClient, type WsServer } from '../../../support/ws-client.ts'

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

const CHANGES = [
  'thread/name/set',
  'thread/archive',
  'thread/unarchive',
  'thread/delete',
  'thread/fork',
  'thread/rollback',
  'thread/revert',
  'unroll/rollback',
  'unroll/unrollback',
  'unroll/undo'
]

const OWN_LOG = '.unroll'

/** Every file of a home but what unroll keeps for itself, with its bytes. */
const filesOf = (home: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes(OWN_LOG))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(home.length), readFileSync(path, 'latin1')])
  )

describe('changes from a page', () => {
  let home = ''
  let page = ''
  let server: WsServer
  let client: WsClient
  let threadId = ''

  const connected = async (writable: boolean): Promise<void> => {
    server = await wsServerOf(home, {
      ...{ siteAt: siteOf(page, { writable }), strict: false, profile: '0.169' }
    })
    const socket = new WebSocket(server.url, ['unroll.v1', `bearer.${TOKEN}`], {
      origin: `http://127.0.0.1:${server.port}`
    })
    await once(socket, 'open')
    client = clientOn(socket)
    await client.ask('initialize', {
      clientInfo: { name: 'unroll-web', version: '1' },
      capabilities: { experimentalApi: true }
    })
  }
  const serve = async (name: string, writable = true): Promise<void> => {
    home = copyHome(name)
    page = pageFolder()
    await connected(writable)
    const longest = [...rolloutsOf(home)].sort((a, b) => b.lines.length - a.lines.length)
    threadId = longest[0]?.threadId ?? ''
  }
  afterEach(async () => {
    client.socket.close()
    await server.stop()
    for (const folder of [home, page]) removeFolder(folder)
  })

  const result = async (method: string, params: object): Promise<Row> => {
    const answer = await client.ask(method, params)
    expect(answer, method).to.have.property('result')
    return answer['result']
  }
  const range = (id = threadId) =>
    result('unroll/turns/range', { threadId: id, count: 100, itemsView: 'full' })
  const newest = async (): Promise<Row> => (await result('unroll/log/list', { limit: 1 })).data[0]

  it('are refused to a page that reads', async () => {
    await serve('basic-142', false)
    for (const method of CHANGES)
      expect(await client.ask(method, { threadId, dryRun: true })).to.deep.equal({
        error: { code: -32601, message: `${method} is not open to pages` }
      })
    expect(CHANGES.filter((method) => !pageMethods(true).has(method))).to.deep.equal([])
  })

  it('never delete for good, repair or append', async () => {
    await serve('basic-142')
    for (const method of [
      'thread/inject_items',
      'turn/start',
      'unroll/repair/apply',
      'thread/start'
    ])
      expect((await client.ask(method, {}))['error']).to.deep.equal({
        ...{ code: -32601, message: `${method} is not open to pages` }
      })
    const { revision } = await range()
    const asked = { threadId, expectedRevision: revision, permanent: true }
    await result('thread/delete', asked)
    const { began } = await newest()
    expect([began.operation, began.arguments.permanent]).to.deep.equal(['delete', false])
    await result('unroll/undo', { operationId: began.id })
    expect((await range()).revision).to.equal(revision)
  })

  it('change nothing with dryRun, and tell what they would do', async () => {
    await serve('basic-142')
    const { revision, data } = await range()
    const before = filesOf(home)
    const ids = data.map(({ id }: Row) => id)
    const plan = async (method: string, params: object): Promise<Row> => {
      const asked = { threadId, expectedRevision: revision, dryRun: true, ...params }
      return result(method, asked)
    }
    const nothing = {
      ...{ threadId, threadIds: [threadId], skipped: [], files: 0 },
      ...{ turns: null, turnIds: null, name: null }
    }
    const { name } = await plan('thread/name/set', { name: ' A new name ' })
    expect(name.after).to.equal('A new name')
    expect(await plan('thread/archive', {})).to.deep.equal({
      ...{ operation: 'archive', ...nothing, files: 1 }
    })
    expect(await plan('thread/delete', {})).to.deep.equal({
      ...{ operation: 'delete', ...nothing, files: 1 }
    })
    expect(await plan('unroll/rollback', { turns: 1 })).to.deep.equal({
      ...{ operation: 'rollback', ...nothing, turns: 1, turnIds: ids.slice(-1) }
    })
    expect(await plan('thread/fork', { lastTurnId: ids[0] })).to.deep.equal({
      ...{ operation: 'fork', ...nothing, turns: 1 }
    })
    expect(await plan('thread/fork', {})).to.deep.equal({
      ...{ operation: 'fork', ...nothing, turns: ids.length }
    })
    expect(filesOf(home)).to.deep.equal(before)
    expect((await result('unroll/log/list', {})).data).to.deep.equal([])
  })

  it('are refused when the thread has moved on, with a kind', async () => {
    await serve('basic-142')
    const { revision } = await range()
    const line = {
      timestamp: '2026-11-22T05:48:30.000Z',
      type: 'event_msg',
      payload: { type: 'x' }
    }
    const { path = '' } = rolloutsOf(home).find((file) => file.threadId === threadId) ?? {}
    appendFileSync(path, `${JSON.stringify(line)}\n`)
    const before = filesOf(home)
    for (const method of CHANGES.filter(
      (one) => !/undo$|unarchive|thread\/(rollback|revert)/.test(one)
    ))
      for (const dryRun of [true, false]) {
        const asked = { threadId, expectedRevision: revision, dryRun, turns: 1, name: 'late' }
        const { error } = (await client.ask(method, asked)) as Row
        expect([method, error.code, error.data]).to.deep.equal([
          method,
          -32600,
          { kind: 'wrong_expected_revision', expected: revision, actual: revision + 1 }
        ])
      }
    expect(filesOf(home)).to.deep.equal(before)
  })

  it('need the revision that the page shows', async () => {
    await serve('basic-142')
    const { error } = await client.ask('thread/archive', { threadId })
    expect(error).to.deep.equal({ code: -32600, message: 'a page must say expectedRevision' })
  })

  for (const name of ['basic-142', 'basic-169'])
    it(`take turns back and bring them back in ${name}, in the log and by undo`, async () => {
      await serve(name)
      const before = await range()
      const back = { threadId, turns: 1, expectedRevision: before.revision }
      const done = await result('unroll/rollback', back)
      const after = await range()
      expect(after.data).to.deep.equal(before.data.slice(0, -1))
      expect(done.revision).to.equal(after.revision)
      const { began } = await newest()
      expect([began.id, began.operation, began.threadIds]).to.deep.equal([
        ...[done.operationId, 'rollback', [threadId]]
      ])
      const brought = await result('unroll/unrollback', {
        ...{ threadId, expectedRevision: after.revision }
      })
      expect((await range()).data).to.deep.equal(before.data)
      await result('unroll/undo', { operationId: brought.operationId })
      expect((await range()).data).to.deep.equal(before.data.slice(0, -1))
    })

  it('name, archive, bring back and fork, and undo each', async () => {
    await serve('basic-142')
    const { revision, data } = await range()
    const expectedRevision = revision
    const undone = async (operation: string): Promise<void> => {
      const { began } = await newest()
      expect(began.operation).to.equal(operation)
      const asked = { operationId: began.id }
      const planned = await result('unroll/undo', { ...asked, dryRun: true })
      expect([planned.undone, planned.operationId]).to.deep.equal([began.id, null])
      expect((await newest()).began.id).to.equal(began.id)
      await result('unroll/undo', asked)
    }
    const listed = async (archived: boolean): Promise<boolean> => {
      const asked = { archived, limit: 100, modelProviders: [] }
      return (await result('thread/list', asked)).data.some(({ id }: Row) => id === threadId)
    }
    await result('thread/name/set', { threadId, name: 'one', expectedRevision })
    await result('thread/name/set', { threadId, name: 'two', expectedRevision })
    await undone('rename')
    const read = await result('thread/read', { threadId })
    expect(read.thread.name).to.equal('one')
    await result('thread/archive', { threadId, expectedRevision })
    expect([await listed(true), await listed(false)]).to.deep.equal([true, false])
    await result('thread/unarchive', { threadId, expectedRevision })
    expect([await listed(true), await listed(false)]).to.deep.equal([false, true])
    await undone('unarchive')
    expect(await listed(true)).to.equal(true)
    await result('thread/unarchive', { threadId, expectedRevision })
    const made = await result('thread/fork', {
      ...{ threadId, lastTurnId: data[0].id, excludeTurns: true, expectedRevision }
    })
    expect((await range(made.thread.id)).data.map(({ id }: Row) => id)).to.deep.equal([data[0].id])
    expect((await range()).revision).to.equal(revision)
  })
})
