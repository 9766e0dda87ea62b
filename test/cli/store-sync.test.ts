// The commands between a home and a store, against the stand-in server over its real wire protocol.
import { expect } from 'chai'
import { startEventStore, type TestEventStore } from '../support/eventstore-server/server.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
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
