// Programs of clients in numbers: a thousand of them, and one that prints a gigabyte for a client that reads slowly.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { removeFolder } from '../../support/fixture-home.ts'
import { configuredHome } from '../../support/host-questions.ts'
import { type Message } from '../../support/rpc-client.ts'
import { openInitialized, wsServerOf } from '../../support/ws-client.ts'

const POWERFUL = { profile: '0.169', powers: ['processes'] } as const

const zombiesOf = (parent: number): number =>
  readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      const [, state, owner] =
        (readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1] ?? '').match(/^(\S) (\d+)/) ?? []
      return state === 'Z' && Number(owner) === parent
    } catch {
      return false
    }
  }).length

describe('programs of clients in numbers', function () {
  this.timeout(600_000)

  it('leave no zombie after a thousand of them', async () => {
    const home = configuredHome('')
    const running = await wsServerOf(home, POWERFUL)
    const client = await openInitialized(running.url)
    for (let at = 0; at < 1000; at += 1) {
      const processHandle = `p${at}`
      await client.ask('process/spawn', { command: ['true'], processHandle, cwd: '/' })
      await client.next(
        ({ method, params }: Message) =>
          method === 'process/exited' &&
          (params as { processHandle: string }).processHandle === processHandle
      )
    }
    expect(zombiesOf(process.pid)).to.equal(0)
    client.socket.close()
    await running.stop()
    removeFolder(home)
  })

  it('are held back by a client that does not read: little of a gigabyte waits in memory', async () => {
    const home = configuredHome('')
    const running = await wsServerOf(home, POWERFUL)
    const client = await openInitialized(running.url)
    const before = process.memoryUsage().rss
    let bytes = 0
    let most = 0
    client.socket.removeAllListeners('message')
    const ended = new Promise<void>((resolve) => {
      client.socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString('utf8')) as Message
        if (message['method'] === 'process/exited') return resolve()
        const { deltaBase64 = '' } = (message['params'] ?? {}) as { readonly deltaBase64?: string }
        bytes += Buffer.byteLength(deltaBase64, 'base64')
        most = Math.max(most, process.memoryUsage.rss())
        client.socket.pause()
        setImmediate(() => client.socket.resume())
      })
    })
    const command = ['head', '-c', String(1024 ** 3), '/dev/zero']
    const asked = {
      ...{ command, processHandle: 'p', cwd: '/' },
      ...{ streamStdoutStderr: true, outputBytesCap: null, timeoutMs: null }
    }
    client.socket.send(JSON.stringify({ id: 99, method: 'process/spawn', params: asked }))
    await ended
    expect(bytes).to.equal(1024 ** 3)
    expect(most - before).to.be.lessThan(100 * 1024 * 1024)
    client.socket.terminate()
    await running.stop()
    removeFolder(home)
  })
})
