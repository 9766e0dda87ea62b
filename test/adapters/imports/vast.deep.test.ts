// A session with a line that is longer than a text can be: it is told, and nothing of it is imported.
import { expect } from 'chai'
import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { importUser, removeImportUser, type ImportUser } from '../../support/import-home.ts'
import { unroll, type Done } from '../cli/console.ts'

const LINE_BYTES_MAX = 256 * 1024 * 1024

describe('a vast line of a session', () => {
  let user: ImportUser
  const at = (...words: ReadonlyArray<string>): Promise<Done> =>
    unroll([...words, '--home', user.home, '--index', 'memory'], {
      env: { HOME: user.userHome },
      nowMs: Date.now
    })
  const session = (name: string): string => join(user.sessions, 'one', name)

  beforeEach(() => {
    user = importUser()
  })
  afterEach(() => removeImportUser(user))

  it('a line of more than 256 MiB: told, and nothing is imported of it', async () => {
    const path = session('vast.jsonl')
    const first = readFileSync(session('s00.jsonl'), 'utf8')
    writeFileSync(path, first)
    truncateSync(path, first.length + LINE_BYTES_MAX + 1)
    const file = openSync(path, 'a')
    writeSync(file, `\n${first}`)
    closeSync(file)
    const why = `the line at byte ${first.length} is longer than ${LINE_BYTES_MAX} bytes`
    const listed = await at('import', 'list', 'claude', '--json')
    expect([listed.code, listed.out.includes('vast.jsonl')]).to.deep.equal([0, false])
    expect(listed.err).to.include(`${path} is left out: ${why}`)
    const done = await at('import', path, '--json')
    expect(done.code).to.equal(1)
    expect((JSON.parse(done.out) as { readonly reason: string }).reason).to.equal(
      `failed to prepare external agent session: ${why}`
    )
    expect((await at('threads', '--json')).out).to.equal('')
  }).timeout(60_000)
})
