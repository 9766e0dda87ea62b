// What `codex doctor` says of a home, `unroll doctor` says too. The goal: nothing that the real one reports is missing, and
// where counts differ there is a reason. The method: homes with databases that real binaries made, damaged in one way each;
// the answers of the doctors of 0.142.5 and 0.169.0 were recorded.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { inspectCodexState, type Inspection } from '../../../../adapters/library.ts'
import { stateFindings } from '../../../../adapters/upkeep/codex-state/findings.ts'
import type { Finding } from '../../../../domain/upkeep/check/finding.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import {
  DAMAGES,
  editDatabase,
  layDatabases,
  recordedHome,
  recordedState,
  type RecordedChecks
} from '../../../support/codex-state.ts'
import { openedEngine } from '../../../support/engines.ts'

const inspect = async (home: string): Promise<Inspection> => {
  const engine = await openedEngine({ home, index: 'memory' })
  try {
    const found = await inspectCodexState(engine, { home, env: {}, nowMs: 0 })
    if (E.isLeft(found)) throw new Error(found.left._tag)
    return found.right
  } finally {
    await engine.close()
  }
}

const number = (text: string | undefined): number => Number(text ?? 'none')

/** `mock=9, other=1` as an object. */
const histogram = (text: string): Record<string, number> =>
  Object.fromEntries(
    text.split(', ').map((each) => {
      const [word = '', count] = each.split('=')
      return [word, number(count)]
    })
  )

/** Counts of `codex doctor`, in its own terms. */
const countsOf = (checks: RecordedChecks) => {
  const { details } = checks['state.rollout_db_parity']
  const count = (name: string): number => number(details[`rollout DB ${name}`])
  return {
    activeRows: count('active rows'),
    archivedRows: count('archived rows'),
    missing: count('missing active rows') + count('missing archived rows'),
    stale: count('stale rows'),
    archiveMismatches: count('archive mismatches'),
    duplicateIds: count('duplicate rollout thread ids'),
    duplicatePaths: count('duplicate DB paths'),
    scanErrors: count('scan errors'),
    providers: histogram(details['rollout DB model providers'] ?? ''),
    sources: histogram(details['rollout DB sources'] ?? '')
  }
}

/**
 * Ours in the same terms. Codex compares paths, so each file of a thread but the one its row names is missing to it, and each
 * such thread a duplicate.
 */
const inItsTerms = ({ rows, files, findings }: Inspection, older: number, threads: number) => {
  if (rows === null) throw new Error('no rows')
  const moved = findings.filter(({ kind }) => kind === 'state_path_differs')
  const gone = moved.filter(({ facts }) => facts['holds'] === 'nothing')
  const headed = files.malformedNames.filter((path) => !files.headless.includes(path))
  const isAllMoved = findings.some(({ kind }) => kind === 'state_elsewhere')
  const everyHead = isAllMoved ? rows.activeRows + rows.archivedRows : 0
  return {
    activeRows: rows.activeRows,
    archivedRows: rows.archivedRows,
    missing:
      rows.missingActive +
      rows.missingArchived +
      moved.length -
      moved.filter(({ facts }) => facts['holds'] === 'this thread').length +
      everyHead +
      older +
      files.spares +
      headed.length,
    stale: rows.stale + gone.length + everyHead,
    archiveMismatches: rows.archivedDiffers,
    duplicateIds: files.duplicateThreads.length + headed.length + threads,
    duplicatePaths: rows.duplicatePaths,
    scanErrors: files.headless.length,
    providers: rows.providers,
    sources: rows.sources
  }
}

/** Threads with files from before a revert, and how many such files there are. */
const REVERTED: Readonly<Record<string, { readonly files: number; readonly threads: number }>> = {
  '0.142.5': { files: 0, threads: 0 },
  '0.169.0': { files: 6, threads: 4 }
}

/** Here the doctor of Codex cannot read rows at all. */
const WITHOUT_ROWS = new Set([
  'no database',
  'a database of other bytes',
  'a damaged page',
  'a log that is gone'
])

/** What is found besides what a clean home has. */
const FOUND: Readonly<Record<string, ReadonlyArray<string>>> = {
  nothing: [],
  'a file is deleted': ['state_row_stale'],
  'a file is archived by hand': ['state_path_differs'],
  'a file is emptied': [],
  'a file is copied to another day': ['state_path_differs'],
  'a file is copied to the archived ones': [],
  'a file that was never seen': ['state_row_missing'],
  'names and files that are none': [],
  'links in the place of files': [],
  'rows are missing': ['state_row_missing'],
  'flags are wrong': ['state_archived_differs'],
  'two rows name one file': ['state_duplicate_path', 'state_path_differs'],
  'the home was moved': ['state_elsewhere'],
  'no database': ['state_missing'],
  'a database of other bytes': ['state_unreadable'],
  'a damaged page': ['state_unreadable'],
  'a log that is gone': ['state_unreadable'],
  'a folder in the place of a database': ['state_unreadable']
}

/** The table as a migration of Codex makes it, which a later one drops. */
const DEVICE_KEYS = [
  [
    `CREATE TABLE device_key_bindings (
    key_id TEXT PRIMARY KEY NOT NULL,
    account_user_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);`
  ],
  ["insert into device_key_bindings values ('k', 'account', 'client', 1760000000, 1760000000)"]
] as const

const OF_FILES =
  /^(state_(missing|elsewhere|unreadable|row_.*|path_.*|archived_.*|duplicate_.*)|backfill_.*)$/

/** Kinds about files and rows, each once. */
const kindsOf = (findings: ReadonlyArray<Finding>): ReadonlyArray<string> =>
  [...new Set(findings.map(({ kind }) => kind))].filter((kind) => OF_FILES.test(kind)).sort()

for (const version of ['0.142.5', '0.169.0']) {
  describe(`doctor: homes of ${version}`, () => {
    const recorded = recordedState(version)
    for (const [name, damage] of Object.entries(DAMAGES)) {
      it(`finds and counts what codex doctor does, as check does: ${name}`, async () => {
        const home = await recordedHome(recorded)
        try {
          if (name === 'a log that is gone') layDatabases(home, recorded)
          await damage(home)
          const inspected = await inspect(home)
          expect(kindsOf(inspected.findings)).to.deep.equal(FOUND[name])
          // Only doctor looks at the other databases, and says that there is none.
          const isLeft = name === 'no database' || name === 'a folder in the place of a database'
          const checked = await stateFindings({ home, env: {}, nowMs: 0 })
          expect(kindsOf(checked)).to.deep.equal(isLeft ? [] : FOUND[name])
          const answer = recorded.answers[name]?.['0.169.0']
          if (answer === undefined || WITHOUT_ROWS.has(name)) return
          const { files, threads } = REVERTED[version] ?? { files: 0, threads: 0 }
          expect(inItsTerms(inspected, files, threads)).to.deep.equal(countsOf(answer))
        } finally {
          removeFolder(home)
        }
      })
    }

    it('takes the table of device keys that a Codex before 0.130 made, and says nothing of it', async () => {
      const home = await recordedHome(recorded)
      try {
        const { databases, ...before } = await inspect(home)
        await editDatabase(join(home, 'state_5.sqlite'), DEVICE_KEYS)
        const { databases: read, ...after } = await inspect(home)
        expect(after).to.deep.equal(before)
        expect(kindsOf(after.findings)).to.deep.equal([])
        expect(read.map(({ status }) => status)).to.deep.equal(
          databases.map(({ status }) => status)
        )
      } finally {
        removeFolder(home)
      }
    })
  })
}
