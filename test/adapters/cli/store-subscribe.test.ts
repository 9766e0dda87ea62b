// Following a store. The goal: everything that counts is told in its order, nothing is lost, and with a file nothing is
// told twice, whatever is stopped, started anew or killed. The method: threads written into a stand-in of the server.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectWire } from '../../../adapters/log/eventstore/connection/connect.ts'
import type { Wire } from '../../../adapters/log/eventstore/wire.ts'
import { startEventStore, type TestEventStore } from '../../support/eventstore-server/server.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { append, bytesOf, placed, planned, write } from '../../support/store-lines.ts'
import { jsonLines, unroll, type Done, type Setting } from './console.ts'

const ONE = '01a1fcde-0000-7000-8000-000000000001'
const TWO = '01a1fcde-0000-7000-8000-000000000002'

const message = (text: string): string =>
  `{"timestamp":"2026-11-21T06:46:30.000Z","type":"event_msg","payload":{"type":"user_message","message":"${text}"}}`

let server: TestEventStore
let wire: Wire
let folder = ''

const subscribe = (words: ReadonlyArray<string>, setting: Setting = {}): Promise<Done> =>
  unroll(
    [
      ...['store', 'subscribe', ...words, '--store', server.url],
      ...['--home', '/nowhere', '--index', join(folder, 'index')]
    ],
    setting
  )

const all = (...words: ReadonlyArray<string>): Promise<Done> =>
  subscribe([...words, '--until-caught-up'])

/** What was told, in few words. */
const told = (text: string): ReadonlyArray<string> =>
  jsonLines(text).map(
    ({ thread, type, event }) =>
      `${thread === ONE ? 'one' : 'two'} ${type} ${event?.payload?.message ?? ''}`
  )

const says = (thread: string, ...texts: ReadonlyArray<string>): ReadonlyArray<string> =>
  texts.map((text) => `${thread} event_msg/user_message ${text}`)

describe('unroll store subscribe', () => {
  beforeEach(async () => {
    server = await startEventStore({ maxAppendSizeBytes: 8192 })
    const connected = await connectWire(server.url)
    if (E.isLeft(connected)) throw new Error(JSON.stringify(connected.left))
    wire = connected.right
    folder = temporaryFolder()
  })
  afterEach(async () => {
    await wire.dispose()
    await server.stop()
    removeFolder(folder)
  })

  it('tells lines and facts with their places, in the order in which they came to count', async () => {
    const text = message('hello')
    await write(wire, ONE, [placed(ONE), { segment: ONE, lines: bytesOf(text, 'no "json', '') }])
    const [fact, line, damaged, ...rest] = jsonLines((await all()).out)
    const events = server.stream(`thread-${ONE}`)
    const at = (revision: number) => ({
      position: {
        commit: Number(events[revision]?.position),
        prepare: Number(events[revision]?.position)
      },
      stream: `thread-${ONE}`,
      revision,
      thread: ONE,
      at: fact.at
    })
    expect(fact).to.deep.equal({
      ...at(0),
      type: 'unroll-placed',
      data: {
        files: [
          {
            segment: ONE,
            path: `sessions/2026/11/21/rollout-2026-11-21T06-46-30-${ONE}.jsonl`,
            modifiedAtMs: 1000
          }
        ],
        lineage: [{ thread: ONE, segment: ONE, from: 0, until: null, gap: null }]
      }
    })
    expect(line).to.deep.equal({
      ...{ ...at(1), at: line.at, type: 'event_msg/user_message', segment: ONE },
      ...{ line: 0, offset: 0, bytes: text.length, event: JSON.parse(text) }
    })
    expect(damaged).to.deep.equal({
      ...{ ...at(2), at: damaged.at, type: 'unroll-damaged', segment: ONE, line: 1 },
      ...{ offset: text.length + 1, bytes: 8, raw: Buffer.from('no "json').toString('base64') }
    })
    expect(rest).to.deep.equal([])
  })

  it('tells a line of several parts once, and what was begun and given up never', async () => {
    const long = 'x'.repeat(30_000)
    const as = { callBytesMax: 6000 }
    const group = planned(TWO, [placed(TWO), { segment: TWO, lines: bytesOf(message(long)) }], {
      ...as,
      together: true
    })
    expect(group.calls.length).to.be.greaterThan(3)
    await append(wire, TWO, group, group.calls.length - 1)
    await write(wire, ONE, [placed(ONE), { segment: ONE, lines: bytesOf(message(long)) }], as)
    expect(told((await all('--types', 'event_msg/*')).out)).to.deep.equal(says('one', long))
    await append(wire, TWO, { ...group, calls: group.calls.slice(-1) })
    expect(told((await all('--types', 'event_msg/*')).out)).to.deep.equal([
      ...says('one', long),
      ...says('two', long)
    ])
  })

  it('tells only one thread, only some types, and from a place on', async () => {
    await write(wire, ONE, [
      placed(ONE),
      { segment: ONE, lines: bytesOf(message('a'), message('b')) }
    ])
    await write(wire, TWO, [placed(TWO), { segment: TWO, lines: bytesOf(message('c')) }])
    expect(told((await all(TWO)).out)).to.deep.equal(['two unroll-placed ', ...says('two', 'c')])
    const types = (await all('--types', 'session_meta, event_msg/user_message')).out
    expect(told(types)).to.deep.equal([...says('one', 'a', 'b'), ...says('two', 'c')])
    const { commit, prepare } = jsonLines(types)[0].position
    const rest = [...says('one', 'b'), 'two unroll-placed ', ...says('two', 'c')]
    expect(told((await all('--from', `${commit}/${prepare}`)).out)).to.deep.equal(rest)
    expect((await all('--from', 'end')).out).to.equal('')
  })

  it('goes on where the reader of a checkpoint was, also within what was begun and not over', async () => {
    const group = planned(
      TWO,
      [placed(TWO), { segment: TWO, lines: bytesOf(message('c'.repeat(9000))) }],
      { callBytesMax: 6000, together: true }
    )
    await append(wire, TWO, group, 1)
    const known = await write(wire, ONE, [
      placed(ONE),
      { segment: ONE, lines: bytesOf(message('a')) }
    ])
    const reader = ['--checkpoint', 'mine', '--types', 'event_msg/*']
    expect(told((await all(...reader)).out)).to.deep.equal(says('one', 'a'))
    expect((await all(...reader)).out).to.equal('')
    await write(wire, ONE, [{ segment: ONE, lines: bytesOf(message('b')) }], { directory: known })
    await append(wire, TWO, { ...group, calls: group.calls.slice(1) })
    expect(told((await all(...reader)).out)).to.deep.equal([
      ...says('one', 'b'),
      ...says('two', 'c'.repeat(9000))
    ])
    expect((await all('--checkpoint', 'other')).out).not.to.equal('')
  })

  it('leaves checkpoints where they are when the index is dropped', async () => {
    await write(wire, ONE, [placed(ONE), { segment: ONE, lines: bytesOf(message('a')) }])
    await all('--checkpoint', 'mine')
    const index = join(folder, 'index')
    writeFileSync(join(index, 'data.mdb'), '')
    const drop = ['index', 'drop', '--store', server.url, '--index', index, '--json']
    expect(JSON.parse((await unroll(drop)).out)).to.deep.equal({ index, dropped: true })
    expect(existsSync(join(index, 'data.mdb'))).to.equal(false)
    expect((await all('--checkpoint', 'mine')).out).to.equal('')
  })

  it('writes each line once to a file, and replaces one that was left unfinished', async () => {
    const file = join(folder, 'told.jsonl')
    const into = ['--out', file, '--types', 'event_msg/*']
    const known = await write(wire, ONE, [
      placed(ONE),
      { segment: ONE, lines: bytesOf(message('a'), message('b')) }
    ])
    expect(await all(...into)).to.deep.equal({ code: 0, out: '', err: '' })
    const whole = readFileSync(file, 'utf8')
    expect(told(whole)).to.deep.equal(says('one', 'a', 'b'))
    truncateSync(file, whole.length - 20)
    await all(...into)
    expect(readFileSync(file, 'utf8')).to.equal(whole)
    truncateSync(file, 5)
    await all(...into)
    expect(readFileSync(file, 'utf8')).to.equal(whole)
    await write(wire, ONE, [{ segment: ONE, lines: bytesOf(message('c')) }], { directory: known })
    await all(...into)
    expect(told(readFileSync(file, 'utf8'))).to.deep.equal(says('one', 'a', 'b', 'c'))
  })

  it('appends to no file that holds anything else', async () => {
    const file = join(folder, 'mine.txt')
    for (const text of ['dear diary\n', '{"a":1}\n', 'no newline', `{"position":{}}\n`]) {
      writeFileSync(file, text)
      const { code, out } = await all('--out', file, '--json')
      expect(code).to.equal(2)
      expect(JSON.parse(out).kind).to.equal('invalid_request')
      expect(readFileSync(file, 'utf8')).to.equal(text)
    }
  })

  it('goes on when the server is started anew, until it is stopped', async () => {
    const known = await write(wire, ONE, [
      placed(ONE),
      { segment: ONE, lines: bytesOf(message('a')) }
    ])
    const stop = new AbortController()
    const file = join(folder, 'told.jsonl')
    const running = subscribe(['--out', file], { stop: stop.signal })
    const has = async (text: string): Promise<void> => {
      while (!existsSync(file) || !readFileSync(file, 'utf8').includes(text))
        await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await has('"a"')
    await server.stop()
    await server.start()
    await write(wire, ONE, [{ segment: ONE, lines: bytesOf(message('b')) }], { directory: known })
    await has('"b"')
    stop.abort(130)
    expect(await running).to.deep.equal({ code: 130, out: '', err: '' })
    expect(told(readFileSync(file, 'utf8')).slice(1)).to.deep.equal(says('one', 'a', 'b'))
  })

  it('lets one process at a time use a checkpoint', async () => {
    const stop = new AbortController()
    const running = subscribe(['--checkpoint', 'mine'], { stop: stop.signal })
    while (server.openSubscriptions() === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const { code, err } = await all('--checkpoint', 'mine')
    expect([code, err.split('\n')[0]]).to.deep.equal([
      7,
      'unroll: the checkpoint mine is in use by another process'
    ])
    stop.abort(130)
    expect((await running).code).to.equal(130)
    expect((await all('--checkpoint', 'mine')).code).to.equal(0)
  })

  it('ends with 8 when nobody answers or the server refuses', async () => {
    await server.stop()
    const { code, err } = await unroll([
      ...['store', 'subscribe', '--store', `${server.url}&defaultDeadline=50`]
    ])
    expect(code).to.equal(8)
    expect(err).to.match(/^unroll: the store at esdb:\/\/127\.0\.0\.1:\d+ cannot be reached: /)
    await server.start()
    server.fail({ method: 'subscribe', with: 'access_denied' })
    expect((await all()).code).to.equal(8)
  })

  it('refuses words that lead nowhere', async () => {
    const wrong = async (...words: ReadonlyArray<string>) => (await all(...words)).code
    expect(await wrong('--from', 'yesterday')).to.equal(2)
    expect(await wrong('--checkpoint', '../x')).to.equal(2)
    expect(await wrong('--checkpoint', 'a', '--out', 'b')).to.equal(2)
    expect((await unroll(['store', 'subscribe'])).code).to.equal(2)
    expect((await unroll(['store', 'sing', '--store', server.url])).code).to.equal(2)
    const memory = ['store', 'subscribe', '--checkpoint', 'a', '--index', 'memory']
    expect((await unroll([...memory, '--store', server.url])).code).to.equal(2)
  })
})
