/**
 * A line to a server with a thread of its own, which counts the requests and answers that went over it: so a test can keep its own
 * thread busy until an answer lies in its socket, however slow the machine is.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Both directions: frames of HTTP/2 that end a stream, counted when the system has taken them. */
const PROGRAM = `
const { createServer, connect } = require('node:net')
const { parentPort, workerData: { port, counts } } = require('node:worker_threads')
const ended = new Int32Array(counts)
const PREFACE_BYTES = 24
const counting = (at, skip) => {
  let held = Buffer.alloc(0)
  return (chunk) => {
    held = Buffer.concat([held, chunk])
    let ends = 0
    if (skip > 0 && held.length >= skip) [held, skip] = [held.subarray(skip), 0]
    while (skip === 0 && held.length >= 9 && held.length >= 9 + held.readUIntBE(0, 3)) {
      const [type, flags] = [held[3], held[4]]
      if (type <= 1 && (flags & 1) === 1) ends += 1
      held = held.subarray(9 + held.readUIntBE(0, 3))
    }
    return () => {
      if (ends === 0) return
      Atomics.add(ended, at, ends)
      Atomics.notify(ended, at)
    }
  }
}
const server = createServer((client) => {
  const far = connect(port, '127.0.0.1')
  const [asked, answered] = [counting(0, PREFACE_BYTES), counting(1, 0)]
  client.on('data', (chunk) => far.write(chunk, asked(chunk)))
  far.on('data', (chunk) => client.write(chunk, answered(chunk)))
  for (const [one, other] of [[client, far], [far, client]]) {
    one.setNoDelay(true)
    one.on('close', () => other.destroy())
    one.on('error', () => other.destroy())
  }
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

/** A line that is listened to. */
export interface Tap {
  readonly port: number
  readonly requests: () => number
  readonly answers: () => number
  /** Keeps this thread waiting until so many answers were sent to it. */
  readonly blockUntilAnswers: (count: number) => void
  readonly close: () => Promise<unknown>
}

const [REQUESTS, ANSWERS] = [0, 1] as const

export const tapTo = async (port: number): Promise<Tap> => {
  const counts = new SharedArrayBuffer(8)
  const ended = new Int32Array(counts)
  const worker = new Worker(PROGRAM, { eval: true, workerData: { port, counts } })
  const [own] = (await once(worker, 'message')) as [number]
  const answers = (): number => Atomics.load(ended, ANSWERS)
  return {
    port: own,
    requests: () => Atomics.load(ended, REQUESTS),
    answers,
    blockUntilAnswers: (count) => {
      for (let seen = answers(); seen < count; seen = answers()) Atomics.wait(ended, ANSWERS, seen)
    },
    close: () => worker.terminate()
  }
}
