// What threads take on disk, as a person asks for it.
import { expect } from 'chai'
import { cpSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BYTE_KINDS } from '../../../domain/upkeep/storage/kinds.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { OLDER } from '../../support/older-homes.ts'
import { inHome, jsonLines } from './console.ts'

const LARGE = '01a1fcde-3cb0-7011-8079-af112c16e46e'
const ARCHIVED = 'rollout-2026-11-21T06-49-45-01a1fcde-3e53-7060-9794-586e2c2f2af6.jsonl'
const LARGE_PATH = 'sessions/2026/11/21/rollout-2026-11-21T06-49-45-' + LARGE + '.jsonl'

describe('command line: storage', () => {
  let home: string
  const unroll = inHome(() => home)

  beforeEach(() => {
    home = copyHome('fork-rollback-142')
  })
  afterEach(() => removeFolder(home))

  it('lists what threads take, largest first, and their sum', async () => {
    const { code, out } = await unroll(['storage', '--limit', '1', '--json', '--total'])
    const [largest, total] = jsonLines(out)
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

  it('counts a document of the TypeScript client too, and leaves it as it is', async () => {
    const id = 'afc6550b-13cf-4f86-93af-acd5d72da3df'
    const name = `rollout-2026-11-22-${id}.json`
    cpSync(join(OLDER, 'document-0-1-2505172129/home/sessions', name), join(home, 'sessions', name))
    const { size } = statSync(join(home, 'sessions', name))
    const [spent] = jsonLines((await unroll(['storage', id, '--json'])).out)
    expect([spent.diskBytes, spent.rawBytes, spent.kinds.other]).to.deep.equal([size, size, size])
    const [total] = jsonLines((await unroll(['storage', '--json', '--total'])).out).slice(-1)
    expect([total.threads, total.files]).to.deep.equal([6, 6])
    const [file] = jsonLines((await unroll(['storage', 'compress', id, '--json'])).out)
    expect([file.outcome, file.reason]).to.deep.equal([
      'left',
      'it is a document of the TypeScript client, not lines'
    ])
  })

  it('compresses the archived threads, and tells each file and the sum', async () => {
    const path = 'archived_sessions/' + ARCHIVED
    const plainBytes = statSync(join(home, path)).size
    const tried = await unroll(['storage', 'compress', '--dry-run', '--json', '--total'])
    const { code, out, err } = await unroll(['storage', 'compress', '--yes', '--json', '--total'])
    const compressedBytes = statSync(join(home, `${path}.zst`)).size
    const [file, sum] = jsonLines(out)
    expect([code, err, jsonLines(out).length]).to.deep.equal([0, '', 2])
    expect({ ...file, operationId: null }).to.deep.equal({
      ...{ threadId: ARCHIVED.slice(28, 64), path, outcome: 'compressed', reason: null },
      ...{ plainBytes, compressedBytes, operationId: null }
    })
    expect(sum).to.deep.equal({ $: 'total', files: 1, left: 0, plainBytes, compressedBytes })
    expect(jsonLines(tried.out)).to.deep.equal([{ ...file, operationId: null }, sum])
    const { out: log } = await unroll(['log', '--json'])
    expect(jsonLines(log)[0].began.operation).to.equal('compress')
    expect(await unroll(['undo', file.operationId])).to.include({ code: 0 })
    expect(statSync(join(home, path)).size).to.equal(plainBytes)
    expect((await unroll(['storage', 'compress'], { tty: true, answer: 'y' })).err).to.match(
      /\nCompressed 1 file: [\d.]+ kB to [\d.]+ kB, [\d.]+ kB less \(\d+ %\)\.\nundo: unroll undo --home \S+ --index memory\n$/
    )
    expect((await unroll(['storage', 'expand'])).out).to.match(/^expanded\t/)
  })

  it('says so when there is nothing to do', async () => {
    const nothing = { code: 0, out: '', err: 'unroll: there is nothing to expand\n' }
    expect(await unroll(['storage', 'expand'])).to.deep.include(nothing)
    expect(await unroll(['storage', 'expand'], { tty: true })).to.deep.include(nothing)
  })

  it('warns where a Codex that does not read compressed rollouts wrote the newest thread', async () => {
    const old = copyHome('fork-rollback-130')
    const { err } = await inHome(() => old)(['storage', 'compress', '--dry-run'])
    removeFolder(old)
    expect(err).to.equal(
      'unroll: the newest thread was written by Codex 0.130.0; only 0.142 and later read compressed rollouts\n'
    )
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
