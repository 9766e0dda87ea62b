/**
 * Conversations over a WebSocket and how they end, frame by frame: for Codex, whose answers are recorded in
 * test/fixtures/transports, and for unroll.
 */
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { UPGRADE } from './ws-client.ts'

/** A frame as bytes; the mask is all zeros, so that the payload stays readable. */
const frame = (
  opcode: number,
  payload: Buffer | string,
  { fin = true, masked = true } = {}
): Buffer => {
  const body = Buffer.from(payload)
  const bits = masked ? 0x80 : 0
  const first = (fin ? 0x80 : 0) | opcode
  const head =
    body.length < 126
      ? Buffer.from([first, bits | body.length])
      : Buffer.from([first, bits | 126, body.length >> 8, body.length & 0xff])
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), body])
}

const HELLO = JSON.stringify({
  id: 'hello',
  method: 'initialize',
  params: { clientInfo: { name: 'test', version: '1' } }
})
const TEXT = 1
const BINARY = 2

/** Upgrades and sends frames; answers whether a `hello` was answered, and whether the server hung up. */
const afterFrames = async (port: number, frames: ReadonlyArray<Buffer>): Promise<string> => {
  const socket: Socket = createConnection(port, '127.0.0.1')
  let seen = ''
  socket.setEncoding('latin1')
  socket.on('error', () => undefined)
  const lines = [['Host', 'test'] as const, ...UPGRADE].map(([name, value]) => `${name}: ${value}`)
  socket.write(['GET / HTTP/1.1', ...lines, '', ''].join('\r\n'))
  await once(socket, 'data')
  const end = new Promise<string>((resolve) => {
    socket.on('data', (text: string) => {
      seen += text
      if (seen.includes('"id":"hello"')) resolve('answered')
    })
    socket.once('close', () =>
      resolve(`closed after ${Buffer.from(seen, 'latin1').toString('hex')}`)
    )
  })
  for (const bytes of frames) socket.write(bytes)
  const outcome = await end
  socket.destroy()
  return outcome
}

/** Speaks through a library and answers how the connection ended. */
const endOf = async (port: number, act: (socket: WebSocket) => void): Promise<string> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const ended = new Promise<string>((resolve) => {
    socket.on('message', (data: Buffer) =>
      resolve(data.includes('"id":"hello"') ? 'answered' : '?')
    )
    socket.on('close', (code: number, reason: Buffer) =>
      resolve(`${code} ${reason.toString()}`.trim())
    )
  })
  act(socket)
  const outcome = await ended
  socket.terminate()
  return outcome
}

const MESSAGE_BYTES_MAX = 16_777_216
const padded = (bytes: number): string => HELLO.padEnd(bytes)

/** Conversations, and how they end. */
export const CONVERSATIONS: ReadonlyArray<{
  readonly name: string
  readonly outcome: (port: number) => Promise<string>
}> = [
  { name: 'a message', outcome: (port) => afterFrames(port, [frame(TEXT, HELLO)]) },
  {
    name: 'a binary frame, then a message',
    outcome: (port) =>
      afterFrames(port, [frame(BINARY, HELLO.replace('hello', 'no')), frame(TEXT, HELLO)])
  },
  {
    name: 'garbage, an empty frame and two messages in a frame, then a message',
    outcome: (port) =>
      afterFrames(
        port,
        ['{', '', '[]', `${HELLO}\n${HELLO}`.replaceAll('hello', 'no'), HELLO].map((text) =>
          frame(TEXT, text)
        )
      )
  },
  {
    name: 'a message in three fragments with a ping between',
    outcome: (port) =>
      afterFrames(port, [
        frame(TEXT, HELLO.slice(0, 10), { fin: false }),
        frame(9, 'p'),
        frame(0, HELLO.slice(10, 20), { fin: false }),
        frame(0, HELLO.slice(20))
      ])
  },
  {
    name: 'an unmasked frame',
    outcome: (port) => afterFrames(port, [frame(TEXT, HELLO, { masked: false })])
  },
  {
    name: 'text that is not UTF-8',
    outcome: (port) => afterFrames(port, [frame(TEXT, Buffer.from([0xff, 0xfe]))])
  },
  { name: 'a reserved opcode', outcome: (port) => afterFrames(port, [frame(3, HELLO)]) },
  {
    name: 'a ping of 126 bytes',
    outcome: (port) => afterFrames(port, [frame(9, 'x'.repeat(126))])
  },
  { name: 'a continuation of nothing', outcome: (port) => afterFrames(port, [frame(0, HELLO)]) },
  { name: 'a close frame of one byte', outcome: (port) => afterFrames(port, [frame(8, 'x')]) },
  { name: 'close', outcome: (port) => endOf(port, (socket) => socket.close()) },
  {
    name: 'close with a code',
    outcome: (port) => endOf(port, (socket) => socket.close(1000, 'bye'))
  },
  {
    name: 'close with a code of one’s own',
    outcome: (port) => endOf(port, (socket) => socket.close(4321))
  },
  {
    name: 'a message of 16 MiB',
    outcome: (port) => endOf(port, (socket) => socket.send(padded(MESSAGE_BYTES_MAX)))
  },
  {
    name: 'a message of 16 MiB and one byte',
    outcome: (port) => endOf(port, (socket) => socket.send(padded(MESSAGE_BYTES_MAX + 1)))
  }
]
