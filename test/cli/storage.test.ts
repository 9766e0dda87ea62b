// What threads take on disk, as a person asks for it.
import { expect } from 'chai'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { BYTE_KINDS } from '../../domain/storage/kinds.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const LARGE = '01a1fcde-3cb0-7011-8079-af112c16e46e'
const LARGE_PATH = 'sessions/2026/11/21/rollout-2026-11-21T06-49-45-' + LARGE + '.jsonl'

describe('command line: storage', () => {
  let home: string
  const unroll = inHome(() => home)

  beforeEach(() => {
    home = copyHome('fork-rollback-142')
  })
  afterEach(() => removeFolder(home))

  it('lists what threads take, largest first, and their sum', async () => {
    const { code, out } = await unroll(['storage', '--limit', '1', '--json'])
    const [largest, { total }] = jsonLines(out)
    expect(code).to.equal(0)
    expect([largest.threadId, largest.diskBytes]).to.deep.equal([
      LARGE,
      statSync(join(home, LARGE_PATH)).size
    ])
    const sums = (spent: { kinds: Record<string, number> }): number =>
      BYTE_KINDS.reduce((sum, kind) => sum + (spent.kinds[kind] ?? NaN), 0)
    expect(sums(largest)).to.equal(largest.rawBytes)
    expect([total.threads, total.files, sums(total)]).to.deep.equal([5, 5, 173391])
  })

  it('answers about one thread, by the beginning of its id', async () => {
    const { out } = await unroll(['storage', LARGE.slice(0, 13)])
    const fields = out.split('\t')
    expect([fields[0], fields.length, out.split('\n').length]).to.deep.equal([LARGE, 20, 2])
    expect(await unroll(['storage', 'nobody'])).to.include({ code: 3, out: '' })
    expect(await unroll(['storage', '01a1fcde'])).to.include({ code: 2, out: '' })
  })

  it('refuses where a store holds the threads', async () => {
    const done = await unroll(['storage', '--store', 'esdb://127.0.0.1:1?tls=false'])
    expect(done).to.deep.equal({
      code: 6,
      out: '',
      err: 'unroll: storage is about files, and a store holds the threads\ntype "unroll index status" for what it holds\n'
    })
  })
})
