import { expect } from 'chai'
import { appendFileSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type {
  ImportableSession,
  ImportedSession
} from '../../../adapters/imports/import-sessions.ts'
import {
  importUser,
  ledgerOf,
  removeImportUser,
  type ImportUser
} from '../../support/import-home.ts'
import { unroll, type Done } from './console.ts'

const rowsOf = <A>({ out }: Done): ReadonlyArray<A> =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as A)

const outcomes = (done: Done): ReadonlyArray<readonly [string, string | undefined]> =>
  rowsOf<ImportedSession>(done).map(({ outcome, path }) => [outcome, path.split('/').at(-1)])

describe('unroll import', () => {
  let user: ImportUser
  const at = (...words: ReadonlyArray<string>): Promise<Done> =>
    unroll([...words, '--home', user.home, '--index', 'memory'], {
      env: { HOME: user.userHome },
      nowMs: Date.now
    })
  const session = (name: string): string => join(user.sessions, name)

  beforeEach(() => {
    user = importUser()
  })
  afterEach(() => removeImportUser(user))

  it('lists what can be imported, newest first, and nothing that was imported and did not change', async () => {
    const before = rowsOf<ImportableSession>(await at('import', 'list', '--max', '2', '--json'))
    expect(before.map(({ title }) => title)).to.deep.equal([null, 'By a person'])
    await at('import', 'titled')
    const after = rowsOf<ImportableSession>(await at('import', 'list', 'claude', '--json'))
    expect(after.map(({ path }) => path)).not.to.include(session('one/titled.jsonl'))
    expect(after).to.have.length(61)
  })

  it('imports sessions by path and by the beginning of a name, and once only', async () => {
    const first = await at('import', session('one/s00.jsonl'), 'titled', '--json')
    expect(first.code).to.equal(0)
    expect(outcomes(first)).to.have.deep.members([
      ['imported', 's00.jsonl'],
      ['imported', 'titled.jsonl']
    ])
    const [{ threadId = '' } = {}] = rowsOf<{ readonly threadId: string }>(first)
    const shown = await at('show', threadId, '--json')
    expect(shown.code).to.equal(0)
    const again = await at('import', session('one/s00.jsonl'), '--json')
    expect([again.code, outcomes(again)]).to.deep.equal([0, [['known', 's00.jsonl']]])
  })

  it('names a thread by its title where that is not how it begins', async () => {
    await at('import', 'titled', 's00')
    const threads = rowsOf<{ readonly name: string | null }>(await at('threads', '--json'))
    expect(threads.map(({ name }) => name)).to.have.members(['By a person', null])
  })

  it('ends with how it is seen and taken back; turns keep names that tell them apart', async () => {
    const done = await at('import', 's00')
    const [{ id = '' } = {}] = rowsOf<{ readonly id: string }>(await at('threads', '--json'))
    const tail = `--home ${user.home} --index memory`
    expect(done.err).to.equal(
      `Imported 1 session.\nnext: unroll show ${id} ${tail}\nundo: unroll undo ${tail}\n`
    )
    const shown = await unroll(['show', id, '--home', user.home, '--index', 'memory'], {
      ...{ env: { HOME: user.userHome }, nowMs: Date.now, tty: true }
    })
    const [turn = ''] = /external-import-turn-\d+/.exec(shown.out) ?? []
    expect((await at('show', id, '--turn', turn, '--json')).code).to.equal(0)
    expect((await at('import', 's00')).err).to.equal('Imported 0 sessions, 1 imported before.\n')
  })

  it('appends what a session says since, and refuses one that was rewritten unless a new thread is wanted', async () => {
    await at('import', 's00')
    const path = session('one/s00.jsonl')
    const more = { type: 'user', message: { content: 'more' }, timestamp: new Date().toISOString() }
    appendFileSync(path, `${JSON.stringify(more)}\n`)
    expect(outcomes(await at('import', 's00', '--json'))).to.deep.equal([['appended', 's00.jsonl']])
    writeFileSync(path, readFileSync(path, 'utf8').replace('question 0', 'another question'))
    const refused = await at('import', 's00', '--json')
    expect(refused.code).to.equal(1)
    expect(rowsOf<ImportedSession>(refused)[0]?.reason).to.match(
      /source was rewritten since it was imported as thread [0-9a-f-]{36}$/
    )
    expect(outcomes(await at('import', 's00', '--again', '--json'))).to.deep.equal([
      ['imported', 's00.jsonl']
    ])
  })

  it('is taken back by undo, after which the session can be imported again', async () => {
    await at('import', 's00')
    expect((await at('undo')).code).to.equal(0)
    expect(rowsOf(await at('threads', '--json'))).to.deep.equal([])
    expect(outcomes(await at('import', 's00', '--json'))).to.deep.equal([['known', 's00.jsonl']])
    expect(outcomes(await at('import', 's00', '--again', '--json'))).to.deep.equal([
      ['imported', 's00.jsonl']
    ])
  })

  it('leaves an undone import alone once something was added to its thread', async () => {
    await at('import', 's00')
    const path = session('one/s00.jsonl')
    appendFileSync(path, `${JSON.stringify({ type: 'assistant', message: { content: 'late' } })}\n`)
    await at('import', 's00')
    const [, began = ''] = (await at('log', '--json')).out.split('\n')
    const { began: { id = '' } = {} } = JSON.parse(began) as {
      readonly began?: { readonly id: string }
    }
    expect((await at('undo', id)).code).to.equal(6)
  })

  it('changes nothing with --dry-run', async () => {
    const done = await at('import', '--all', '--dry-run', '--json')
    const agents = rowsOf<ImportableSession>(done).map(({ agent }) => agent)
    expect(agents.filter((agent) => agent === 'claude')).to.have.length(62)
    expect(agents.filter((agent) => agent === 'cursor')).to.have.length(2)
    expect(ledgerOf(user)).to.equal('')
    expect(rowsOf(await at('threads', '--json'))).to.deep.equal([])
  })

  it('imports all, and tells what cannot be imported', async () => {
    const done = await at('import', '--all', '--from', 'claude')
    expect(done.code).to.equal(0)
    expect(done.err.split('\n')).to.deep.equal([
      `unroll: 1 file below ${user.sessions} passed over: links, or files of others`,
      'Imported 61 sessions, 1 with nothing to import.',
      `next: unroll threads --home ${user.home} --index memory`,
      `undo: unroll undo --home ${user.home} --index memory, 61 times`,
      ''
    ])
    expect(rowsOf(await at('threads', '--json', '--all-rows'))).to.have.length(61)
  })

  it('reads a folder that is named instead of that of the agent', async () => {
    const folder = join(user.userHome, '.claude')
    const elsewhere = await unroll(
      [
        ...['import', 'titled', '--from', 'claude', '--source', folder],
        ...['--home', user.home, '--index', 'memory', '--json']
      ],
      { env: { HOME: '/nowhere' }, nowMs: Date.now }
    )
    expect(outcomes(elsewhere)).to.deep.equal([['imported', 'titled.jsonl']])
  })

  it('refuses a ledger that it cannot read, and writes nothing', async () => {
    const path = join(user.home, 'external_agent_session_imports.json')
    writeFileSync(path, '{no')
    expect((await at('import', '--all')).code).to.equal(6)
    const named = await at('import', 's00', '--json')
    expect([named.code, readFileSync(path, 'utf8')]).to.deep.equal([1, '{no'])
    expect(rowsOf(await at('threads', '--json'))).to.deep.equal([])
  })

  it('follows no link, opens no FIFO, and refuses what lies outside of the folder', async () => {
    execFileSync('mkfifo', [session('one/fifo.jsonl')])
    symlinkSync('/etc', session('etc'))
    symlinkSync(session('one'), session('linked'))
    const listed = rowsOf<ImportableSession>(await at('import', 'list', '--json'))
    const odd = listed.filter(({ path }) => /fifo|etc|linked|link-out/.test(path))
    expect(odd).to.deep.equal([])
    for (const path of [
      'one/fifo.jsonl',
      'one/link-out.jsonl',
      'etc/passwd',
      '../../../outside/out.jsonl'
    ]) {
      const done = await at('import', session(path))
      expect([path, done.code]).to.deep.equal([path, 3])
    }
    // A link to a session that is there stands for it.
    const linked = await at('import', session('linked/s00.jsonl'), '--json')
    expect(outcomes(linked)).to.deep.equal([['imported', 's00.jsonl']])
  })

  it('says what is wrong with what was typed', async () => {
    const codes = await Promise.all(
      [
        ['import'],
        ['import', 's00', '--all'],
        ['import', 's0'],
        ['import', 'nothing'],
        ['import', 'list', 'nobody'],
        ['import', '--all', '--source', '/tmp']
      ].map(async (words) => (await at(...words)).code)
    )
    expect(codes).to.deep.equal([2, 2, 2, 3, 2, 2])
  })

  it('keeps members of the ledger that it does not know, and digits that numbers round', async () => {
    const path = join(user.home, 'external_agent_session_imports.json')
    const other =
      '{"records":[{"source_path":"/x","content_sha256":"y","imported_thread_id":"z","imported_at":1,"source_modified_at":1795440502726123456,"odd":[1.50]}],"more":{"a":1}}'
    writeFileSync(path, other)
    utimesSync(path, 1, 1)
    await at('import', 's00')
    const text = readFileSync(path, 'utf8')
    expect(text).to.include('"source_modified_at": 1795440502726123456')
    const { records, more } = JSON.parse(text) as {
      readonly records: ReadonlyArray<Readonly<Record<string, unknown>>>
      readonly more: unknown
    }
    expect([records.length, records[0]?.['odd'], more]).to.deep.equal([2, [1.5], { a: 1 }])
  })
})
