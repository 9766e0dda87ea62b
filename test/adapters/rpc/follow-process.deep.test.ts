// Two processes: one appends to a thread, the clients of the other are told.
import { expect } from 'chai'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { right, openedEngine } from '../../support/engines.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { begun, TURN } from '../../support/followed-turn.ts'
import type { Message } from '../../support/rpc-client.ts'

const SUPPORT = join(import.meta.dirname, '..', '..', 'support')
const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const HELLO = { clientInfo: { name: 'test', version: '1' } }

/** A server in a process of its own, and what it says on stdio. */
const started = (home: string) => {
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
  const stop = async (): Promise<void> => {
    child.stdin.end()
    await once(child, 'exit')
  }
  send({ id: 1, method: 'initialize', params: HELLO })
  return { send, until, stop }
}

const textOf = (message: Message): string | null => {
  const { item } = message['params'] as { item: { content?: ReadonlyArray<{ text?: string }> } }
  return item.content?.[0]?.text ?? null
}

const WRITES = 40

describe('live follow between processes', () => {
  it('tells over stdio what another process appended', async () => {
    const home = copyHome('basic-142')
    const { send, until, stop } = started(home)
    send({ id: 2, method: 'thread/resume', params: { threadId: PLAIN } })
    await until(({ id }) => id === 2)
    const append = ['--import', 'tsx', join(SUPPORT, 'append-entry.ts'), 'once', home, PLAIN]
    await promisify(execFile)(process.execPath, append)
    const { params } = await until(({ method }) => method === 'item/completed')
    const { threadId, item } = params as { threadId: string; item: { type: string; id: string } }
    expect([threadId, item.type, item.id]).to.deep.equal([PLAIN, 'userMessage', 'item-8'])
    await stop()
    removeFolder(home)
  })

  it('refuses to steer a turn that another process writes, as Codex does, and loses nothing of it', async () => {
    const home = copyHome('basic-142')
    const file = (readdirSync(home, { recursive: true }) as Array<string>).find((path) =>
      path.endsWith(`${PLAIN}.jsonl`)
    )
    const before = readFileSync(join(home, file ?? ''), 'utf8')
    const { send, until, stop } = started(home)
    send({ id: 2, method: 'thread/resume', params: { threadId: PLAIN } })
    await until(({ id }) => id === 2)
    const engine = await openedEngine({ home, index: 'memory' })
    await right(engine.append(PLAIN, [begun]))
    await engine.close()
    await until(({ method }) => method === 'turn/started')
    const many = ['--import', 'tsx', join(SUPPORT, 'append-entry.ts'), 'many', home, PLAIN, 'said']
    const written = promisify(execFile)(process.execPath, [...many, String(WRITES)])
    const refusals: Array<unknown> = []
    const told: Array<string | null> = []
    for (let n = 0; told.length < WRITES; n++) {
      const input = [{ type: 'text', text: 'and this' }]
      const expectedTurnId = n % 3 === 0 ? 'another' : TURN
      send({ id: 10 + n, method: 'turn/steer', params: { threadId: PLAIN, expectedTurnId, input } })
      const answer = await until((message) => {
        if (message['method'] === 'item/completed') told.push(textOf(message))
        return message['id'] === 10 + n || told.length === WRITES
      })
      if (answer['id'] === 10 + n) refusals.push(answer['error'])
    }
    await written
    await stop()
    const said = Array.from({ length: WRITES }, (_, n) => `said-${n}`)
    expect(told).to.deep.equal(said)
    expect(new Set(refusals.map((one) => JSON.stringify(one)))).to.deep.equal(
      new Set([JSON.stringify({ code: -32600, message: 'no active turn to steer' })])
    )
    const after = readFileSync(join(home, file ?? ''), 'utf8')
    expect(after.startsWith(before)).to.equal(true)
    const payloads = after
      .slice(before.length)
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { payload: { type: string; message?: string } }).payload)
    expect(payloads.map(({ type, message }) => message ?? type)).to.deep.equal([
      'task_started',
      ...said
    ])
    removeFolder(home)
  })
})
