// The ledger of tool calls against what Codex told its own analytics while it wrote the same rollouts: every tool event,
// field by field. Every difference is named.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import { withEngine } from '../support/engines.ts'
import { FIXTURES } from '../support/fixture-home.ts'
import { everyCall } from '../support/tool-calls.ts'

type Params = Readonly<Record<string, unknown>>
interface Told {
  readonly event_type: string
  readonly event_params: Params
}

const LEDGER = join(FIXTURES, 'ledger')

const capture = (run: string): ReadonlyArray<Told> =>
  readFileSync(join(LEDGER, run, 'analytics.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => (JSON.parse(line) as { readonly events: ReadonlyArray<Told> }).events)
    .filter(({ event_params }) => 'terminal_status' in event_params && 'item_id' in event_params)

/** What an event says, by the name of the ledger's column. */
const columns = ({ event_params: p }: Told): Readonly<Record<string, unknown>> => {
  const files = {
    adds: p['file_add_count'],
    updates: p['file_update_count'],
    deletes: p['file_delete_count'],
    moves: p['file_move_count']
  }
  return {
    threadId: p['thread_id'],
    turnId: p['turn_id'],
    status: p['terminal_status'],
    failureKind: p['failure_kind'],
    ...('exit_code' in p ? { exitCode: p['exit_code'] } : {}),
    ...('command_execution_source' in p ? { source: p['command_execution_source'] } : {}),
    ...('file_add_count' in p ? { files } : {}),
    ...('mcp_server_name' in p ? { server: p['mcp_server_name'], name: p['mcp_tool_name'] } : {}),
    ...('dynamic_tool_name' in p ? { name: p['dynamic_tool_name'] } : {}),
    ...('receiver_thread_ids' in p
      ? { agents: (p['receiver_thread_count'] as number) > 0 ? p['receiver_thread_ids'] : null }
      : {}),
    execMs: p['execution_duration_ms'],
    ...('originating_response_id' in p
      ? {
          responseId: p['originating_response_id'],
          startedAtMs: p['started_at_ms'],
          endedAtMs: p['completed_at_ms']
        }
      : {})
  }
}

const KINDS: Readonly<Record<string, string>> = {
  codex_command_execution_event: 'command',
  codex_file_change_event: 'patch',
  codex_mcp_tool_call_event: 'mcp',
  codex_dynamic_tool_call_event: 'dynamic',
  codex_collab_agent_tool_call_event: 'collab',
  codex_web_search_event: 'webSearch',
  codex_image_generation_event: 'imageGeneration',
  codex_control_tool_call_event: 'imageView'
}

/** How a column differs, without what differs in every recording. */
const inWords = (column: string, own: unknown, value: unknown, call: ToolCall): string => {
  const source = column === 'execMs' ? ` (${call.execSource})` : ''
  const head = `${call.kind} ${column}${source}:`
  if (typeof own === 'number' && typeof value === 'number' && column !== 'exitCode')
    return `${head} ${own < value ? 'less' : 'more'} than told`
  const shown = (one: unknown): string =>
    one === null || column === 'status' || column === 'failureKind' || column === 'source'
      ? String(one)
      : 'another'
  return `${head} ${shown(own)}, told ${shown(value)}`
}

interface Compared {
  /** Columns that say the same. */
  equal: number
  /** How often which difference was met. */
  readonly differences: Record<string, number>
}

const count = (compared: Compared, text: string): void => {
  compared.differences[text] = (compared.differences[text] ?? 0) + 1
}

const compareCall = (compared: Compared, told: Told, call: ToolCall | undefined): void => {
  const kind = KINDS[told.event_type]
  if (call === undefined) return count(compared, `${kind}: not in the ledger`)
  for (const [column, value] of Object.entries({ kind, ...columns(told) })) {
    const own = (call as unknown as Params)[column]
    if (JSON.stringify(own) === JSON.stringify(value)) compared.equal += 1
    else count(compared, inWords(column, own, value, call))
  }
}

/** Compares a run: every column of every event, and the calls without an event. */
const compare = (compared: Compared, run: string): Promise<void> =>
  withEngine({ home: join(LEDGER, run, 'home') }, async (engine) => {
    const calls = await everyCall(engine)
    const told = capture(run)
    const idOf = ({ event_params: p }: Told) => `${String(p['thread_id'])}/${String(p['item_id'])}`
    for (const one of told) {
      const call = calls.find(({ threadId, callId }) => `${threadId}/${callId}` === idOf(one))
      compareCall(compared, one, call)
    }
    const known = new Set(told.map(idOf))
    for (const { threadId, callId, kind, status } of calls)
      if (!known.has(`${threadId}/${callId}`)) count(compared, `${kind}: not told, ${status}`)
  })

const CUT_SHORT =
  'it went on when its turn was over, or the process was killed; the file ends before'
const OUTLIVED =
  'its process lived on after the interrupted turn; the text is that of an interruption'
const WAITED = 'the text holds how long Codex waited for output, not how long the process lived'
const PATCH_TIME = 'the text of the output holds a time of its own; Codex tells none'
const CANCELLED = 'the question was cancelled; the text is that of an interruption'
const FLAGLESS = "up to 0.142 no line holds whether a client's tool succeeded, nor its time"
const REVIEWER = 'told under the thread and turn that are reviewed; the file of the reviewer has it'
const SILENT =
  'Codex tells of no such call: nobody answers to its name, it never ran, it feeds a process, or its thread is a reviewer or the agent of an agent'
const OWN_TIME = 'no line tells when a person was asked; the output comes a little later'
const ANSWERS = 'the file names the answer that asked for it, also where Codex does not'
const NO_ITEM = 'no item records the end of calls about agents that are named by paths'
const SHOWN = 'told of the call; the item holds only when it was shown'

const COMMON = {
  'command status: interrupted, told rejected': CANCELLED,
  'command failureKind: null, told approval_denied': CANCELLED,
  'command source: unifiedExecStartup, told agent': CANCELLED,
  'command: not told, completed': SILENT,
  'command: not told, failed': SILENT,
  'command: not told, interrupted': CUT_SHORT,
  'command: not told, unknown': CUT_SHORT,
  'other: not told, failed': SILENT,
  'patch: not told, failed': SILENT
}
const TEXT_ONLY = {
  'command execMs (wall_time): less than told': WAITED,
  'command: not in the ledger': `${REVIEWER}; commands of a person have another id`,
  'dynamic status: unknown, told completed': FLAGLESS,
  'dynamic status: unknown, told failed': FLAGLESS,
  'dynamic failureKind: null, told tool_error': FLAGLESS,
  'dynamic execMs (none): null, told another': FLAGLESS,
  'imageView: not told, completed': SILENT,
  'other: not told, completed': SILENT
}

/** Every difference that is met, by era, and why it is there. */
const NAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '130': {
    ...COMMON,
    ...TEXT_ONLY,
    'patch execMs (json_metadata): another, told null': PATCH_TIME,
    'command status: interrupted, told failed': OUTLIVED,
    'command failureKind: null, told tool_error': OUTLIVED,
    'command execMs (none): null, told another': OUTLIVED,
    'command status: unknown, told completed': CUT_SHORT,
    'command exitCode: null, told another': CUT_SHORT
  },
  '142': {
    ...COMMON,
    ...TEXT_ONLY,
    'patch execMs (wall_time): another, told null': PATCH_TIME,
    'mcp: not told, failed': SILENT,
    'collab: not told, completed': SILENT
  },
  '169': {
    ...COMMON,
    'collab startedAtMs: null, told another': NO_ITEM,
    'collab endedAtMs: more than told': NO_ITEM,
    'collab execMs (none): null, told another': NO_ITEM,
    'patch execMs (wall_time): another, told null': PATCH_TIME,
    'command startedAtMs: null, told another': OWN_TIME,
    'command endedAtMs: more than told': OWN_TIME,
    'command responseId: another, told null': ANSWERS,
    'command responseId: null, told another': 'an answer without usage leaves no record',
    'webSearch responseId: another, told null': ANSWERS,
    'command turnId: another, told another': REVIEWER,
    'command: not in the ledger': REVIEWER,
    'collab: not told, failed': SILENT,
    'patch execMs (json_metadata): another, told null': `${PATCH_TIME}; 0.130 wrote it in a home that went on with 0.169`,
    'imageGeneration: not told, completed': SILENT,
    'imageView execMs (none): null, told another': SHOWN,
    'imageView endedAtMs: less than told': SHOWN,
    'mcp: not told, failed': SILENT
  }
}

describe('the ledger of tool calls beside captured analytics', () => {
  for (const [era, named] of Object.entries(NAMED))
    it(`says the same of every call of ${era}, but for the differences that are named`, async () => {
      const compared: Compared = { equal: 0, differences: {} }
      for (const run of readdirSync(LEDGER))
        if (new RegExp(`-${era}(-OpenAI)?$`).test(run)) await compare(compared, run)
      if (process.env['SHOW'] !== undefined) console.log(era, compared)
      expect(Object.keys(compared.differences).toSorted()).to.deep.equal(
        Object.keys(named).toSorted()
      )
      expect(compared.equal).to.be.greaterThan(100)
    })
})
