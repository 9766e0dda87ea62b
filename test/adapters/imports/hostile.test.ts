// What somebody may have put where sessions are looked for: each thing has an answer, and nothing is lost or followed.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import {
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { importUser, removeImportUser, type ImportUser } from '../../support/import-home.ts'
import { unroll, type Done } from '../cli/console.ts'

const LEDGER = 'external_agent_session_imports.json'

describe('what lies where sessions are looked for', () => {
  let user: ImportUser
  const at = (...words: ReadonlyArray<string>): Promise<Done> =>
    unroll([...words, '--home', user.home, '--index', 'memory'], {
      env: { HOME: user.userHome },
      nowMs: Date.now
    })
  const session = (name: string): string => join(user.sessions, 'one', name)
  const threads = async (): Promise<number> =>
    (await at('threads', '--json', '--all-rows')).out.split('\n').filter((line) => line !== '')
      .length

  beforeEach(() => {
    user = importUser()
  })
  afterEach(() => removeImportUser(user))

  it('files of another user: passed over, and refused by name', async () => {
    // Only root can give files away.
    if (process.getuid?.() !== 0) return
    chownSync(session('s00.jsonl'), 4711, 4711)
    const listed = await at('import', 'list', 'claude', '--json')
    expect(listed.out).not.to.include('s00.jsonl')
    expect(listed.err).to.include('2 files below')
    expect((await at('import', session('s00.jsonl'))).code).to.equal(3)
    expect(await threads()).to.equal(0)
  })

  it('names that a terminal would obey, and names of no text: shown harmless, and imported', async () => {
    const odd = '\u001b]0;owned\u0007 \n\u202e.jsonl'
    writeFileSync(session(odd), readFileSync(session('s00.jsonl'), 'utf8'))
    const bytes = Buffer.concat([
      Buffer.from(session('')),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('.jsonl')
    ])
    writeFileSync(bytes, readFileSync(session('s02.jsonl')))
    for (const words of [
      ['import', 'list'],
      ['import', '--all', '--dry-run']
    ]) {
      const { out, err } = await at(...words)
      expect(/[\u001b\u0007\u202e]/.test(out + err)).to.equal(false)
    }
    const done = await at('import', session(odd))
    expect([done.code, /[\u001b\u0007\u202e]/.test(done.out + done.err)]).to.deep.equal([0, false])
    expect(await threads()).to.equal(1)
  })

  it('paths that lead elsewhere: nothing is opened', async () => {
    for (const path of [
      `${session('s00.jsonl')}\0`,
      `${session('')}${'x'.repeat(300)}.jsonl`,
      join(user.sessions, '..', '..', '..', 'outside', 'out.jsonl'),
      user.sessions,
      session(''),
      '/proc/self/environ'
    ])
      expect([path, (await at('import', path)).code]).to.deep.equal([path, 3])
    expect(await threads()).to.equal(0)
  })

  it('a folder of sessions that is a link: read where it leads, and not out of there', async () => {
    const elsewhere = join(user.root, 'elsewhere')
    execFileSync('mv', [user.sessions, elsewhere])
    symlinkSync(elsewhere, user.sessions)
    const done = await at('import', 's00', '--json')
    expect(done.code).to.equal(0)
    expect((JSON.parse(done.out) as { readonly path: string }).path).to.equal(
      join(elsewhere, 'one/s00.jsonl')
    )
    expect((await at('import', session('link-out.jsonl'))).code).to.equal(3)
  })

  it('a ledger that is no plain file: refused at once, and left as it is', async () => {
    const path = join(user.home, LEDGER)
    for (const make of [
      () => execFileSync('mkfifo', [path]),
      () => mkdirSync(path),
      () => symlinkSync('/dev/zero', path)
    ]) {
      make()
      const before = lstatSync(path).mode
      const done = await at('import', 's00', '--json')
      expect(done.code).to.equal(1)
      expect((JSON.parse(done.out) as { readonly reason: string }).reason).to.match(
        /^failed to prepare external agent session: failed to read external agent session import ledger: /
      )
      expect((await at('import', '--all')).code).to.equal(6)
      expect(lstatSync(path).mode).to.equal(before)
      rmSync(path, { recursive: true })
    }
    expect(await threads()).to.equal(0)
  })

  it('a ledger with records of every shape: what is no record is kept, and stops nothing', async () => {
    const path = join(user.home, LEDGER)
    const odd = [7, null, 'x', [], {}, { source_path: 5 }, { source_path: session('s00.jsonl') }]
    writeFileSync(path, JSON.stringify({ records: odd, deep: { __proto__: 1 } }))
    expect((await at('import', 's00')).code).to.equal(0)
    const { records } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly records: ReadonlyArray<unknown>
    }
    expect(records.slice(0, odd.length)).to.deep.equal(odd)
    expect(records).to.have.length(odd.length + 1)
    expect(await threads()).to.equal(1)
  })
})
