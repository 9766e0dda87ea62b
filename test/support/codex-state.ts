/**
 * Homes with Codex's databases in them, and what can be wrong with them.
 *
 * A recorded database names the place where it was recorded; in a test its paths are put right first.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import initSqlJs from 'sql.js'
import { snapshotOf } from '../../adapters/upkeep/codex-state/snapshot.ts'
import { FIXTURES, temporaryFolder } from './fixture-home.ts'

/** Recorded homes that one home was made of, by the version that wrote them. */
export const BASES: Readonly<Record<string, ReadonlyArray<string>>> = {
  '0.142.5': ['basic-142', 'agents-142', 'goals-settings-142'],
  '0.169.0': ['basic-169', 'agents-169', 'goals-settings-169', 'fork-rollback-169']
}

const DAY = 'sessions/2026/11/21'
/** The first thread of `basic`; it is archived. */
const ARCHIVED = /-(01a1fcdb-41be|01a1fd04-6a2b)-/

/** Lays a home from recorded ones; one thread is archived. */
export const layHome = (home: string, version: string): void => {
  mkdirSync(join(home, 'archived_sessions'), { recursive: true })
  let names = ''
  for (const name of BASES[version] ?? []) {
    const from = join(FIXTURES, 'homes', name, 'home')
    cpSync(join(from, 'sessions'), join(home, 'sessions'), { recursive: true })
    const index = join(from, 'session_index.jsonl')
    if (existsSync(index)) names += readFileSync(index, 'utf8')
  }
  writeFileSync(join(home, 'session_index.jsonl'), names)
  writeFileSync(
    join(home, 'config.toml'),
    'model = "lab-a"\nmodel_provider = "mock"\n[model_providers.mock]\nname = "Mock"\nbase_url = "http://127.0.0.1:9/v1"\nwire_api = "responses"\n'
  )
  for (const name of readdirSync(join(home, DAY)))
    if (ARCHIVED.test(name))
      renameSync(join(home, DAY, name), join(home, 'archived_sessions', name))
}

/** Runs statements on a database, which stands without a log afterwards. */
export const editDatabase = async (
  path: string,
  statements: ReadonlyArray<readonly [string, ReadonlyArray<string>?]>
): Promise<void> => {
  const snapshot = snapshotOf(path)
  if (snapshot.kind !== 'read') throw new Error(`${path}: ${snapshot.kind}`)
  const { Database } = await initSqlJs()
  const database = new Database(snapshot.bytes)
  for (const [statement, given = []] of statements) database.run(statement, [...given])
  writeFileSync(path, database.export())
  database.close()
  for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
}

const files = (home: string): ReadonlyArray<string> =>
  readdirSync(join(home, DAY))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(home, DAY, name))

const first = (home: string): string => files(home)[0] ?? ''
/** A thread that is one file. */
const last = (home: string): string => files(home).at(-1) ?? ''
const state = (home: string): string => join(home, 'state_5.sqlite')
const copied = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}
const edited =
  (...statements: ReadonlyArray<string>) =>
  (home: string): Promise<void> =>
    editDatabase(
      state(home),
      statements.map((statement) => [statement])
    )
const withoutState = (home: string): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${state(home)}${end}`, { force: true })
}

/** What can happen to a home and its database, by name. */
export const DAMAGES: Readonly<Record<string, (home: string) => void | Promise<void>>> = {
  nothing: () => undefined,
  'a file is deleted': (home) => rmSync(last(home)),
  'a file is archived by hand': (home) =>
    renameSync(last(home), join(home, 'archived_sessions', basename(last(home)))),
  'a file is emptied': (home) => writeFileSync(last(home), ''),
  'a file is copied to another day': (home) =>
    copied(last(home), join(home, 'sessions/2026/11/22', basename(last(home)))),
  'a file is copied to the archived ones': (home) =>
    copied(last(home), join(home, 'archived_sessions', basename(last(home)))),
  'a file that was never seen': (home) => {
    const id = '01a1ffff-0000-7000-8000-000000000001'
    const old = basename(last(home), '.jsonl').slice(-36)
    const text = readFileSync(last(home), 'utf8').replaceAll(old, id)
    writeFileSync(join(home, DAY, `rollout-2026-11-21T23-00-00-${id}.jsonl`), text)
  },
  'names and files that are none': (home) => {
    copied(last(home), join(home, DAY, 'rollout-foo.jsonl'))
    copied(last(home), join(home, DAY, 'other.jsonl'))
    writeFileSync(join(home, DAY, 'rollout-garbage.jsonl'), 'hello\n')
    const id = '01a1ffff-0000-7000-8000-000000000002'
    writeFileSync(join(home, DAY, `rollout-2026-11-21T23-00-01-${id}.jsonl`), '')
  },
  'links in the place of files': (home) => {
    const id = '01a1ffff-0000-7000-8000-000000000003'
    symlinkSync(first(home), join(home, DAY, `rollout-2026-11-21T23-00-02-${id}.jsonl`))
  },
  'rows are missing': edited('delete from threads where archived = 0'),
  'flags are wrong': edited('update threads set archived = 1 - archived'),
  'two rows name one file': edited(
    'update threads set rollout_path = (select max(rollout_path) from threads where archived = 0) where archived = 0'
  ),
  'the home was moved': edited(
    "update threads set rollout_path = '/elsewhere' || substr(rollout_path, instr(rollout_path, '/sessions/')) where archived = 0",
    "update threads set rollout_path = '/elsewhere' || substr(rollout_path, instr(rollout_path, '/archived_sessions/')) where archived = 1"
  ),
  'no database': withoutState,
  'a database of other bytes': (home) => {
    withoutState(home)
    writeFileSync(state(home), 'not a database\n'.repeat(1000))
  },
  'a damaged page': async (home) => {
    await editDatabase(state(home), [])
    const bytes = readFileSync(state(home))
    bytes.fill(0xee, 4096 * 2, 4096 * 6)
    writeFileSync(state(home), bytes)
  },
  'a log that is gone': (home) => {
    for (const end of ['-wal', '-shm']) rmSync(`${state(home)}${end}`, { force: true })
  },
  'a folder in the place of a database': (home) => {
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(home, `goals_1.sqlite${end}`), { force: true })
    mkdirSync(join(home, 'goals_1.sqlite'))
  }
}

/** What was recorded with a real Codex. */
export interface RecordedState {
  readonly version: string
  /** Where the home stood. */
  readonly home: string
  /** Bytes of databases and logs in base64. */
  readonly databases: Readonly<Record<string, string>>
  /** What the doctors said: damage, version of the doctor, check. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, RecordedChecks>>>>
}

/** Two checks of `codex doctor`. */
export type RecordedChecks = Readonly<
  Record<
    'state.paths' | 'state.rollout_db_parity',
    { readonly status: string; readonly details: Readonly<Record<string, string>> }
  >
>

export const recordedState = (version: string): RecordedState =>
  JSON.parse(
    brotliDecompressSync(
      readFileSync(join(FIXTURES, 'codex-state', `${version}.json.br`))
    ).toString()
  ) as RecordedState

/** Goals that only a database holds, and what Codex answers about them. */
export interface RecordedGoals extends Pick<RecordedState, 'version' | 'databases'> {
  /** Answers to `thread/goal/get` by thread. */
  readonly answers: Readonly<Record<string, unknown>>
  /** Threads by the name that Codex shows of them without `session_index.jsonl`. */
  readonly named: Readonly<Record<string, string>>
}

export const recordedGoals = (version: string): RecordedGoals =>
  JSON.parse(
    brotliDecompressSync(
      readFileSync(join(FIXTURES, 'codex-state', `goals-${version}.json.br`))
    ).toString()
  ) as RecordedGoals

/** Puts the recorded databases into a home, byte for byte. */
export const layDatabases = (
  home: string,
  { databases }: Pick<RecordedState, 'databases'>
): void => {
  for (const [name, bytes] of Object.entries(databases))
    writeFileSync(join(home, name), Buffer.from(bytes, 'base64'))
}

/** A home as it was recorded, with its databases; the caller deletes it. */
export const recordedHome = async (recorded: RecordedState): Promise<string> => {
  const home = temporaryFolder()
  layHome(home, recorded.version)
  layDatabases(home, recorded)
  await editDatabase(join(home, 'state_5.sqlite'), [
    ['update threads set rollout_path = replace(rollout_path, ?, ?)', [recorded.home, home]]
  ])
  return home
}
