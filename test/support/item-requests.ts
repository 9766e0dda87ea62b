/**
 * What a real Codex 0.169 is asked about items and filtered lists, over a thread made by hand and a recorded home.
 */
import { agent, done, event, item, meta, numberedLines, start, user } from './numbered.ts'
import { idOf, metaLine, THREAD, userLine } from './rollouts.ts'

const ENDED = { started_at_ms: 1000, completed_at_ms: 2000 }

const command = (turn: string, id: string, members: object, times: object = ENDED) =>
  item(
    turn,
    {
      ...{ type: 'CommandExecution', id, process_id: '1', command: ['ls'], cwd: 'file:///w' },
      ...{ parsed_cmd: [], source: 'agent', status: 'completed', aggregated_output: 'out' },
      ...{ exit_code: 0, duration: { secs: 1, nanos: 1 } },
      ...members
    },
    times
  )

const TEXT = { type: 'text', text: 'hi' }
const NO_TEXT = { type: 'text', text: '' }
const IMAGE = { type: 'image', data: 'aaaa', mimeType: 'image/png' }

const tool = (id: string, members: object) =>
  item(
    'tools',
    {
      ...{ type: 'McpToolCall', id, server: 's', tool: 't', arguments: {}, status: 'completed' },
      ...{ result: { content: [TEXT] }, duration: { secs: 0, nanos: 1 } },
      ...members
    },
    ENDED
  )

const content = (...parts: ReadonlyArray<object>) => ({ result: { content: parts } })

/** A paginated thread with outputs of every kind. */
export const ITEM_LINES: ReadonlyArray<string> = numberedLines([
  meta(THREAD),
  start('a'),
  user('a', 'u1'),
  command('a', 'ok', {}),
  agent('a', 'x1'),
  done('a'),
  start('commands'),
  command('commands', 'long', { aggregated_output: 'y'.repeat(3000) }),
  command('commands', 'none', { aggregated_output: '' }),
  command('commands', 'spaces', { aggregated_output: ' ' }),
  command('commands', 'no times', {}, {}),
  command('commands', 'only started', {}, { started_at_ms: 1 }),
  command('commands', 'only ended', {}, { completed_at_ms: 1 }),
  command('commands', 'no exit code', { exit_code: undefined }),
  command('commands', 'exit code 1', { exit_code: 1 }),
  command('commands', 'failed', { status: 'failed' }),
  command('commands', 'declined', { status: 'declined' }),
  command('commands', 'running', { status: 'in_progress' }),
  command('commands', 'typed', { source: 'user_shell' }),
  command('commands', 'no duration', { duration: undefined }),
  done('commands'),
  start('tools'),
  tool('text', {}),
  tool('two texts', content(TEXT, TEXT)),
  tool('one of them empty', content(NO_TEXT, TEXT)),
  tool('empty', content(NO_TEXT)),
  tool('nothing', content()),
  tool('image', content(IMAGE)),
  tool('text and image', content(TEXT, IMAGE)),
  tool('annotated', content({ ...TEXT, annotations: { audience: ['user'] } })),
  tool('no annotations', content({ ...TEXT, annotations: null })),
  tool('other member', content({ ...TEXT, other: 1 })),
  tool('structured', { result: { content: [TEXT], structuredContent: { a: 1 } } }),
  tool('meta', { result: { content: [TEXT], _meta: { a: 1 } } }),
  tool('error in the result', { result: { content: [TEXT], isError: true } }),
  tool('failed', { result: { content: [TEXT], isError: true }, status: 'failed' }),
  tool('error', { result: undefined, error: { message: 'bad' }, status: 'failed' }),
  tool('error beside a result', { error: { message: 'bad' } }),
  tool('running', { status: 'inProgress' }),
  tool('screen', { mcpAppResourceUri: 'ui://x' }),
  tool('connector', { connectorId: 'k' }),
  tool('plugin', { pluginId: 'k' }),
  done('tools'),
  start('open'),
  command('open', 'ok', {}),
  event('token_count', { info: null, rate_limits: null })
])

/** A legacy thread beside it. */
export const LEGACY_LINES: ReadonlyArray<string> = [metaLine(idOf(2)), userLine('hello')]

export interface Question {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

const BOTH = { commandExecution: true, mcpToolCall: true }

const list = (params: object): Question => ({
  method: 'thread/items/list',
  params: { threadId: THREAD, limit: 100, ...params }
})

const read = (params: object): Question => ({
  method: 'thread/items/read',
  params: { threadId: THREAD, turnId: 'a', ...params }
})

const ids = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`)

export const ITEM_QUESTIONS: ReadonlyArray<Question> = [
  list({ turnId: 'commands', deferOutput: BOTH }),
  list({ turnId: 'tools', deferOutput: BOTH }),
  list({ turnId: 'open', deferOutput: BOTH }),
  list({ turnId: 'commands', deferOutput: { mcpToolCall: true }, limit: 2 }),
  list({ turnId: 'tools', deferOutput: { commandExecution: true }, limit: 2 }),
  list({ turnId: 'tools', deferOutput: { mcpToolCall: true, other: 1 }, limit: 1 }),
  list({ turnId: 'commands', deferOutput: BOTH, limit: 2, sortDirection: 'desc' }),
  list({
    turnId: 'commands',
    deferOutput: BOTH,
    limit: 2,
    cursor: { type: 'item', itemId: 'spaces' }
  }),
  ...[null, {}, { commandExecution: false }].map((deferOutput) =>
    list({ turnId: 'commands', deferOutput, limit: 1 })
  ),
  list({ deferOutput: BOTH }),
  list({ turnId: '', deferOutput: BOTH }),
  list({ threadId: idOf(2), turnId: 'a', deferOutput: BOTH }),
  ...[{ commandExecution: 'x' }, { commandExecution: null }, 'x', true].map((deferOutput) =>
    list({ turnId: 'commands', deferOutput })
  ),
  read({ itemIds: ['ok'] }),
  read({ turnId: 'open', itemIds: ['ok'] }),
  read({ itemIds: ['x1', 'ok', 'ok', 'nowhere', 'u1', 'long'] }),
  read({ itemIds: ['nowhere'] }),
  read({ itemIds: [''] }),
  read({ itemIds: ids(100) }),
  read({ itemIds: ids(101) }),
  read({ itemIds: [] }),
  read({ itemIds: 'ok' }),
  read({ itemIds: null }),
  read({ itemIds: [1] }),
  read({}),
  read({ turnId: 'nowhere', itemIds: ['ok'] }),
  read({ turnId: '', itemIds: ['ok'] }),
  read({ turnId: null, itemIds: ['ok'] }),
  read({ threadId: 'zz', itemIds: ['ok'] }),
  read({ threadId: 'zz', itemIds: [] }),
  read({ threadId: idOf(9), itemIds: ['ok'] }),
  read({ threadId: idOf(9), itemIds: [] }),
  read({ threadId: idOf(2), itemIds: ['ok'] })
]

/** The home whose lists are asked for; its threads spawned each other. */
export const LISTED_HOME = 'agents-169'
const PARENT = '01a1fd09-70c5-78c3-918b-98120b068bc3'
const CHILD = '01a1fd09-761a-7c52-8483-81f04c007ad8'

/** Filters of `thread/list`. */
export const LIST_FILTERS: ReadonlyArray<Readonly<Record<string, unknown>>> = [
  { parentThreadId: PARENT },
  { ancestorThreadId: PARENT },
  { ancestorThreadId: PARENT.toUpperCase(), limit: 1 },
  { ancestorThreadId: PARENT, limit: 2 },
  { ancestorThreadId: PARENT, limit: 2, sortDirection: 'asc' },
  { ancestorThreadId: PARENT, sourceKinds: ['cli'] },
  { ancestorThreadId: PARENT, sourceKinds: ['subAgentThreadSpawn'] },
  { ancestorThreadId: PARENT, modelProviders: ['other'] },
  { ancestorThreadId: PARENT, modelProviders: [] },
  { ancestorThreadId: PARENT, cwd: '/nowhere' },
  { ancestorThreadId: PARENT, searchTerm: 'zzz' },
  { ancestorThreadId: PARENT, archived: true },
  { ancestorThreadId: PARENT, excludedThreadIds: [CHILD] },
  { ancestorThreadId: PARENT, cursor: 'bad' },
  { ancestorThreadId: CHILD },
  { ancestorThreadId: idOf(7) },
  { ancestorThreadId: 'zz' },
  { ancestorThreadId: '' },
  { ancestorThreadId: 'zz', parentThreadId: 'zz' },
  { ancestorThreadId: PARENT, parentThreadId: PARENT },
  { attachedToThreadId: PARENT },
  { attachedToThreadId: 'zz' },
  { attachedToThreadId: PARENT, cursor: 'bad' },
  { attachedToThreadId: 'zz', parentThreadId: 'zz' },
  { attachedToThreadId: 'zz', ancestorThreadId: 'zz' },
  { attachedToThreadId: 'zz', sortKey: 'section_position' },
  { includeAttachedThreads: true },
  { includeAttachedThreads: true, searchTerm: ' ' },
  { includeAttachedThreads: true, cursor: 'bad' },
  { includeAttachedThreads: true, sortKey: 'section_position' },
  { includeAttachedThreads: true, attachedToThreadId: PARENT, parentThreadId: PARENT },
  { includeAttachedThreads: true, parentThreadId: PARENT, searchTerm: 'zzz' },
  { includeAttachedThreads: null },
  { currentAccountOnly: null },
  { currentAccountOnly: 'x' },
  { currentAccountOnly: true, parentThreadId: PARENT },
  { originators: ['x'] },
  { originators: [''] },
  { originators: 'x' },
  { originators: [1] },
  { originators: [], parentThreadId: PARENT },
  { originators: ['x'], excludedThreadIds: ['zz'] },
  { originators: ['x'], projectId: 'x' },
  { sectionId: 'x' },
  { sectionId: '' },
  { sectionId: 5 },
  { sectionId: 'x', cursor: 'bad' },
  { sectionId: 'x', projectId: 'y' },
  { sectionId: null, parentThreadId: PARENT },
  { projectId: 'x' },
  { projectId: '' },
  { projectId: ' ' },
  { projectId: 5 },
  { projectId: null, parentThreadId: PARENT },
  { projectId: 'x', excludedThreadIds: ['zz'] },
  { projectId: 'x', ancestorThreadId: 'zz' },
  { projectId: 'x', includeAttachedThreads: true },
  { sortKey: 'section_position' },
  { sortKey: 'section_position', sectionId: null },
  { sortKey: 'section_position', sectionId: 'x' },
  { sortKey: 'section_position', sectionId: 'x', cursor: 'bad' },
  { sortKey: 'section_position', ancestorThreadId: 'zz' },
  { sortKey: 'section_position', cursor: 'bad' },
  { excludedThreadIds: ['zz'] },
  { excludedThreadIds: [''] },
  { excludedThreadIds: 'zz' },
  { excludedThreadIds: [1] },
  { excludedThreadIds: [PARENT, 'q'] },
  { excludedThreadIds: Array.from({ length: 101 }, () => 'zz') },
  { excludedThreadIds: Array.from({ length: 100 }, (_, i) => idOf(i)), parentThreadId: PARENT },
  { excludedThreadIds: [PARENT.toUpperCase()], useStateDbOnly: true },
  { excludedThreadIds: ['zz'], ancestorThreadId: 'zz', parentThreadId: 'zz' }
]
