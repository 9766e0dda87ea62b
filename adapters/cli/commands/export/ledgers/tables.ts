/** The eight ledgers, in the order in which their tables refer to each other. */
import type { AuditRow } from '../../../../../domain/ledgers/audit/row.ts'
import type { Spend } from '../../../../../domain/ledgers/usage/spend.ts'
import type { ToolCall } from '../../../../../domain/ledgers/tools/tool-call.ts'
import type { OutlinedTurn } from '../../../../../domain/unroll-protocol.ts'
import type { FileChange } from '../../../../../replay/ledgers/blame.ts'
import type { PluginUse } from '../../../../../replay/ledgers/plugins.ts'
import type { ItemInTurn } from '../../../../../replay/read/pages/item-page.ts'
import { itemText } from '../../../text/item-text.ts'
import { flag, int, ledger, text, time, word, type AnyLedger, type LedgerTable } from './column.ts'
import { each, got, paged, threadsOf, type WalkedThread } from './walk.ts'

const PAGE = 1000
const TURNS_AT_ONCE = 1000
const ITEMS_AT_ONCE = 100
const PAGE_BYTES = 512 * 1024

interface ThreadEntry extends WalkedThread {
  readonly turns: number
}

const threadId = <A extends { readonly threadId: string }>() =>
  text<A>('thread_id', (row) => row.threadId, 'The thread.')
const turnId = <A extends { readonly turnId: string | null }>() =>
  text<A>('turn_id', (row) => row.turnId, 'The turn; null between turns.')
const rolledBack = <A extends { readonly rolledBack: boolean }>() =>
  flag<A>('rolled_back', (row) => row.rolledBack, 'The turn was taken back later.')

const sourceText = (source: unknown): string =>
  typeof source === 'string' ? source : JSON.stringify(source)

const threads: LedgerTable<ThreadEntry> = {
  name: 'threads',
  version: 1,
  about: 'A row per thread, archived ones and sub-agents included.',
  key: ['id'],
  indexes: ['cwd'],
  at: ({ lastEventAtMs }) => lastEventAtMs,
  rows: async function* (scope) {
    for await (const one of threadsOf(scope)) {
      const { count } = got(await scope.engine.turnPlaces(one.thread.id, 0, 0)())
      yield { ...one, turns: count }
    }
  },
  columns: [
    text('id', ({ thread }) => thread.id, 'The thread.'),
    text('name', ({ thread }) => thread.name, 'Its name.'),
    text('preview', ({ thread }) => thread.preview, 'The beginning of what was asked first.'),
    text('cwd', ({ thread }) => thread.cwd, 'Its directory.'),
    word('model', ({ thread }) => thread.model ?? null, 'Model of the last settings.'),
    word('provider', ({ thread }) => thread.modelProvider, 'Provider of the model.'),
    word(
      'source',
      ({ thread }) => sourceText(thread.source),
      'What it was started from; JSON of a sub-agent.'
    ),
    word('cli_version', ({ thread }) => thread.cliVersion, 'Version of Codex that began it.'),
    word('branch', ({ thread }) => thread.gitInfo?.branch ?? null, 'Branch of git when it began.'),
    text('commit_sha', ({ thread }) => thread.gitInfo?.sha ?? null, 'Commit when it began.'),
    text('forked_from', ({ thread }) => thread.forkedFromId, 'The thread it was forked from.'),
    text(
      'parent_thread_id',
      ({ thread }) => thread.parentThreadId ?? null,
      'The thread that spawned it.'
    ),
    text('agent_nickname', ({ thread }) => thread.agentNickname, 'Name of a sub-agent.'),
    flag('archived', ({ archived }) => archived, 'It is archived.'),
    time('created_at', ({ thread }) => thread.createdAt * 1000, 'When it began.'),
    time('last_event_at', ({ lastEventAtMs }) => lastEventAtMs, 'Its last event.'),
    int('turns', ({ turns }) => turns, 'Turns without those that were rolled back.')
  ]
}

interface TurnEntry extends OutlinedTurn {
  readonly threadId: string
}

const turns: LedgerTable<TurnEntry> = {
  name: 'turns',
  version: 1,
  about: 'A row per turn that is in its thread; those that were rolled back are not.',
  key: ['thread_id', 'number'],
  indexes: ['thread_id, id'],
  at: ({ startedAtMs }) => startedAtMs,
  rows: async function* (scope) {
    const { engine } = scope
    for await (const { thread } of threadsOf(scope))
      for (let from = 0, total = 1; from < total; from += TURNS_AT_ONCE) {
        const page = got(await engine.outline(thread.id, { from, count: TURNS_AT_ONCE })())
        ;({ total } = page)
        for (const turn of page.turns) yield { ...turn, threadId: thread.id }
      }
  },
  columns: [
    threadId(),
    int('number', ({ n }) => n + 1, 'Its place; 1 is the first.'),
    text('id', ({ id }) => id, 'The turn.'),
    word('status', ({ status }) => status, 'How it ended.'),
    time('started_at', ({ startedAtMs }) => startedAtMs, 'When it began.'),
    time('completed_at', ({ completedAtMs }) => completedAtMs, 'When it ended.'),
    int('duration_ms', ({ durationMs }) => durationMs, 'How long it took.'),
    text('asked', ({ asked }) => asked, 'The first 160 characters of the prompt.'),
    text('answered', ({ answered }) => answered, 'The first 160 characters of the last answer.'),
    int('items', ({ items }) => items, 'Items; null where they are known only when they are read.'),
    int('tools', ({ tools }) => tools, 'Tool calls; null in lines of another thread.'),
    int('failed', ({ failed }) => failed, 'Tool calls that failed or were rejected.'),
    int('files', ({ files }) => files, 'Files that patches changed.'),
    int('tokens', ({ tokens }) => tokens, 'What it spent; null where no line tells.'),
    flag(
      'compacted',
      ({ flags }) => flags.includes('compacted'),
      'The context was compacted in it.'
    ),
    flag('damaged', ({ flags }) => flags.includes('damaged'), 'A line of it is damaged.')
  ]
}

interface LedgerItem extends ItemInTurn {
  readonly threadId: string
  readonly position: number
}

const memberOf = ({ item }: LedgerItem, name: string): string | number | null => {
  const value = (item as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' || typeof value === 'number' ? value : null
}

const items: LedgerTable<LedgerItem> = {
  name: 'items',
  version: 1,
  about: 'A row per item of a turn: messages, reasoning, calls, changes of files.',
  key: ['thread_id', 'position'],
  indexes: ['thread_id, turn_id', 'type'],
  at: ({ item }) => item.startedAtMs ?? null,
  rows: async function* (scope) {
    const { engine } = scope
    const request = { limit: ITEMS_AT_ONCE, maxBytes: PAGE_BYTES }
    for await (const { thread } of threadsOf(scope)) {
      const all = paged<ItemInTurn>((cursor) =>
        engine.listItems(thread.id, { ...request, cursor })()
      )
      let position = 0
      for await (const one of all) yield { ...one, threadId: thread.id, position: (position += 1) }
    }
  },
  columns: [
    threadId(),
    int('position', ({ position }) => position, 'Its place in the thread; 1 is the first.'),
    turnId(),
    text('id', ({ item }) => item.id, 'The item; ids are unique in a turn.'),
    word('type', ({ item }) => item.type, 'Its type.'),
    word('status', (row) => memberOf(row, 'status'), 'How a call ended.'),
    text('text', ({ item }) => itemText(item), 'What was said, or a call in a line.'),
    text('output', (row) => memberOf(row, 'aggregatedOutput'), 'What a command printed.'),
    int('exit_code', (row) => memberOf(row, 'exitCode'), 'Exit code of a command.'),
    int('duration_ms', (row) => memberOf(row, 'durationMs'), 'How long a call took.'),
    time('started_at', ({ item }) => item.startedAtMs ?? null, 'When it began (0.169).'),
    flag(
      'truncated',
      ({ item }) => item.truncated !== undefined,
      'Larger than half a megabyte, and shortened.'
    )
  ]
}

const usage: LedgerTable<Spend> = {
  name: 'usage',
  version: 1,
  about:
    'A row per answer of a model: what it cost. Null tokens: something was spent that no line tells.',
  key: ['thread_id', 'sequence'],
  indexes: ['occurred_at', 'model'],
  at: ({ occurredAtMs }) => occurredAtMs,
  rows: (scope) =>
    each(scope, async function* (only) {
      yield* got(await scope.engine.usageRows({ by: 'total', ...only })())
    }),
  columns: [
    threadId(),
    int('sequence', ({ sequence }) => sequence, 'Counts the answers of a thread from 0.'),
    turnId(),
    time('occurred_at', ({ occurredAtMs }) => occurredAtMs, 'When.'),
    word('kind', ({ kind }) => kind, 'What it was for.'),
    word('model', ({ model }) => model, 'The model.'),
    word('provider', ({ provider }) => provider, 'Its provider.'),
    int(
      'input_tokens',
      ({ tokens }) => tokens?.inputTokens ?? null,
      'Input, cached input included.'
    ),
    int(
      'cached_input_tokens',
      ({ tokens }) => tokens?.cachedInputTokens ?? null,
      'Of it from the cache.'
    ),
    int(
      'output_tokens',
      ({ tokens }) => tokens?.outputTokens ?? null,
      'Output, reasoning included.'
    ),
    int(
      'reasoning_output_tokens',
      ({ tokens }) => tokens?.reasoningOutputTokens ?? null,
      'Of it reasoning.'
    ),
    int('total_tokens', ({ tokens }) => tokens?.totalTokens ?? null, 'As recorded.'),
    word('rule', ({ rule }) => rule, 'How the size was found.'),
    word('certainty', ({ certainty }) => certainty, 'How sure the log is.'),
    rolledBack(),
    int('revision', ({ place }) => place.revision, 'The line that says so.')
  ]
}

const tools: LedgerTable<ToolCall> = {
  name: 'tools',
  version: 1,
  about: 'A row per call of a tool.',
  key: [],
  indexes: ['thread_id, call_id', 'kind, status'],
  at: ({ atMs }) => atMs,
  rows: (scope) =>
    each(scope, (only) =>
      paged((cursor) => scope.engine.tools({ ...only, order: 'asc', limit: PAGE, cursor })())
    ),
  columns: [
    threadId(),
    turnId(),
    text('call_id', ({ callId }) => callId, 'The call.'),
    time('at', ({ atMs }) => atMs, 'The first line about it.'),
    word('kind', ({ kind }) => kind, 'Kind of tool.'),
    word('name', ({ name }) => name, 'The tool.'),
    word('server', ({ server }) => server, 'An MCP server.'),
    text('subject', ({ subject }) => subject, 'What it is about: a command, a path, a query.'),
    word('status', ({ status }) => status, 'How it ended.'),
    word('failure', ({ failureKind }) => failureKind, 'Why it did not complete.'),
    int('exit_code', ({ exitCode }) => exitCode, 'Exit code of a command.'),
    int('exec_ms', ({ execMs }) => execMs, 'How long it ran.'),
    int('observed_ms', ({ observedMs }) => observedMs, 'From its line to that of its output.'),
    int('output_bytes', ({ outputBytes }) => outputBytes, 'What the model got of the output.'),
    int('lines_added', ({ linesAdded }) => linesAdded, 'Of a patch.'),
    int('lines_deleted', ({ linesDeleted }) => linesDeleted, 'Of a patch.'),
    word('certainty', ({ certainty }) => certainty, 'How sure the log is.'),
    rolledBack(),
    int('revision', ({ place }) => place.revision, 'The line of the call.')
  ]
}

const files: LedgerTable<FileChange> = {
  name: 'files',
  version: 1,
  about: 'A row per file of a patch.',
  key: [],
  indexes: ['path', 'thread_id'],
  at: ({ atMs }) => atMs,
  rows: async function* (scope) {
    for await (const { thread } of threadsOf(scope))
      yield* got(await scope.engine.patches(thread.id)())
  },
  columns: [
    threadId(),
    turnId(),
    text('call_id', ({ callId }) => callId, 'The patch.'),
    time('at', ({ atMs }) => atMs, 'When.'),
    text('path', ({ path }) => path, 'The file.'),
    text('moved_to', ({ movedTo }) => movedTo, 'Where it was moved to.'),
    word('operation', ({ operation }) => operation, 'What was done.'),
    int('lines_added', ({ linesAdded }) => linesAdded, 'Lines.'),
    int('lines_deleted', ({ linesDeleted }) => linesDeleted, 'Lines.'),
    word('status', ({ status }) => status, 'How the patch ended.'),
    flag('applied', ({ applied }) => applied, 'It changed the file; null where no line says.'),
    rolledBack(),
    int('revision', ({ place }) => place.revision, 'The line of the patch.')
  ]
}

const jsonText = (value: object | null): string | null =>
  value === null ? null : JSON.stringify(value)

const audit: LedgerTable<AuditRow> = {
  name: 'audit',
  version: 1,
  about: 'A row per thing that happened to a thread.',
  key: [],
  indexes: ['thread_id', 'action'],
  at: ({ at }) => (at === null ? null : Date.parse(at)),
  rows: (scope) =>
    each(scope, (only) =>
      paged((cursor) => scope.engine.auditTrail({ ...only, limit: PAGE, cursor })())
    ),
  columns: [
    threadId(),
    turnId(),
    time(
      'at',
      ({ at }) => (at === null ? null : Date.parse(at)),
      'When; null where no line tells.'
    ),
    word('action', ({ action }) => action, 'What happened.'),
    word('originator', ({ actor }) => actor.originator, 'Program that made the thread.'),
    word(
      'client',
      ({ actor }) => actor.client,
      'What asked unroll for it; null for what Codex did.'
    ),
    text('before', ({ before }) => jsonText(before), 'JSON: what it was.'),
    text('after', ({ after }) => jsonText(after), 'JSON: what it is from then on.'),
    text(
      'evidence',
      ({ evidence }) => jsonText(evidence),
      'JSON: the line or record that says so.'
    ),
    word('certainty', ({ certainty }) => certainty, 'How sure the log is.')
  ]
}

const plugins: LedgerTable<PluginUse> = {
  name: 'plugins',
  version: 1,
  about: 'A row per use of a plugin.',
  key: [],
  indexes: ['thread_id'],
  at: ({ atMs }) => atMs,
  rows: (scope) =>
    each(scope, async function* (only) {
      yield* got(await scope.engine.pluginUse(only)())
    }),
  columns: [
    threadId(),
    turnId(),
    time('at', ({ atMs }) => atMs, 'When.'),
    word('kind', ({ kind }) => kind, 'The sign of its use.'),
    word('local_id', ({ localId }) => localId, 'The plugin by its id in this home.'),
    word('name', ({ name }) => name, 'Its name.'),
    word('version', ({ version }) => version, 'Its version.'),
    text('detail', ({ detail }) => detail, 'What of it: a skill, a tool, a server.'),
    word('version_certainty', (row) => row.versionCertainty, 'How sure the version is.')
  ]
}

/** Every ledger that can be written. */
export const LEDGER_TABLES: ReadonlyArray<AnyLedger> = [
  ledger(threads),
  ledger(turns),
  ledger(items),
  ledger(usage),
  ledger(tools),
  ledger(files),
  ledger(audit),
  ledger(plugins)
]
