// The ledger of tool calls against what the real servers sent their clients while they wrote the same homes: the last
// item/completed of every call. Every way in which they differ is named.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import type { ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import { withEngine } from '../support/engines.ts'
import { copyHome, FIXTURES, homeNames, removeFolder } from '../support/fixture-home.ts'
import { everyCall } from '../support/tool-calls.ts'

interface Shown {
  readonly threadId: string
  readonly turnId: string
  readonly item: Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string }
}

const KINDS: Readonly<Record<string, string>> = {
  commandExecution: 'command',
  fileChange: 'patch',
  mcpToolCall: 'mcp',
  dynamicToolCall: 'dynamic',
  collabAgentToolCall: 'collab',
  webSearch: 'webSearch',
  imageGeneration: 'imageGeneration',
  imageView: 'imageView'
}

const shownIn = (home: string): ReadonlyArray<Shown> => {
  const bytes = readFileSync(join(FIXTURES, 'live', `${home}.jsonl.br`))
  const last = new Map<string, Shown>()
  for (const text of brotliDecompressSync(bytes).toString().split('\n')) {
    if (text === '') continue
    const { method, params } = JSON.parse(text) as { method?: string; params: Shown }
    if (method !== 'item/completed' || KINDS[params.item.type] === undefined) continue
    last.set(`${params.threadId}/${params.item.id}`, params)
  }
  return [...last.values()]
}

const STATUS: Readonly<Record<string, string>> = {
  completed: 'completed',
  failed: 'failed',
  declined: 'rejected'
}

const columns = ({ turnId, item }: Shown): Readonly<Record<string, unknown>> => ({
  kind: KINDS[item.type],
  turnId,
  status: item['status'] === undefined ? 'completed' : STATUS[item['status'] as string],
  ...('exitCode' in item ? { exitCode: item['exitCode'] } : {}),
  ...('durationMs' in item ? { execMs: item['durationMs'] } : {}),
  ...('server' in item ? { server: item['server'], name: item['tool'] } : {})
})

const isUserShell = ({ item }: Shown): boolean => item['source'] === 'userShell'

/** The call of an item: a command of a person has another id in the files of old versions. */
const callOf = (calls: ReadonlyArray<ToolCall>, shown: Shown): ToolCall | undefined =>
  calls.find(({ threadId, callId }) => threadId === shown.threadId && callId === shown.item.id) ??
  calls.find(
    ({ threadId, turnId, source }) =>
      isUserShell(shown) &&
      source === 'userShell' &&
      threadId === shown.threadId &&
      turnId === shown.turnId
  )

const inWords = (column: string, own: unknown, told: unknown, call: ToolCall): string => {
  const source = column === 'execMs' ? ` (${call.execSource})` : ''
  if (typeof own === 'number' && typeof told === 'number' && column === 'execMs')
    return `${call.kind} ${column}${source}: ${own < told ? 'less' : 'more'}`
  const shown = (one: unknown) =>
    column === 'status' ? String(one) : one === null ? 'null' : 'another'
  return `${call.kind} ${column}${source}: ${shown(own)}, shown ${shown(told)}`
}

const compare = async (era: string): Promise<Readonly<Record<string, number>>> => {
  const found: Record<string, number> = { equal: 0 }
  const count = (text: string) => (found[text] = (found[text] ?? 0) + 1)
  for (const name of homeNames().filter((one) => one.endsWith(`-${era}`))) {
    const home = copyHome(name)
    await withEngine({ home }, async (engine) => {
      const calls = await everyCall(engine)
      for (const shown of shownIn(name)) {
        const call = callOf(calls, shown)
        if (call === undefined) {
          count(`${KINDS[shown.item.type]}: not in the ledger`)
          continue
        }
        for (const [column, told] of Object.entries(columns(shown))) {
          const own = (call as unknown as Record<string, unknown>)[column]
          count(own === told ? 'equal' : inWords(column, own, told, call))
        }
      }
    })
    removeFolder(home)
  }
  return found
}

// wall_time: how long Codex waited, not how long the process lived. interrupted: a question that was cancelled reads so.
// dynamic: no line of these versions holds success or time. turnId: the command of an inline review is shown in the turn
// that is reviewed. not in the ledger: a line damaged by hand, commands of a reviewer shown under the other thread.
const TEXT_ONLY = {
  'command status: interrupted, shown rejected': 1,
  'command: not in the ledger': 2,
  'dynamic execMs (none): null, shown another': 2,
  'dynamic status: unknown, shown completed': 1,
  'dynamic status: unknown, shown failed': 1
}
const EXPECTED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '130': {
    ...TEXT_ONLY,
    'command execMs (wall_time): less': 4,
    'command turnId: another, shown another': 1,
    equal: 434
  },
  '142': { ...TEXT_ONLY, 'command execMs (wall_time): less': 5, equal: 440 },
  '169': {
    'command turnId: another, shown another': 1,
    equal: 255
  }
}

describe('the ledger of tool calls beside what clients were shown', () => {
  for (const [era, wanted] of Object.entries(EXPECTED))
    it(`says the same of every item of ${era}, but for what is named`, async () => {
      expect(await compare(era)).to.deep.equal(wanted)
    })
})
