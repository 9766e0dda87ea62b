import { expect } from 'chai'
import { PassThrough } from 'node:stream'
import { outboxOf } from '../../../adapters/rpc/transports/outbox.ts'
import { printResult } from '../../../adapters/rpc/wire/message.ts'

const never = new AbortController().signal

/** A stream that is full after some bytes, and what was taken from it. */
const slowReader = () => {
  const output = new PassThrough({ highWaterMark: 16 })
  let taken = ''
  const take = (): void => void (taken += String(output.read() ?? ''))
  return { output, take, taken: () => taken }
}

const turns = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `turn-${n}`,
    items: [
      {
        id: `item-${n}`,
        type: 'agentMessage',
        text: 'ä"\n\ud83d\ude00'.repeat(20),
        left: undefined
      },
      { id: 'x', type: 'odd', text: '\ud800', list: [undefined, null, 1.5, [[]]] }
    ]
  }))

describe('long replies', () => {
  it('are printed in pieces that are the JSON of the whole', () => {
    const result = { thread: { id: 'a', name: undefined, turns: turns(2000), empty: [], o: {} } }
    const reply = printResult('"7"', result)
    if (typeof reply === 'string') return expect.fail('not in pieces')
    const pieces = [...reply]
    expect(pieces.length).to.be.greaterThan(5)
    expect(Math.max(...pieces.map((piece) => piece.length))).to.be.lessThan(70_000)
    const whole = JSON.stringify(result).replaceAll('\\ud800', '\ufffd')
    expect(pieces.join('')).to.equal(`{"id":"7","result":${whole}}`)
  })

  it('are cut inside of one long turn, and wherever else a list is long', () => {
    const items = turns(3000).flatMap((turn) => turn.items)
    for (const result of [
      { thread: { turns: [{ items }] } },
      { data: items },
      { a: { b: { c: items } } }
    ]) {
      const reply = printResult('1', result)
      if (typeof reply === 'string') return expect.fail('not in pieces')
      const whole = JSON.stringify(result).replaceAll('\\ud800', '\ufffd')
      expect([...reply].join('')).to.equal(`{"id":1,"result":${whole}}`)
    }
  })

  it('are one text when they are short', () => {
    expect(printResult('1', { thread: { turns: [{ items: [] }] } })).to.equal(
      '{"id":1,"result":{"thread":{"turns":[{"items":[]}]}}}'
    )
    expect(printResult('1', [1])).to.equal('{"id":1,"result":[1]}')
  })
})

describe('the outbox of a stream', () => {
  it('makes pieces as fast as they are read, and sends what comes later behind them', async () => {
    const { output, take, taken } = slowReader()
    const outbox = outboxOf(output)
    let made = 0
    const pieces = function* () {
      for (; made < 8; made++) yield String(made).repeat(256 * 1024)
    }
    outbox.sendPieces(pieces())
    outbox.send('behind')
    expect(made).to.equal(1)
    expect(outbox.isBehind()).to.equal(true)
    output.on('readable', take)
    await outbox.caughtUp(never)
    expect(made).to.equal(8)
    output.end()
    await new Promise((resolve) => output.once('end', resolve))
    const long = Array.from({ length: 8 }, (_, n) => String(n).repeat(256 * 1024)).join('')
    expect(taken() === `${long}\nbehind\n`).to.equal(true)
  })

  it('sends short messages together', async () => {
    const output = new PassThrough()
    const outbox = outboxOf(output)
    outbox.send('one')
    outbox.send('two')
    expect(output.read()).to.equal(null)
    await new Promise((resolve) => setImmediate(resolve))
    expect(String(output.read())).to.equal('one\ntwo\n')
    expect(outbox.isBehind()).to.equal(false)
  })

  it('waits no longer when the reader is gone, or a stop is signalled', async () => {
    const gone = slowReader()
    const outbox = outboxOf(gone.output)
    outbox.sendPieces(Array<string>(4).fill('x'.repeat(512 * 1024)))
    const waited = outbox.caughtUp(never)
    gone.output.destroy()
    await waited
    outbox.send('nobody')
    expect(outbox.isBehind()).to.equal(false)
    const stop = new AbortController()
    const slow = outboxOf(slowReader().output)
    slow.sendPieces(Array<string>(4).fill('x'.repeat(512 * 1024)))
    const stopped = slow.caughtUp(stop.signal)
    stop.abort()
    await stopped
    expect(slow.isBehind()).to.equal(true)
    await slow.caughtUp(stop.signal)
  })
})
