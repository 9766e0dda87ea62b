// Commands take the id of a file and the one in its metadata, as long as it is clear which thread is meant.
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import { linesIn, LISTED, otherIdsHome, SHARED } from '../../support/other-ids.ts'
import { idOf } from '../../support/rollouts.ts'
import { inHome, jsonLines } from './console.ts'

const FILE = idOf(1)

describe('command line: files whose metadata has another id than their name', () => {
  let home: string
  const unroll = inHome(() => home)
  beforeEach(() => {
    home = otherIdsHome()
  })
  afterEach(() => removeFolder(home))

  it('shows the thread by either id', async () => {
    const byFile = await unroll(['show', FILE, '--json'])
    expect(byFile.code).to.equal(0)
    expect(await unroll(['show', LISTED, '--json'])).to.deep.equal(byFile)
    expect(await unroll(['turns', LISTED])).to.deep.equal(await unroll(['turns', FILE]))
    expect(await unroll(['show', LISTED, '--at', '2026-12-01'])).to.deep.equal(
      await unroll(['show', FILE, '--at', '2026-12-01'])
    )
  })

  it('names it where Codex looks for the name, and finds it by that', async () => {
    expect((await unroll(['rename', FILE, 'found again'])).code).to.equal(0)
    const [entry] = jsonLines(readFileSync(join(home, 'session_index.jsonl'), 'utf8'))
    expect([entry.id, entry.thread_name]).to.deep.equal([LISTED, 'found again'])
    const shown = JSON.parse((await unroll(['show', 'found again', '--json'])).out)
    expect([shown.id ?? shown.thread.id]).to.deep.equal([FILE])
    expect((await unroll(['rename', LISTED, 'once more'])).code).to.equal(0)
    expect((await unroll(['undo'])).code).to.equal(0)
    expect((await unroll(['show', 'found again'])).code).to.equal(0)
  })

  it('names a thread under its own id where that in its metadata means another one too', async () => {
    expect((await unroll(['rename', idOf(2), 'the first'])).code).to.equal(0)
    const [entry] = jsonLines(readFileSync(join(home, 'session_index.jsonl'), 'utf8'))
    expect(entry.id).to.equal(idOf(2))
  })

  it('forks, archives and deletes it by the id in the metadata', async () => {
    expect((await unroll(['fork', LISTED])).code).to.equal(0)
    expect(linesIn(home).size).to.equal(5)
    expect((await unroll(['archive', LISTED])).code).to.equal(0)
    expect([...linesIn(home).keys()]).to.include('archived_sessions/00000000001.jsonl')
    expect((await unroll(['delete', LISTED])).code).to.equal(0)
    expect(linesIn(home).size).to.equal(4)
  })

  it('changes nothing while a Codex has it loaded, which goes by the id in the metadata', async () => {
    const folder = join(home, 'thread-writer-locks')
    mkdirSync(folder)
    const held = ['-c', 'exec 9>"$0"; flock 9; echo held; read _', join(folder, `${LISTED}.lock`)]
    const codex = spawn('bash', held, { stdio: ['pipe', 'pipe', 'ignore'] })
    const gone = once(codex, 'exit')
    try {
      await once(codex.stdout, 'data')
      const before = linesIn(home)
      for (const change of [
        ['rollback', FILE],
        ['archive', FILE],
        ['delete', FILE]
      ])
        expect((await unroll(change)).err).to.contain(`thread ${FILE}`)
      expect(linesIn(home)).to.deep.equal(before)
    } finally {
      codex.kill()
      await gone
    }
  })

  it('says which threads an id can mean', async () => {
    const { code, err } = await unroll(['show', SHARED])
    expect(code).to.equal(2)
    expect(err)
      .to.contain(`${idOf(2)}`)
      .and.contain(`${idOf(3)}`)
  })
})
