// The command line over a store. The goal: every command prints what it prints over files. The method: a recorded home and its
// twin in a stand-in of the server, the same words for both.
import { expect } from 'chai'
import { join } from 'node:path'
import { startEventStore, type TestEventStore } from '../../support/eventstore-server/server.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { connected } from '../../support/store-lines.ts'
import { storeHome } from '../../support/stored-home.ts'
import { jsonLines, type Done, unplaced, unroll } from './console.ts'

const MAIN = '01a1fcde'

const COMMANDS: ReadonlyArray<ReadonlyArray<string>> = [
  ['threads', '--all'],
  ['threads', '--archived'],
  ['search', 'the'],
  ['show', MAIN, '--all'],
  ['turns', MAIN, '--view', 'full'],
  ['items', MAIN],
  ['events', MAIN],
  ['events', MAIN, '--raw'],
  ['events', MAIN, '--raw', '--from', '3', '--to', '20'],
  ['context', MAIN],
  ['agents', MAIN],
  ['usage', 'thread'],
  ['tools'],
  ['blame', '/workspace/demo/notes.txt'],
  ['audit'],
  ['audit', 'approvals'],
  ['audit', 'export'],
  ['analytics', 'replay'],
  ['plugins', 'usage'],
  ['log'],
  ['fork', MAIN, '--dry-run'],
  ['show', 'nobody']
]

describe('the command line over a store', () => {
  let server: TestEventStore
  let home = ''
  let cache = ''
  before(async () => {
    server = await startEventStore()
    home = copyHome('fork-rollback-142')
    cache = temporaryFolder()
    const wire = await connected(server.url)
    await storeHome(wire, home)
    await wire.dispose()
  })
  after(async () => {
    await server.stop()
    removeFolder(home)
    removeFolder(cache)
  })

  const over = (words: ReadonlyArray<string>, store: string, json: boolean): Promise<Done> =>
    unroll([
      ...[...words, '--home', home, '--store', store],
      ...['--index', join(cache, store === 'file' ? 'files' : 'store'), ...(json ? ['--json'] : [])]
    ])

  /** The newest thread of all. */
  const newest = async (): Promise<string> => {
    const { out } = await over(['threads', '--all', '--json'], 'file', false)
    return String((jsonLines(out)[0] as { id: unknown }).id)
  }
  const archivedIn = async (store: string): Promise<ReadonlyArray<unknown>> =>
    (jsonLines((await over(['threads', '--archived'], store, true)).out) as ReadonlyArray<object>)
      .filter((line) => 'id' in line)
      .map((line) => [line.id, (line as { name?: unknown }).name])

  it('prints what it prints over files', async () => {
    const id = await newest()
    for (const words of COMMANDS)
      for (const json of [false, true]) {
        const typed = words.map((word) => (word === MAIN ? id : word))
        const files = await over(typed, 'file', json)
        const streams = await over(typed, server.url, json)
        const told = { ...streams, err: unplaced(streams.err.replaceAll(server.url, 'file')) }
        expect({ typed, ...told }).to.deep.equal({ typed, ...files, err: unplaced(files.err) })
      }
  })

  it('ends with 8 and says what to look at when nobody answers', async () => {
    const url = 'esdb://me:s3cret@127.0.0.1:1?tls=false&defaultDeadline=50'
    const where = 'esdb://127.0.0.1:1'
    for (const words of [['threads'], ['show', 'x'], ['index', 'status'], ['audit'], ['start']]) {
      const { code, out, err } = await unroll([...words, '--store', url, '--index', 'memory'])
      expect({ words, code, out }).to.deep.equal({ words, code: 8, out: '' })
      const [first = '', second] = err.split('\n')
      expect(first).to.match(/^unroll: the store at esdb:\/\/127\.0\.0\.1:1 cannot be reached: /)
      expect(second).to.match(/^check that the server runs and the connection string names it/)
      expect(err).not.to.contain('s3cret')
    }
    const json = await unroll(['threads', '--store', url, '--index', 'memory', '--json'])
    const error = JSON.parse(json.out) as Record<string, unknown>
    expect(error).to.include({ kind: 'store_unavailable', retryable: true })
    expect(String(error['message'])).to.contain(where)
  })

  it('changes threads in the store, and leaves the home as it is', async () => {
    const id = await newest()
    const before = await archivedIn('file')
    expect((await over(['rename', id, 'Renamed there'], server.url, false)).code).to.equal(0)
    expect((await over(['archive', id], server.url, false)).code).to.equal(0)
    const archived = await archivedIn(server.url)
    expect(archived).to.deep.include([id, 'Renamed there'])
    expect(archived.length).to.equal(before.length + 1)
    expect((await over(['undo'], server.url, false)).code).to.equal(0)
    expect(await archivedIn(server.url)).to.deep.equal(before)
    expect(await archivedIn('file')).to.deep.equal(before)
    expect((await over(['log'], 'file', true)).out).to.equal('')
  })
})
