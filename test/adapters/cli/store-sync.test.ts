// The commands between a home and a store, against the stand-in server over its real wire protocol.
import { EventStoreDBClient } from '@eventstore/db-client'
import { expect } from 'chai'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEventStore, type TestEventStore } from '../../support/eventstore-server/server.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { homeBytes } from '../../support/syncing.ts'
import { jsonLines, unroll, type Done } from './console.ts'

describe('command line: store push', () => {
  let server: TestEventStore
  let home: string
  before(async () => {
    server = await startEventStore()
    home = copyHome('basic-142')
  })
  after(async () => {
    await server.stop()
    removeFolder(home)
  })
  const push = (...words: ReadonlyArray<string>): Promise<Done> =>
    unroll(['store', 'push', ...words, '--home', home, '--store', server.url])

  it('tells what a dry run would do and does nothing, then does it, then finds nothing to do', async () => {
    const dry = await push('--dry-run')
    expect(server.log).to.deep.equal([])
    const [first, second] = [await push(), await push()]
    const name = server.url.replace(/\?.*/, '')
    const line = (verb: string, changed: string, what: string): string =>
      `${verb} ${home} to ${name}: ${what}; ${changed}\n`
    const all = '58 lines, 21.2 kB, 1 name'
    expect([dry, first, second]).to.deep.equal([
      { code: 0, out: line('would push', '2 threads of 2 changed, 2 new', all), err: '' },
      { code: 0, out: line('pushed', '2 threads of 2 changed, 2 new', all), err: '' },
      {
        code: 0,
        out: line('pushed', '0 threads of 2 changed, 0 new', '0 lines, 0 B, 0 names'),
        err: ''
      }
    ])
  })

  it('prints the same as JSON', async () => {
    const { code, out } = await push('--json')
    const [{ threads, changedThreads, problems }] = jsonLines(out)
    expect([code, threads, changedThreads, problems]).to.deep.equal([0, 2, 0, []])
  })

  it('refuses without a store, and a thread that is not there', async () => {
    const none = await unroll(['store', 'push', '--home', home])
    expect([none.code, none.err.split('\n')[0]]).to.deep.equal([2, 'unroll: no store is named'])
    expect((await push('nobody')).code).to.equal(3)
  })

  it('ends with 8 when the server is not there', async () => {
    await server.stop()
    const gone = `${server.url}&defaultDeadline=200`
    const { code, err } = await unroll(['store', 'push', '--home', home, '--store', gone])
    expect([code, err.split(':')[0]]).to.deep.equal([8, 'unroll'])
    await server.start()
  })
})

describe('command line: store pull, verify and mirror', () => {
  let server: TestEventStore
  let home: string
  let target: string
  before(async () => {
    server = await startEventStore()
    home = copyHome('fork-rollback-169')
    target = temporaryFolder()
    await unroll(['store', 'push', '--verify', '--home', home, '--store', server.url])
  })
  after(async () => {
    await server.stop()
    for (const folder of [home, target]) removeFolder(folder)
  })
  const store = (words: ReadonlyArray<string>, stop?: AbortSignal): Promise<Done> =>
    unroll(
      ['store', ...words, '--home', home, '--index', 'memory', '--store', server.url],
      stop === undefined ? {} : { stop }
    )

  it('pulls everything into another folder, once', async () => {
    const first = await store(['pull', '--to', target])
    const unasked = await store(['pull', '--to', target])
    expect([unasked.code, unasked.err.split('\n')[0]]).to.deep.equal([
      9,
      `unroll: not confirmed: Write what the store holds into ${target}, which has 4 threads?`
    ])
    const second = await store(['pull', '--to', target, '--yes'])
    const name = server.url.replace(/\?.*/, '')
    const line = (what: string): string => `pulled ${name} to ${target}: 4 threads, ${what}\n`
    expect([first, second]).to.deep.equal([
      { code: 0, out: line('9 files new, 0 longer, 0 as they were; 110.8 kB, 1 name'), err: '' },
      { code: 0, out: line('0 files new, 0 longer, 9 as they were; 0 B, 0 names'), err: '' }
    ])
    expect(homeBytes(target)).to.deep.equal(homeBytes(home))
  })

  it('pulls a thread by its name, and tells what stands in the way with exit code 1', async () => {
    const [[path = ''] = []] = [...homeBytes(home)]
    const other = temporaryFolder()
    try {
      const named = jsonLines(readFileSync(join(home, 'session_index.jsonl'), 'utf8')).at(-1)
      const part = named.thread_name.slice(1, -1).toUpperCase()
      const { code, out } = await store(['pull', part, '--to', other, '--json'])
      expect([code, jsonLines(out)[0].names]).to.deep.equal([0, 1])
      const there = [...homeBytes(other).keys()]
      expect(there.some((one) => one.includes(named.id))).to.equal(true)
      writeFileSync(join(target, path), 'something else\n')
      const refused = await store(['pull', '--to', target, '--yes'])
      expect([refused.code, refused.err.split('\n')[0]]).to.deep.equal([
        1,
        `unroll: ${path}: the file holds other bytes than the store from byte 0 on`
      ])
    } finally {
      removeFolder(other)
    }
  })

  it('verifies a home and a store: 0 when they are equal, 1 and the byte when they are not', async () => {
    const equal = await store(['verify'])
    expect([equal.code, /: 4 threads, [\d.]+ kB: 4 equal\n$/.test(equal.out)]).to.deep.equal([
      0,
      true
    ])
    const alone = await store(['verify', '--store-only', '--json', '--total'])
    const verdicts = jsonLines(alone.out).map(({ verdict, verdicts: all }) => verdict ?? all)
    expect([alone.code, verdicts]).to.deep.equal([
      0,
      ['sound', 'sound', 'sound', 'sound', { sound: 4 }]
    ])
    const [[path = '', text = ''] = []] = [...homeBytes(home)]
    appendFileSync(join(home, path), '{"more":1}\n')
    const ahead = await store(['verify'])
    writeFileSync(join(home, path), text, 'latin1')
    expect(ahead.code).to.equal(1)
    expect(ahead.out.split('\n')[0]).to.match(
      new RegExp(`${path}: the home is ahead at byte ${text.length}$`)
    )
  })

  it('mirrors until it is told to stop, and says what it brought', async () => {
    const stop = new AbortController()
    const [[path = ''] = []] = [...homeBytes(home)]
    appendFileSync(join(home, path), '{"more":1}\n')
    const events = server.log.length
    const done = store(['mirror', '--json'], stop.signal)
    while (server.log.length === events) await new Promise((resolve) => setTimeout(resolve, 5))
    stop.abort(130)
    const { code, out } = await done
    const kinds = jsonLines(out).map(({ kind, lines }) => [kind, lines])
    expect([code, kinds.at(-1)]).to.deep.equal([130, ['ended', 1]])
  })

  it('refuses words that it does not take', async () => {
    const codes = [
      await store(['mirror', 'x']),
      await store(['subscribe', 'x', 'y']),
      await store(['fetch'])
    ].map(({ code }) => code)
    expect(codes).to.deep.equal([2, 2, 2])
  })

  it('names a thread that somebody deleted at the server, and ends with 1', async () => {
    const files = [...homeBytes(home).keys()]
    const idOf = (path: string): string => /[0-9a-f]{8}-[-0-9a-f]{27}/.exec(path)?.[0] ?? ''
    const path =
      files.find((one) => files.every((other) => one === other || idOf(one) !== idOf(other))) ?? ''
    const thread = idOf(path)
    const client = EventStoreDBClient.connectionString(server.url)
    await client.deleteStream(`thread-${thread}`)
    await client.dispose()
    const { code, out } = await store(['verify', '--store-only'])
    const why = 'its stream was deleted at the server, and not by unroll'
    expect([code, out.split('\n').filter((line) => line.startsWith(thread))]).to.deep.equal([
      1,
      [`${thread} ${path}: lost in the store (${why})`]
    ])
    const pushed = await store(['push'])
    expect([pushed.code, pushed.err.split('\n')[0]]).to.deep.equal([1, `unroll: ${path}: ${why}`])
    const nobody = '0196b000-0000-7000-8000-000000000009'
    const unknown = await store(['verify', nobody])
    expect([unknown.code, unknown.out.split('\n')[0]]).to.deep.equal([
      1,
      `${nobody} thread-${nobody}: unknown to store and home`
    ])
  })
})
