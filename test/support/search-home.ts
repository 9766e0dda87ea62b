/**
 * A home made for searches, and what is asked about it: of a real Codex when its answers are recorded, of unroll afterwards.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { idOf, linesOf, metaLine, rolloutPath, userLine } from './rollouts.ts'
import { temporaryFolder } from './fixture-home.ts'

const AT = '2026-05-01T10:00:00.000Z'
const line = (type: string, payload: unknown): string =>
  JSON.stringify({ timestamp: AT, type, payload })

export const agentLine = (message: string): string =>
  line('event_msg', { type: 'agent_message', message })
export const rollbackLine = (num_turns: number): string =>
  line('event_msg', { type: 'thread_rolled_back', num_turns })

const sent = (role: string, ...texts: ReadonlyArray<string>): string =>
  line('response_item', {
    type: 'message',
    role,
    content: texts.map((text) => ({
      type: role === 'assistant' ? 'output_text' : 'input_text',
      text
    }))
  })

const PROSE = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor '
const digits = (count: number): string => 'abcdefghij'.repeat(30).slice(0, count)

const spawned = {
  source: {
    subagent: {
      thread_spawn: {
        parent_thread_id: idOf(1),
        depth: 1,
        agent_path: null,
        agent_nickname: null,
        agent_role: null
      }
    }
  }
}

/** The lines of each thread; its place is its number. */
const THREADS: ReadonlyArray<ReadonlyArray<string>> = [
  [
    userLine('hello alpha'),
    agentLine(`reply ${PROSE}${PROSE}NeedleOne ${PROSE}${PROSE}`),
    userLine('second needleone here')
  ],
  [userLine('quotes "say \\ this"\nnext line\ttab'), agentLine('emoji 😀 grin ÄÖÜ straße ΣΊΣΥΦΟΣ')],
  [
    userLine('third'),
    line('response_item', {
      type: 'function_call',
      name: 'shell',
      arguments: '{"command":"grep toolneedle"}',
      call_id: 'c'
    }),
    line('response_item', { type: 'function_call_output', call_id: 'c', output: 'outneedle' }),
    agentLine('done')
  ],
  [
    userLine('fourth rolledneedle'),
    agentLine('a'),
    rollbackLine(1),
    userLine('keepneedle now'),
    agentLine('ok')
  ],
  [userLine('exec needleone')],
  [userLine('sub needleone')],
  [userLine('prov needleone')],
  [userLine('arch needleone')],
  [
    userLine('日本語のテキスト検索 needle'),
    line('event_msg', { type: 'agent_reasoning', text: 'reasonneedle' }),
    agentLine('中文搜索引擎')
  ],
  [
    sent('user', 'only sent itemneedle'),
    userLine('tenth'),
    agentLine('x'),
    sent('assistant', 'assistant respneedle text'),
    sent('developer', 'devneedle')
  ],
  [
    userLine('white   space  needle11   with\n\n many \t tabs'),
    agentLine(`${'a '.repeat(100)}multi\nline\nneedle12 ${'b '.repeat(100)}`)
  ],
  [agentLine('nobody asked needleone')],
  [
    userLine('first line only'),
    agentLine('\u001b[31mred ansineedle\u0000x'),
    userLine(`${'x'.repeat(3000)}deepneedle${'y'.repeat(3000)}`)
  ],
  [userLine('edges'), agentLine(`${digits(49)}QQ3${digits(97)}`)],
  [userLine('pairs'), agentLine(`${'😀'.repeat(60)}QQ4${'é'.repeat(120)}`)],
  [userLine('words'), agentLine(`${'word '.repeat(20)}QQ5${' word'.repeat(40)}`)],
  [userLine('end'), agentLine(`${digits(200)} QQ7 end`)],
  [
    sent('user', 'part one QQ9p', 'art two QQ9two'),
    line('event_msg', { type: 'user_message', message: 'ctx\n## My request for Codex:\nQQ9req' })
  ],
  [userLine('STRASSE'), agentLine('K sign'), agentLine('nb\u00a0sp QQ12c\u3000wide')],
  [userLine('plain'), agentLine('  lead QQ13  ')]
]

const META: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  5: { source: 'exec' },
  6: spawned,
  7: { model_provider: 'other' }
}
const ARCHIVED = 8

const FIRST_MS = Date.parse('2026-05-02T00:00:00Z')

/** Makes the home; file times are the same everywhere. */
export const searchHome = (): string => {
  const home = temporaryFolder()
  const provider = '[model_providers.mock]\nname = "mock"\nbase_url = "http://127.0.0.1:1/v1"\n'
  writeFileSync(join(home, 'config.toml'), `model_provider = "mock"\nmodel = "m"\n${provider}`)
  THREADS.forEach((lines, i) => {
    const number = i + 1
    const id = idOf(number)
    const listed = rolloutPath(home, id, number)
    const path =
      number === ARCHIVED
        ? join(home, 'archived_sessions', listed.slice(listed.lastIndexOf('/') + 1))
        : listed
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, linesOf([metaLine(id, META[number]), ...lines]))
    const seconds = FIRST_MS / 1000 + number * 60
    utimesSync(path, seconds, seconds)
  })
  return home
}

const TERMS = [
  ...['needleone', 'NEEDLEONE', '  needleone ', '', '  ', 'e', 'hello alpha', 'hello  alpha'],
  ...[
    'say \\ this',
    '"say',
    'this"\nnext',
    'line\ttab',
    '😀',
    'äöü',
    'STRASSE',
    'straße',
    'σίσυφος'
  ],
  ...['toolneedle', 'outneedle', 'rolledneedle', 'keepneedle', 'reasonneedle', 'itemneedle'],
  ...[
    'respneedle',
    'devneedle',
    'テキスト',
    '搜索',
    'needle11',
    'space needle11',
    'space  needle11'
  ],
  ...['needle12', 'multi\nline', 'ansineedle', '[31m', 'deepneedle', 'l.*o', 'user_message', '{'],
  ...['qq3', 'qq4', 'qq5', 'qq7', 'qq9p', 'QQ9p art', 'qq9two', 'qq9req', 'my request', 'kk'],
  ...['nb sp', 'sp qq12c', 'qq13', 'nothing at all']
]

const MORE: ReadonlyArray<Readonly<Record<string, unknown>>> = [
  ...[{ limit: 1 }, { limit: 0 }, { limit: 3 }, { cursor: 'zzz' }, { cursor: '' }],
  ...[{ sourceKinds: ['exec'] }, { sourceKinds: ['subAgent'] }, { sourceKinds: [] }],
  ...[{ archived: true }, { sortDirection: 'asc', limit: 2 }, { limit: -1 }, { sortKey: 'zzz' }],
  ...[
    { sortKey: 'updated_at', limit: 2 },
    { sortKey: 'recency_at', limit: 2 }
  ],
  ...[{ searchTerm: null }, { searchTerm: 5 }]
]

export interface Question {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

/** What is asked about the made home. */
export const QUESTIONS: ReadonlyArray<Question> = [
  ...TERMS.map((searchTerm) => ({ method: 'thread/search', params: { searchTerm } })),
  ...MORE.map((more) => ({
    method: 'thread/search',
    params: { searchTerm: 'needle', ...more }
  })),
  { method: 'thread/search', params: {} }
]

/** The recorded homes whose threads are searched for occurrences, and what for. */
export const OCCURRENCE_HOMES = ['basic-169', 'pages-169', 'tools-169']
/** Terms and limits of those questions. */
export const OCCURRENCE_QUESTIONS: ReadonlyArray<Readonly<Record<string, unknown>>> = [
  ...[{ searchTerm: 'e', limit: 3 }, { searchTerm: 'THE' }, { searchTerm: 'ee', limit: 2 }],
  ...[{ searchTerm: '' }, { searchTerm: '  ' }, { searchTerm: ' e' }, { searchTerm: 'zzqx' }],
  ...[
    { searchTerm: 'e', cursor: 'zzz' },
    { searchTerm: 'e', limit: 0 }
  ]
]
