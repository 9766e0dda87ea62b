/**
 * Random homes for lists: threads that begin in every odd way, from sources and with metadata of every kind. The same seed
 * makes the same home everywhere, so that what a real Codex answered about it can be recorded.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { temporaryFolder } from './fixture-home.ts'
import { diceOf, type Dice } from './random.ts'
import { idOf, linesOf } from './rollouts.ts'

type Members = Readonly<Record<string, unknown>>

const FIRST_MS = Date.parse('2026-05-01T10:00:00.000Z')
const HOUR_MS = 3_600_000

const iso = (ms: number): string => new Date(ms).toISOString()

/** A line that has no time and no number yet. */
type Said = readonly [type: string, payload: Members]

const user = (message: string, more: Members = {}): Said => [
  'event_msg',
  { type: 'user_message', message, ...more }
]
const agent = (message: string): Said => ['event_msg', { type: 'agent_message', message }]
const sent = (text: string): Said => [
  'response_item',
  { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
]
const IMAGE: Members = { images: ['data:image/png;base64,AAAA'] }
const LOCAL_IMAGE: Members = { local_images: ['/w/picture.png'] }

const goal = (threadId: string, objective: string): Said => [
  'event_msg',
  {
    type: 'thread_goal_updated',
    threadId,
    goal: {
      ...{ threadId, objective, status: 'active', tokenBudget: null, tokensUsed: 0 },
      ...{ timeUsedSeconds: 0, createdAt: 1_777_000_000, updatedAt: 1_777_000_000 }
    }
  }
]

/** How threads may begin, each with what a list may make a preview of. */
const openings = (id: string): ReadonlyArray<ReadonlyArray<Said>> => [
  [user('')],
  [user('   ')],
  [user('\n\t')],
  [user('\u00a0')],
  [user('\u0000')],
  [user('', IMAGE)],
  [user(' ', LOCAL_IMAGE)],
  [user('', { images: [], local_images: [] })],
  [user('with a picture', IMAGE)],
  [user('\ufeffmarked')],
  [user('\ufeff')],
  [user('  led and followed \n')],
  [user('\u200bzero width')],
  [user('\u0085next line\u0085')],
  [user('before\n## My request for Codex:\nbehind it')],
  [user('before\n## My request for Codex:\n  ')],
  [user('## My request for Codex:', IMAGE)],
  [user('a ## My request for Codex: b ## My request for Codex: c')],
  [user('<environment_context>\n  <cwd>/w</cwd>\n</environment_context>')],
  [user('<user_instructions>\nbe brief\n</user_instructions>')],
  [user('# AGENTS.md instructions for /w\n\n<INSTRUCTIONS>\nx\n</INSTRUCTIONS>')],
  [user('<user_shell_command>\nls\n</user_shell_command>')],
  [user('<turn_aborted>\nx\n</turn_aborted>')],
  [user('/review')],
  [user('/plan a plan')],
  [user('!ls')],
  [user('plain', { kind: 'environment_context' })],
  [sent('<environment_context>\n</environment_context>')],
  [sent('only sent')],
  [agent('nobody asked')],
  [goal(id, 'reach the hill')],
  [goal(id, '  ')],
  [goal(id, '\ufeff goal')],
  []
]

const SOURCES: ReadonlyArray<unknown> = [
  ...['cli', 'cli', 'cli', 'vscode', 'vscode', 'exec', 'exec', 'mcp', 'unknown'],
  ...[
    undefined,
    { custom: 'house' },
    { custom: 'atlas' },
    { custom: 'chatgpt' },
    { internal: 'memory_consolidation' }
  ],
  ...[{ subagent: 'review' }, { subagent: 'compact' }, { subagent: 'memory_consolidation' }],
  { subagent: { other: 'guardian' } },
  { subagent: { other: 'house' } }
]

const GITS: ReadonlyArray<unknown> = [
  ...[undefined, undefined, null, {}],
  ...[{ commit_hash: 'aaaa' }, { branch: 'main' }, { repository_url: 'https://git.invalid/a' }],
  { commit_hash: 'bbbb', branch: 'side', repository_url: 'https://git.invalid/b' },
  { commit_hash: null, branch: 'nobody', repository_url: null }
]

const CWDS = ['/w', '/w', '/v', '/']

const LATER: ReadonlyArray<ReadonlyArray<Said>> = [
  [],
  [],
  [user('said later')],
  [user('said later'), agent('answered')],
  [user('', IMAGE), user('said last')],
  [agent('answered')],
  [user('\ufefflater')]
]

interface Spawning {
  readonly ids: ReadonlyArray<string>
  readonly at: number
}

const spawnedBy = (dice: Dice, { ids, at }: Spawning): unknown => ({
  subagent: {
    thread_spawn: {
      parent_thread_id: ids[dice.below(at)] ?? ids[0],
      depth: 1,
      agent_path: null,
      agent_nickname: dice.one([null, 'Ann']),
      agent_role: dice.one([null, 'scout'])
    }
  }
})

/** A thread of a made home. */
export interface MadeThread {
  readonly id: string
  /** Below the home. */
  readonly path: string
  readonly lines: ReadonlyArray<string>
  readonly modifiedMs: number
}

/** Where the clock of the machine stands that writes: in file names, and only there. */
const OFFSETS_MS = [0, 0, 0, 2 * HOUR_MS, -5 * HOUR_MS]

const metaOf = (
  dice: Dice,
  spawning: Spawning,
  createdMs: number,
  isPaginated: boolean
): Members => {
  const { ids, at } = spawning
  const source = at > 0 && dice.once(4) ? spawnedBy(dice, spawning) : dice.one(SOURCES)
  const isForked = at > 0 && dice.once(8)
  const all: Members = {
    id: ids[at],
    ...(dice.once(3) ? { session_id: ids[at] } : {}),
    timestamp: iso(createdMs),
    cwd: dice.one(CWDS),
    originator: dice.one(['codex_cli_rs', 'codex_exec', 'lab']),
    cli_version: dice.one(['0.130.0', '0.142.5', '']),
    source,
    model_provider: dice.one(['mock', 'mock', 'mock', 'other', null, undefined]),
    git: dice.one(GITS),
    ...(isForked ? { forked_from_id: ids[dice.below(at)] } : {}),
    ...(at > 0 && dice.once(6) ? { parent_thread_id: ids[dice.below(at)] } : {}),
    ...(dice.once(6)
      ? { thread_source: dice.one(['user', 'subagent', 'memory_consolidation']) }
      : {}),
    ...(dice.once(8) ? { agent_nickname: 'Bob', agent_role: 'critic' } : {}),
    ...(isPaginated ? { history_mode: 'paginated' } : {})
  }
  return JSON.parse(JSON.stringify(all)) as Members
}

/** Copies of the metadata that come later: of the thread itself with other facts, or of the thread it was forked from. */
const laterMetas = (dice: Dice, { ids, at }: Spawning, meta: Members): ReadonlyArray<Said> => {
  if (!dice.once(5)) return []
  const git = dice.one([{}, null, { branch: 'later' }, { commit_hash: 'cccc', branch: 'later' }])
  const own: Members = {
    ...meta,
    cwd: dice.one(CWDS),
    git,
    memory_mode: dice.one(['disabled', 'enabled'])
  }
  const other: Members = { ...meta, id: ids[dice.below(at + 1)], cwd: '/other', source: 'exec' }
  return [['session_meta', dice.one([own, own, other])]]
}

const turnOf = (dice: Dice, said: ReadonlyArray<Said>, number: number): ReadonlyArray<Said> => {
  const turn_id = `turn-${number}`
  const started: Said = ['event_msg', { type: 'task_started', turn_id, model_context_window: null }]
  const context: Said = [
    'turn_context',
    {
      ...{ turn_id, cwd: '/w', approval_policy: 'never', sandbox_policy: { type: 'read-only' } },
      ...{
        model: dice.one(['model-a', 'model-b']),
        effort: dice.one(['low', undefined]),
        summary: 'auto'
      }
    }
  ]
  const done: Said = ['event_msg', { type: 'task_complete', turn_id, last_agent_message: null }]
  return dice.once(3) ? said : [started, context, ...said, done]
}

const made = (dice: Dice, spawning: Spawning, profile: ProfileName): MadeThread => {
  const { ids, at } = spawning
  const id = ids[at] ?? ''
  const createdMs = FIRST_MS + dice.below(40) * 1000 + dice.one([0, 0, 5, 999])
  const isPaginated = profile === '0.169' && !dice.once(3)
  const meta = metaOf(dice, spawning, createdMs, isPaginated)
  const said = [...dice.one(openings(id)), ...dice.one(LATER)]
  const all: ReadonlyArray<Said> = [
    ['session_meta', meta],
    ...turnOf(dice, said, 1),
    ...laterMetas(dice, spawning, meta),
    ...(dice.once(3) ? turnOf(dice, [user('one more')], 2) : [])
  ]
  const lines = all.map(([type, payload], n) =>
    JSON.stringify({
      timestamp: iso(createdMs + n * 700),
      ...(isPaginated ? { ordinal: n } : {}),
      ...{ type, payload }
    })
  )
  const named = iso(createdMs + dice.one(OFFSETS_MS)).slice(0, 19)
  const file = `rollout-${named.replaceAll(':', '-')}-${id}.jsonl`
  const folder = dice.once(7)
    ? 'archived_sessions'
    : `sessions/${named.slice(0, 10).replaceAll('-', '/')}`
  // More than a second apart, because Codex lets the times of files grow that are closer.
  const modifiedMs = FIRST_MS + 60_234 + ((at * 37) % 101) * 1500
  return { id, path: `${folder}/${file}`, lines, modifiedMs }
}

/** The threads of a home. */
export const madeThreads = (
  seed: number,
  count: number,
  profile: ProfileName
): ReadonlyArray<MadeThread> => {
  const dice = diceOf(seed)
  const ids = Array.from({ length: count }, (_, n) => idOf(n + 1))
  return ids.map((_, at) => made(dice, { ids, at }, profile))
}

const CONFIG =
  'model_provider = "mock"\nmodel = "m"\n[model_providers.mock]\nname = "mock"\nbase_url = "http://127.0.0.1:1/v1"\n'

/** Writes a home of such threads; some have names. */
export const listHome = (threads: ReadonlyArray<MadeThread>): string => {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.toml'), CONFIG)
  const named = threads.filter((_, n) => n % 4 === 0)
  const names = named.map(({ id }, n) =>
    JSON.stringify({
      id,
      thread_name: n % 2 === 0 ? `name ${n}` : 'plain',
      updated_at: iso(FIRST_MS)
    })
  )
  writeFileSync(join(home, 'session_index.jsonl'), linesOf(names))
  for (const { path, lines, modifiedMs } of threads) {
    const file = join(home, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, linesOf(lines))
    utimesSync(file, modifiedMs / 1000, modifiedMs / 1000)
  }
  return home
}
