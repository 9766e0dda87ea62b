// From facts to payloads: what a full queue, a failing file and a failing reducer do, and when nothing may be posted.
import { expect } from 'chai'
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { createPump, FACTS_MAX, type Reduce } from '../../../../adapters/upkeep/analytics/pump.ts'
import { openSender, type AnalyticsOutlet } from '../../../../adapters/upkeep/analytics/sender.ts'
import { destinationOf } from '../../../../domain/ledgers/analytics/destination.ts'
import type { RequestPayload } from '../../../../domain/ledgers/analytics/envelope.ts'
import type { Fact } from '../../../../domain/ledgers/analytics/fact.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { numbers, tickingMeter } from '../../../support/numbers.ts'

const fact = (atMs: number): Fact => ({ kind: 'disconnected', connectionId: 'c', atMs })

/** Every fact is one event that tells its time. */
const reduce: Reduce = ({ atMs }) => [{ event_type: 'made', event_params: { atMs } }]

const line = (atMs: number): string =>
  `{"events":[{"event_type":"made","event_params":{"atMs":${atMs}}}]}\n`

describe('the destination of analytics events', () => {
  it('is the capture file whenever a path is selected, and nothing else besides', () => {
    expect([
      destinationOf('a', true),
      destinationOf('a', false),
      destinationOf('', true),
      destinationOf('', false),
      destinationOf(undefined, true),
      destinationOf(null, false)
    ]).to.deep.equal([
      { kind: 'capture', path: 'a' },
      { kind: 'capture', path: 'a' },
      { kind: 'post' },
      { kind: 'none' },
      { kind: 'post' },
      { kind: 'none' }
    ])
  })
})

describe('the pump of analytics facts', () => {
  let folder = ''
  let logged: Array<string> = []
  let posted: Array<RequestPayload> = []
  const post = async (payload: RequestPayload): Promise<void> => void posted.push(payload)
  const log = (text: string): void => void logged.push(text)
  const path = () => join(folder, 'capture.jsonl')
  beforeEach(() => {
    folder = temporaryFolder()
    logged = []
    posted = []
  })
  afterEach(() => removeFolder(folder))

  const pumpTo = (outlet: AnalyticsOutlet, make: Reduce = reduce) => {
    const telemetry = tickingMeter()
    const sender = openSender(outlet, log, telemetry)
    if (sender === null) throw new Error('nowhere to send')
    return { ...createPump({ reduce: make, sender, log, telemetry }), telemetry }
  }

  it('writes what facts come to, in their order', async () => {
    const pump = pumpTo({ capturePath: path() })
    pump.tell(() => [fact(1), fact(2)])
    pump.tell(() => [])
    pump.tell(() => [fact(3)])
    await pump.close()
    expect(readFileSync(path(), 'utf8')).to.equal(line(1) + line(2) + line(3))
    expect(numbers(pump.telemetry, 'analytics')).to.deep.equal({
      'analytics.facts used': 3,
      'analytics.payloads sent': 3
    })
  })

  it('takes nothing more once it is closed', async () => {
    const pump = pumpTo({ capturePath: path() })
    await pump.close()
    pump.tell(() => [fact(1)])
    await pump.idle()
    expect(readFileSync(path(), 'utf8')).to.equal('')
  })

  it('loses what finds the queue full, counts it, and says so once', async () => {
    const pump = pumpTo({ capturePath: path() })
    for (let n = 0; n < FACTS_MAX + 3; n += 1) pump.tell(() => [fact(n)])
    await pump.idle()
    pump.tell(() => [fact(1000)])
    await pump.close()
    const written = readFileSync(path(), 'utf8').split(/(?<=\n)/)
    expect(written).to.deep.equal([
      ...Array.from({ length: FACTS_MAX }, (_, n) => line(n)),
      line(1000)
    ])
    expect(numbers(pump.telemetry, 'analytics.facts')).to.deep.equal({
      'analytics.facts used': FACTS_MAX + 1,
      'analytics.facts dropped': 3
    })
    expect(logged).to.deep.equal([`analytics facts are lost: ${FACTS_MAX} wait already`])
  })

  it('posts through the host when no capture is selected', async () => {
    const pump = pumpTo({ capturePath: '', post })
    pump.tell(() => [fact(1)])
    await pump.close()
    expect(posted).to.deep.equal([{ events: [{ event_type: 'made', event_params: { atMs: 1 } }] }])
  })

  it('never posts what is captured', async () => {
    const pump = pumpTo({ capturePath: path(), post })
    pump.tell(() => [fact(1)])
    await pump.close()
    expect([posted, readFileSync(path(), 'utf8')]).to.deep.equal([[], line(1)])
  })

  it('never posts what cannot be captured, counts it, and says so once', async () => {
    mkdirSync(path())
    const pump = pumpTo({ capturePath: path(), post })
    pump.tell(() => [fact(1), fact(2)])
    await pump.idle()
    rmdirSync(path())
    pump.tell(() => [fact(3)])
    await pump.close()
    expect([posted, readFileSync(path(), 'utf8')]).to.deep.equal([[], line(3)])
    expect(numbers(pump.telemetry, 'analytics.payloads')).to.deep.equal({
      'analytics.payloads failed': 2,
      'analytics.payloads sent': 1
    })
    expect(logged).to.deep.equal([
      `analytics events cannot be captured: EISDIR: illegal operation on a directory, open '${path()}'`
    ])
  })

  it('goes on after a fact that cannot be used, or cannot even be told', async () => {
    const pump = pumpTo({ capturePath: path() }, (one) => {
      if (one.atMs === 1) throw new Error('not this one')
      return reduce(one)
    })
    pump.tell(() => [fact(1), fact(2)])
    pump.tell(() => {
      throw new Error('nor this')
    })
    await pump.close()
    expect(readFileSync(path(), 'utf8')).to.equal(line(2))
    expect(numbers(pump.telemetry, 'analytics.facts')).to.deep.equal({
      'analytics.facts failed': 2,
      'analytics.facts used': 1
    })
    expect(logged).to.deep.equal(['an analytics fact could not be used: nor this'])
  })

  it('says once that the host cannot post, and goes on', async () => {
    let calls = 0
    const pump = pumpTo({
      post: async () => {
        calls += 1
        throw new Error('no network')
      }
    })
    pump.tell(() => [fact(1), fact(2)])
    await pump.close()
    expect([calls, logged]).to.deep.equal([2, ['analytics events cannot be posted: no network']])
  })

  it('has nowhere to send when nothing is selected', () => {
    expect(openSender({})).to.equal(null)
  })
})
