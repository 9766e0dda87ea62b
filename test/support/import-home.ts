/**
 * A user with sessions of other agents, and what is asked about them: the same for a real Codex and for this server.
 */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256Hex } from '../../domain/digest.ts'
import type { ProfileName } from '../../domain/log/profile.ts'

/** Folders of such a user. */
export interface ImportUser {
  readonly root: string
  readonly userHome: string
  readonly home: string
  readonly sessions: string
}

const DAY_S = 24 * 3600

const record = (cwd: string, role: string, content: string, at: number): string =>
  JSON.stringify({
    cwd,
    type: role,
    message: { role, content },
    timestamp: new Date(at * 1000).toISOString()
  })

/** A session of two messages at a time, in Unix seconds. */
const conversation = (cwd: string, said: string, at: number): ReadonlyArray<string> => [
  record(cwd, 'user', said, at - 60),
  record(cwd, 'assistant', `answer to ${said}`, at)
]

/** Makes the user. Times go by the clock: what is recent is. */
export const importUser = (): ImportUser => {
  const root = mkdtempSync(join(tmpdir(), 'importuser'))
  const [userHome, home, work, gone, outside] = [
    'user',
    'codex',
    'work/project',
    'work/gone',
    'outside'
  ].map((name) => join(root, name)) as [string, string, string, string, string]
  const sessions = join(userHome, '.claude/projects')
  for (const folder of [join(sessions, 'one'), join(sessions, 'two/deep'), home, work, outside])
    mkdirSync(folder, { recursive: true })
  const now = Math.floor(Date.now() / 1000)
  const plant = (path: string, lines: ReadonlyArray<string>, at: number): void => {
    writeFileSync(path, `${lines.join('\n')}\n`)
    utimesSync(path, at, at)
  }
  for (let i = 0; i < 60; i++) {
    const at = now - 3600 - ((i * 7) % 60) * (DAY_S / 2)
    // Messages are in another order than the files.
    const said = now - 3600 - ((i * 11) % 60) * (DAY_S / 2)
    const name = `s${String(i).padStart(2, '0')}.jsonl`
    plant(
      join(sessions, i % 2 === 0 ? 'one' : 'two', name),
      conversation(work, `question ${i}`, said),
      at
    )
  }
  const at = now - 600
  const put = (name: string, lines: ReadonlyArray<string>, time = at): void =>
    plant(join(sessions, name), lines, time)
  put('one/lost-cwd.jsonl', conversation(gone, 'lost', at))
  put('one/second-cwd.jsonl', [
    ...conversation(gone, 'first is gone', at),
    ...conversation(work, 'second is there', at)
  ])
  put('one/only-assistant.jsonl', [record(work, 'assistant', 'nobody asked', at)])
  put('one/no-time.jsonl', [
    JSON.stringify({ cwd: work, type: 'user', message: { content: 'timeless' } })
  ])
  put('one/empty.jsonl', [])
  put('one/other.txt', conversation(work, 'no session', at))
  put('two/deep/deeper.jsonl', conversation(work, 'too deep', at))
  put('old.jsonl', conversation(work, 'not in a project', at))
  put('one/old.jsonl', conversation(work, 'old', now - 40 * DAY_S), now - 40 * DAY_S)
  put('one/titled.jsonl', [
    ...conversation(work, 'asked', at - 60),
    JSON.stringify({ type: 'ai-title', aiTitle: 'By the agent' }),
    JSON.stringify({ type: 'custom-title', customTitle: '  By a person ' })
  ])
  plant(join(outside, 'out.jsonl'), conversation(work, 'outside', at), at)
  symlinkSync(join(outside, 'out.jsonl'), join(sessions, 'one/link-out.jsonl'))
  const said = (role: string, content: object | string): string =>
    JSON.stringify({ role, message: { content } })
  const transcripts = join(userHome, '.cursor/projects', work.slice(1).replaceAll('/', '-'))
  const unknown = join(userHome, '.cursor/projects/nowhere-at-all')
  for (const folder of [transcripts, unknown])
    mkdirSync(join(folder, 'agent-transcripts/inner/subagents'), { recursive: true })
  const cursor = [
    said('user', [{ type: 'text', text: '<user_query>\nask the cursor\n</user_query>' }]),
    said('assistant', [{ type: 'text', text: 'an answer' }]),
    JSON.stringify({ type: 'user', message: { content: 'only a type' } }),
    said('user', 'a text alone'),
    said('assistant', [{ type: 'tool_use', name: 'Shell', input: { command: 'ls' } }])
  ]
  plant(join(transcripts, 'agent-transcripts/first.jsonl'), cursor, at)
  plant(join(transcripts, 'agent-transcripts/inner/second.jsonl'), cursor.slice(3), at - 5)
  plant(join(transcripts, 'agent-transcripts/inner/subagents/third.jsonl'), cursor, at)
  plant(join(transcripts, 'fourth.jsonl'), cursor, at)
  plant(join(unknown, 'agent-transcripts/fifth.jsonl'), cursor, at - 9)
  writeFileSync(join(home, 'config.toml'), '')
  return { root, userHome, home, sessions }
}

/** Deletes it. */
export const removeImportUser = ({ root }: ImportUser): void =>
  rmSync(root, { recursive: true, force: true })

/** Something asked, or something done to the files before the next question. */
export type ImportStep =
  | { readonly method: string; readonly params: object; readonly waits?: boolean }
  | { readonly change: (user: ImportUser) => void; readonly name: string }

const sessionsItem = (user: ImportUser, names: ReadonlyArray<string>): object => ({
  itemType: 'SESSIONS',
  description: 'd',
  cwd: null,
  details: {
    plugins: [],
    sessions: names.map((name) => ({
      path: name.startsWith('/') ? name : join(user.sessions, name),
      cwd: '/x',
      title: null
    })),
    mcpServers: [],
    hooks: [],
    subagents: [],
    commands: []
  }
})

/** A ledger that knows sessions in every way in which one may be known, or seem to be. */
const everyLedger = ({ home, sessions }: ImportUser, era: ProfileName): void => {
  const record = (name: string, is: { at?: number; sha?: string; seen?: number | null }) => {
    const path = join(sessions, name)
    const modified = Math.floor(statSync(path).mtimeMs / 1000)
    const { at = 5, sha, seen = 0 } = is
    return {
      source_path: path,
      content_sha256: sha ?? sha256Hex(readFileSync(path, 'utf8')),
      imported_thread_id: '01890000-0000-7000-8000-000000000000',
      imported_at: modified + at,
      ...(era === '0.130' || seen === null ? {} : { source_modified_at: (modified + seen) * 1e9 }),
      ...(era === '0.169' ? { connector_names: [], title: null } : {})
    }
  }
  const [changed, elsewhere] = ['0'.repeat(64), join(sessions, 'one/gone.jsonl')]
  const records = [
    record('one/s02.jsonl', {}),
    record('one/s04.jsonl', { sha: changed }),
    record('one/s06.jsonl', { seen: 9 }),
    record('one/s08.jsonl', { seen: 9, sha: changed }),
    record('one/s10.jsonl', { seen: null, sha: changed }),
    record('one/s12.jsonl', { seen: null, sha: changed, at: 0 }),
    record('one/s14.jsonl', { seen: null, sha: changed, at: -5 }),
    record('one/s16.jsonl', { seen: null, at: -5 }),
    { ...record('one/s18.jsonl', {}), source_path: elsewhere },
    record('one/s20.jsonl', { seen: 9, sha: changed }),
    record('one/s20.jsonl', { seen: 8 }),
    record('one/s22.jsonl', { seen: 9, sha: changed }),
    record('one/s22.jsonl', { sha: changed })
  ]
  const more = era === '0.169' ? { detected_connector_records: [] } : {}
  writeFileSync(
    join(home, 'external_agent_session_imports.json'),
    JSON.stringify({ records, ...more }, null, 2)
  )
}

const DETECT = 'externalAgentConfig/detect'
const IMPORT = 'externalAgentConfig/import'
const HISTORIES = 'externalAgentConfig/import/readHistories'

/** What is asked, in order. */
export const importSteps = (user: ImportUser, era: ProfileName): ReadonlyArray<ImportStep> => {
  const file = (name: string): string => join(user.sessions, name)
  const since142 = era !== '0.130'
  const detect = (params: object): ImportStep => ({ method: DETECT, params })
  const importing = (names: ReadonlyArray<string>): ImportStep => ({
    method: IMPORT,
    params: { migrationItems: [sessionsItem(user, names)] },
    waits: true
  })
  const histories: ReadonlyArray<ImportStep> = since142 ? [{ method: HISTORIES, params: {} }] : []
  const change = (name: string, act: () => void): ImportStep => ({ name, change: act })
  return [
    detect({}),
    detect({ cwds: ['/does/not/exist'] }),
    detect({ includeHome: true }),
    detect({ includeHome: 'yes' }),
    ...(era === '0.169'
      ? [
          detect({ includeHome: true, maxSessions: 3 }),
          detect({ includeHome: true, maxSessions: 0 }),
          detect({ includeHome: true, maxSessionAgeDays: 1, maxSessions: 5 }),
          detect({ includeHome: true, maxSessionAgeDays: 90, maxSessions: 200 }),
          detect({ includeHome: true, migrationSource: 'nobody', maxSessions: 1 })
        ]
      : []),
    { method: IMPORT, params: { migrationItems: [] } },
    { method: IMPORT, params: {} },
    {
      method: IMPORT,
      params: { migrationItems: [{ itemType: 'NOPE', description: 'd', cwd: null }] }
    },
    ...(since142
      ? [importing(['one/nothing.jsonl', '/etc/hostname'])]
      : [
          {
            method: IMPORT,
            params: { migrationItems: [sessionsItem(user, ['one/nothing.jsonl'])] }
          }
        ]),
    importing(['one/s00.jsonl']),
    importing(['one/titled.jsonl']),
    importing(['one/titled.jsonl']),
    importing(['one/only-assistant.jsonl']),
    ...(since142 ? [importing(['one/lost-cwd.jsonl']), importing(['one/link-out.jsonl'])] : []),
    ...histories,
    change('time of a session', () => {
      const { mtimeMs } = statSync(file('one/s00.jsonl'))
      utimesSync(file('one/s00.jsonl'), mtimeMs / 1000 + 30, mtimeMs / 1000 + 30)
    }),
    importing(['one/s00.jsonl']),
    change('a session grows by an answer and a question', () => {
      const at = Math.floor(Date.now() / 1000) - 30
      const lines = [
        record(join(user.root, 'work/project'), 'assistant', 'late answer', at),
        record(join(user.root, 'work/project'), 'user', 'more?', at + 1),
        record(join(user.root, 'work/project'), 'assistant', 'no more', at + 2)
      ]
      appendFileSync(file('one/titled.jsonl'), `${lines.join('\n')}\n`)
    }),
    importing(['one/titled.jsonl']),
    change('a session grows by a question', () => {
      const at = Math.floor(Date.now() / 1000) - 20
      const line = record(join(user.root, 'work/project'), 'user', 'once more', at)
      appendFileSync(file('one/titled.jsonl'), `${line}\n`)
    }),
    importing(['one/titled.jsonl']),
    change('a session grows by what nobody says', () =>
      appendFileSync(file('one/titled.jsonl'), '{"type":"system"}\n')
    ),
    importing(['one/titled.jsonl']),
    ...histories,
    ...(era === '0.169'
      ? [
          {
            method: 'externalAgentConfig/import/recordHistory',
            params: { providerId: '', itemTypeResults: [] }
          },
          ...histories
        ]
      : []),
    ...(era === '0.169' ? [detect({ includeHome: true, migrationSource: 'cursor' })] : []),
    change('a session is rewritten', () => {
      const path = file('one/titled.jsonl')
      writeFileSync(path, readFileSync(path, 'utf8').replace('asked', 'never asked'))
    }),
    importing(['one/titled.jsonl']),
    change('a ledger of every kind of record', () => everyLedger(user, era)),
    detect({ includeHome: true }),
    importing(['one/s02.jsonl', 'one/s04.jsonl', 'one/s06.jsonl', 'one/s16.jsonl']),
    change('a broken ledger', () =>
      writeFileSync(join(user.home, 'external_agent_session_imports.json'), '{no')
    ),
    detect({ includeHome: true }),
    ...(since142 ? [importing(['one/s02.jsonl'])] : [])
  ]
}

/** The ledger as it stands. */
export const ledgerOf = ({ home }: ImportUser): string => {
  try {
    return readFileSync(join(home, 'external_agent_session_imports.json'), 'utf8')
  } catch {
    return ''
  }
}
