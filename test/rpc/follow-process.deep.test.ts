// Two processes: one appends to a thread, the clients of the other are told.
import { expect } from 'chai'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import type { Message } from '../support/rpc-client.ts'

const SUPPORT = join(import.meta.dirname, '..', 'support')
const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const HELLO = { clientInfo: { name: 'test', version: '1' } }

describe('live follow between processes', () => {
  it('tells over stdio what another process appended', async () => {
    const home = copyHome('basic-142')
    const entry = ['--import', 'tsx', join(SUPPORT, 'app-server-entry.ts'), home]
    const child = spawn(process.execPath, entry, { stdio: ['pipe', 'pipe', 'ignore'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const send = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`)
    const until = async (isIt: (message: Message) => boolean): Promise<Message> => {
      for (;;) {
        const { value, done } = (await lines.next()) as IteratorResult<string, undefined>
        if (done === true) throw new Error('the server ended')
        const message = JSON.parse(value) as Message
        if (isIt(message)) return message
      }
    }
    send({ id: 1, method: 'initialize', params: HELLO })
    send({ id: 2, method: 'thread/resume', params: { threadId: PLAIN } })
    await until(({ id }) => id === 2)
    const append = ['--import', 'tsx', join(SUPPORT, 'append-entry.ts'), 'once', home, PLAIN]
    await promisify(execFile)(process.execPath, append)
    const { params } = await until(({ method }) => method === 'item/completed')
    const { threadId, item } = params as { threadId: string; item: { type: string; id: string } }
    expect([threadId, item.type, item.id]).to.deep.equal([PLAIN, 'userMessage', 'item-8'])
    child.stdin.end()
    await once(child, 'exit')
    removeFolder(home)
  })
})
