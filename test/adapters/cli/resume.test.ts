// Continuing a thread in Codex: the command that is run, and why it is not.
import { expect } from 'chai'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySample, removeFolder } from '../../support/fixture-home.ts'
import { unroll, type Done } from './console.ts'

const THREAD = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const ARCHIVED = '01a1fcf0-c1ce-7611-ba06-445bc34baf72'

let home = ''

const resume = (words: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}): Promise<Done> =>
  unroll(['resume', ...words, '--home', home, '--index', 'memory'], { env })

describe('unroll resume', () => {
  beforeEach(() => (home = copySample()))
  afterEach(() => removeFolder(home))

  it('refuses an archived thread and a folder that is gone, and says what to do', async () => {
    const archived = await resume([ARCHIVED])
    expect(archived.code).to.equal(6)
    expect(archived.err).to.contain(`unroll unarchive ${ARCHIVED}`)
    const gone = await resume([THREAD])
    expect(gone.code).to.equal(6)
    expect(gone.err).to.contain('/workspace/demo does not exist')
    expect(gone.err).to.contain(`codex resume ${THREAD}`)
    expect((await resume(['nothing'])).code).to.equal(3)
  })

  it('prints the command, quoted for a shell, and says where Codex is missing', async () => {
    const folder = join(home, 'a folder')
    mkdirSync(folder)
    const id = '01a1fcff-0000-7000-8000-000000000001'
    const meta = {
      timestamp: '2026-11-21T06:46:30.000Z',
      type: 'session_meta',
      payload: {
        id,
        cwd: folder,
        timestamp: '2026-11-21T06:46:30.000Z',
        originator: 'codex',
        cli_version: '0.142.5',
        source: 'cli'
      }
    }
    const said = {
      timestamp: '2026-11-21T06:46:30.000Z',
      type: 'event_msg',
      payload: { type: 'user_message', message: 'hi' }
    }
    const path = join(home, 'sessions/2026/11/21', `rollout-2026-11-21T06-46-30-${id}.jsonl`)
    writeFileSync(path, `${JSON.stringify(meta)}\n${JSON.stringify(said)}\n`)
    const printed = await resume([id, '--print'])
    expect(printed.err).to.equal('')
    expect(printed.out).to.equal(`cd '${folder}' && CODEX_HOME=${home} codex resume ${id}\n`)
    const file = join(home, 'codex')
    writeFileSync(file, '')
    chmodSync(file, 0o644)
    const missing = await resume([id], { PATH: home })
    expect(missing.code).to.equal(6)
    expect(missing.err).to.contain('Codex is not in $PATH')
  })

  it('needs a terminal or a picker to choose with, and takes what the picker says', async () => {
    const chosen = await unroll(['pick', '--home', home, '--index', 'memory'], {
      cwd: home,
      env: { ...process.env, UNROLL_PICKER: 'grep 41be' }
    })
    expect(chosen).to.deep.include({ code: 0, out: `${THREAD}\n` })
    const none = await unroll(['pick', '--home', home, '--index', 'memory'], {
      cwd: home,
      env: { ...process.env, UNROLL_PICKER: 'head -c0' }
    })
    expect(none.code).to.equal(130)
    const dumb = await unroll(['pick', '--home', home, '--index', 'memory'], {
      env: { TERM: 'dumb' }
    })
    expect(dumb.code).to.equal(2)
    const piped = await unroll(['threads', '--watch', '--home', home, '--index', 'memory'])
    expect(piped.code).to.equal(2)
  })
})
