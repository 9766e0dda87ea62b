// Codex's databases are looked at without a trace and without trust. The goal: rows in the log beside a database are seen,
// nothing in the home changes, and whatever stands in the place of a database is told instead of thrown. The method: the
// bytes that a real app-server left, as they are, cut, flipped, and replaced.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import initSqlJs from 'sql.js'
import { threadState } from '../../../../adapters/upkeep/codex-state/tables.ts'
import { inspectCodexState } from '../../../../adapters/library.ts'
import {
  editDatabase,
  layDatabases,
  recordedHome,
  recordedState
} from '../../../support/codex-state.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { openedEngine } from '../../../support/engines.ts'

const NAMED = '01a1fd04-6dfa-7a33-87cf-0c6af6b51bf7'

describe("Codex's databases", () => {
  let folder = ''
  beforeEach(() => void (folder = temporaryFolder()))
  afterEach(() => removeFolder(folder))
  const path = (): string => join(folder, 'state_5.sqlite')

  const made = async (...statements: ReadonlyArray<string>): Promise<void> => {
    const { Database } = await initSqlJs()
    const database = new Database()
    for (const statement of statements) database.run(statement)
    writeFileSync(path(), database.export())
    database.close()
  }

  for (const version of ['0.142.5', '0.169.0']) {
    it(`are read with the log that stands beside them (${version})`, async () => {
      const recorded = recordedState(version)
      layDatabases(folder, recorded)
      const read = await threadState(path())
      const said = recorded.answers['nothing']?.[version]?.['state.rollout_db_parity'].details
      expect(read.kind === 'read' ? String(read.value.threads.length) : read).to.equal(
        said?.['rollout DB rows']
      )
    })
  }

  it('are left as they are, and nothing comes beside them', async () => {
    layDatabases(folder, recordedState('0.169.0'))
    const looks = () =>
      readdirSync(folder).map((name) => {
        const { size, mtimeMs, ctimeMs, ino } = statSync(join(folder, name))
        return [name, size, mtimeMs, ctimeMs, ino]
      })
    const before = looks()
    await threadState(path())
    expect(looks()).to.deep.equal(before)
  })

  it('hold what was finished when their log is cut anywhere', async () => {
    layDatabases(folder, recordedState('0.169.0'))
    const log = readFileSync(`${path()}-wal`)
    const kinds = new Set<string>()
    for (let at = 0; at < log.length; at += 31_337) {
      writeFileSync(`${path()}-wal`, log.subarray(0, at))
      const read = await threadState(path())
      kinds.add(read.kind === 'read' ? 'read' : read.kind === 'unreadable' ? read.why : read.kind)
    }
    // Before the schema is there, and while it is.
    expect([...kinds].sort()).to.deep.equal(['it has no table of threads', 'read'])
  })

  it('are told as unreadable, or read, with any of their bytes changed', async () => {
    const home = await recordedHome(recordedState('0.169.0'))
    try {
      const database = join(home, 'state_5.sqlite')
      const bytes = readFileSync(database)
      let seed = 7
      const random = (below: number): number => {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
        return (seed >>> 8) % below
      }
      for (let round = 0; round < 200; round++) {
        const changed = Buffer.from(bytes)
        for (let each = 0; each < 20; each++) changed[random(changed.length)] = random(256)
        writeFileSync(database, changed)
        expect((await threadState(database)).kind).to.match(/^(read|unreadable)$/)
      }
    } finally {
      removeFolder(home)
    }
  })

  const instead: Readonly<Record<string, readonly [() => void | Promise<void>, string]>> = {
    'a pipe': [() => void execFileSync('mkfifo', [path()]), 'it is not a plain file'],
    'a link': [() => symlinkSync('/etc/passwd', path()), 'it is not a plain file'],
    'a folder': [() => mkdirSync(path()), 'it is not a plain file'],
    'an empty file': [() => writeFileSync(path(), ''), 'it is empty'],
    'a text': [() => writeFileSync(path(), 'x'.repeat(4096)), 'it is not an SQLite database'],
    'a database of something else': [
      () => made('create table notes(body text)'),
      'it has no table of threads'
    ],
    'a view that never ends': [
      () =>
        made(
          'create view threads as with recursive n(i) as (select 1 union all select i + 1 from n) select i as id from n'
        ),
      'it has no table of threads'
    ]
  }
  for (const [what, [make, why]] of Object.entries(instead)) {
    it(`are told as unreadable where ${what} stands instead`, async () => {
      await make()
      expect(await threadState(path())).to.deep.equal({ kind: 'unreadable', why })
    })
  }

  it('of another version are read as far as they have what is looked for', async () => {
    await made(
      'create table threads(id text, rollout_path text, title text, later text generated always as (hex(zeroblob(9))) virtual)',
      "insert into threads(id, rollout_path, title) values ('ABC', '/h/x', 't')"
    )
    const read = await threadState(path())
    const row = read.kind === 'read' ? read.value.threads[0] : undefined
    expect([row?.id, row?.rolloutPath, row?.name, row?.preview, row?.tokensUsed]).to.deep.equal([
      'abc',
      '/h/x',
      null,
      null,
      0
    ])
  })

  it('tell names that nothing else knows, with the command that keeps them', async () => {
    const home = await recordedHome(recordedState('0.169.0'))
    const engine = await openedEngine({ home, index: 'memory' })
    try {
      await editDatabase(join(home, 'state_5.sqlite'), [
        ['update threads set name = ? where id = ?', ["Ana's plan", NAMED]]
      ])
      const found = await inspectCodexState(engine, { home, env: {}, nowMs: 0 })
      const findings = found._tag === 'Right' ? found.right.findings : []
      const named = findings.filter(({ threadId }) => threadId === NAMED)
      expect(named.map(({ kind, remedy, facts }) => [kind, remedy, facts])).to.deep.equal([
        [
          'state_name_differs',
          `so that it is not lost with the database: unroll rename ${NAMED} 'Ana'\\''s plan'`,
          { sessionIndex: null, database: "Ana's plan" }
        ]
      ])
    } finally {
      await engine.close()
      removeFolder(home)
    }
  })

  it('that are not finished yet are told, and whether somebody is at it', async () => {
    const home = await recordedHome(recordedState('0.169.0'))
    const engine = await openedEngine({ home, index: 'memory' })
    try {
      await editDatabase(join(home, 'state_5.sqlite'), [
        [
          "update backfill_state set status = 'running', last_watermark = 'sessions/x', updated_at = 1000"
        ]
      ])
      const inspected = await inspectCodexState(engine, { home, env: {}, nowMs: 1_060_000 })
      const findings = inspected._tag === 'Right' ? inspected.right.findings : []
      const found = findings.filter(({ kind }) => kind === 'backfill_unfinished')
      expect(found.map(({ severity, facts }) => [severity, facts])).to.deep.equal([
        [
          'warning',
          { status: 'running', lastWatermark: 'sessions/x', ageSeconds: 60, leaseHolds: true }
        ]
      ])
    } finally {
      await engine.close()
      removeFolder(home)
    }
  })
})
