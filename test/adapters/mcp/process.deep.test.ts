// The program that is built, as a client starts it: messages alone on stdout, an end with stdin, and memory that does not grow.
import { expect } from 'chai'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { copySample, removeFolder } from '../../support/fixture-home.ts'

const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'dist', 'unroll.cjs')
const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'

interface Message {
  readonly id?: number
  readonly result?: { readonly isError?: boolean; readonly serverInfo?: { readonly name: string } }
}

const start = (home: string) => {
  const words = [PROGRAM, 'mcp', '--home', home, '--index', 'memory']
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, words, { cwd: home })
  const waiting = new Map<number, (message: Message) => void>()
  const odd: Array<string> = []
  createInterface(child.stdout).on('line', (line) => {
    const message = JSON.parse(line) as Message
    const wait = waiting.get(message.id ?? -1)
    if (wait === undefined) odd.push(line)
    else wait(message)
  })
  let id = 0
  const send = (message: object): void =>
    void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const ask = (method: string, params: object = {}): Promise<Message> =>
    new Promise((resolve) => {
      id += 1
      waiting.set(id, resolve)
      send({ id, method, params })
    })
  const begin = async (): Promise<Message> => {
    const clientInfo = { name: 'test', version: '1' }
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
    const answer = await ask('initialize', params)
    send({ method: 'notifications/initialized' })
    return answer
  }
  return { child, odd, ask, begin }
}

/** Memory that a process holds now. */
const residentOf = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024

describe('unroll mcp, as a process', () => {
  let home: string
  before(() => {
    home = copySample()
  })
  after(() => removeFolder(home))

  it('speaks on stdout alone, and ends with code 0 when its client goes', async () => {
    const { child, odd, ask, begin } = start(home)
    const closed = once(child, 'close')
    expect((await begin()).result?.serverInfo?.name).to.equal('unroll')
    const answer = await ask('tools/call', { name: 'read_thread', arguments: { thread: LONG } })
    expect(answer.result?.isError ?? false).to.equal(false)
    child.stdin.end()
    expect([await closed, odd]).to.deep.equal([[0, null], []])
  })

  it('holds no more after a thousand mixed calls than after the first hundred', async () => {
    const { child, ask, begin } = start(home)
    const closed = once(child, 'close')
    await begin()
    const calls = [
      ['read_thread', { thread: LONG, detail: 'full' }],
      ['search_history', { query: 'gearbox' }],
      ['list_tool_calls', { limit: 5 }],
      ['token_usage', { by: 'model' }],
      ['read_context', { thread: LONG }]
    ] as const
    const round = async (count: number): Promise<void> => {
      for (let at = 0; at < count; at += 1) {
        const [name, args] = calls[at % calls.length] ?? calls[0]
        const { result } = await ask('tools/call', { name, arguments: args })
        expect(result?.isError ?? false, name).to.equal(false)
      }
    }
    await round(200)
    const first = residentOf(child.pid)
    await round(800)
    expect(residentOf(child.pid) - first).to.be.below(64 * 1024 * 1024)
    child.stdin.end()
    await closed
  })
})
