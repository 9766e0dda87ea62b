// The app-server as clients meet it: a process with pipes.
import { expect } from 'chai'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Message } from '../../support/rpc-client.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'

const ENTRY = join(import.meta.dirname, '..', '..', 'support', 'app-server-entry.ts')
const HELLO = {
  id: 'hello',
  method: 'initialize',
  params: { clientInfo: { name: 'test', version: '1' } }
}

const start = (home: string): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, ['--import', 'tsx', ENTRY, home])

const lines = (child: ChildProcessWithoutNullStreams): AsyncIterator<string> =>
  createInterface({ input: child.stdout })[Symbol.asyncIterator]()

const allOf = async (child: ChildProcessWithoutNullStreams): Promise<ReadonlyArray<Message>> => {
  const messages: Array<Message> = []
  for await (const line of createInterface({ input: child.stdout }))
    messages.push(JSON.parse(line) as Message)
  return messages
}

describe('the app-server process', () => {
  let home = ''
  let child: ChildProcessWithoutNullStreams
  before(() => {
    home = copyHome('basic-142')
  })
  after(() => removeFolder(home))
  beforeEach(() => {
    child = start(home)
    child.stderr.resume()
  })
  afterEach(() => child.kill('SIGKILL'))

  it('answers 200 pipelined requests though the input ends at once, and exits with 0', async () => {
    const requests = Array.from({ length: 200 }, (_, id) => ({
      id,
      method: 'thread/list',
      params: { limit: 1 }
    }))
    child.stdin.end([HELLO, ...requests].map((request) => `${JSON.stringify(request)}\n`).join(''))
    const exited = once(child, 'exit')
    const answers = (await allOf(child)).filter(
      (message) => 'id' in message && message['id'] !== 'hello'
    )
    expect(answers.map(({ id }) => id as number).sort((a, b) => a - b)).to.deep.equal(
      requests.map(({ id }) => id)
    )
    expect(
      answers.every(({ result }) => (result as { data?: unknown[] }).data?.length === 1)
    ).to.equal(true)
    expect((await exited)[0]).to.equal(0)
  })

  it('answers a request of 20 MB', async () => {
    const searchTerm = 'x'.repeat(20_000_000)
    child.stdin.write(`${JSON.stringify(HELLO)}\n`)
    child.stdin.end(`${JSON.stringify({ id: 1, method: 'thread/list', params: { searchTerm } })}\n`)
    const answers = await allOf(child)
    expect(answers.find(({ id }) => id === 1)).to.deep.equal({
      id: 1,
      result: { data: [], nextCursor: null, backwardsCursor: null }
    })
  })

  it('takes a last line without a newline', async () => {
    child.stdin.end(JSON.stringify(HELLO))
    expect((await allOf(child))[0]?.['id']).to.equal('hello')
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`exits with 0 on ${signal} while its input is open`, async () => {
      child.stdin.write(`${JSON.stringify(HELLO)}\n`)
      await lines(child).next()
      child.kill(signal)
      expect(await once(child, 'exit')).to.deep.equal([0, null])
    })
  }

  it('exits with 0 when the reader of its answers goes away', async () => {
    child.stdin.write(`${JSON.stringify(HELLO)}\n`)
    await lines(child).next()
    child.stdout.destroy()
    const exited = once(child, 'exit')
    child.stdin.write(`${JSON.stringify({ id: 2, method: 'thread/list', params: {} })}\n`)
    expect(await exited).to.deep.equal([0, null])
  })
})
