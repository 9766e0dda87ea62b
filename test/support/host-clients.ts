/**
 * Clients that are treated in their own way, what they do with threads, and what they answer when they are asked to attest.
 */
import type { Message } from './rpc-client.ts'

/** Names and versions of clients that an MCP server wants to ask something of. */
export const ELICITED_CLIENTS = [
  ['probe', '1'],
  ['Xcode', '26.5'],
  ['xcode', '26.4'],
  ['Xcode', '26.4'],
  ['Xcode', '26.4.1'],
  ['Xcode', '26.40']
] as const

/** One of two clients: an Xcode that does not know such questions, and one that does. */
export type ElicitedClient = 'old' | 'other'

type Ask = (who: ElicitedClient, method: string, params: object) => Promise<Message>

const idIn = (answer: Message, member: 'thread' | 'reviewThreadId'): string | null => {
  const result = answer['result'] as
    | { readonly thread?: { readonly id: string }; readonly reviewThreadId?: string }
    | undefined
  return (member === 'thread' ? result?.thread?.id : result?.reviewThreadId) ?? null
}

/** A directory that is there; and whoever is never to be asked is not asked by an MCP server either. */
const ASKED = { cwd: '/tmp', approvalPolicy: 'on-request' }

/** Everything that two clients do with a thread, one after the other; `see` looks at a thread after each step. */
export const takeUps = async (
  threadId: string,
  ask: Ask,
  see: (step: string, threadId: string) => Promise<void>
): Promise<void> => {
  const input = [{ type: 'text', text: 'x', text_elements: [] }]
  const steps = {
    resumes: ['thread/resume', ASKED],
    'begins a turn': ['turn/start', { input }],
    'changes settings': ['thread/settings/update', { model: 'm2' }],
    'names it': ['thread/name/set', { name: 'n' }]
  } as const
  const step = async (who: ElicitedClient, what: keyof typeof steps): Promise<void> => {
    const [method, params] = steps[what]
    await ask(who, method, { threadId, ...params })
    await see(`${who} ${what}`, threadId)
  }
  await step('other', 'resumes')
  await step('old', 'begins a turn')
  await step('other', 'resumes')
  await step('old', 'resumes')
  await step('other', 'changes settings')
  await step('other', 'names it')
  await step('other', 'begins a turn')
  for (const who of ['old', 'other'] as const) {
    const forked = idIn(await ask(who, 'thread/fork', { threadId, ...ASKED }), 'thread')
    if (forked !== null) await see(`${who} forks it: the fork`, forked)
    const started = idIn(await ask(who, 'thread/start', { cwd: '/tmp' }), 'thread')
    if (started !== null) await see(`${who} starts one`, started)
  }
  const review = { threadId, target: { type: 'custom', instructions: 'x' } }
  const detached = await ask('old', 'review/start', { ...review, delivery: 'detached' })
  const reviewed = idIn(detached, 'reviewThreadId')
  if (reviewed !== null) await see('old has it reviewed: the thread of the review', reviewed)
  await see('old has it reviewed', threadId)
  await ask('old', 'review/start', review)
  await see('old has it reviewed inside', threadId)
}

/** What a client answers when it is asked to attest; null for nothing. */
export const ATTESTING: Readonly<Record<string, object | null>> = {
  token: { result: { token: 'v1.tok' } },
  'empty token': { result: { token: '' } },
  'more than a token': { result: { token: 'v1.tok', more: 1 } },
  nothing: null,
  refusal: { error: { code: -1, message: 'no' } },
  'no member': { result: {} },
  null: { result: null },
  text: { result: 'v1.tok' },
  number: { result: { token: 5 } }
}

/** What a real Codex of a version was seen to do. */
export interface RecordedClients {
  /** Whether each client was asked, and what the MCP server got. */
  readonly elicited: ReadonlyArray<readonly [string, string, boolean, unknown]>
  /** Whether clients were asked after each step. */
  readonly takenUp: ReadonlyArray<readonly [string, boolean]>
  /** The header that went out for each answer; null for none. */
  readonly attested: Readonly<Record<string, string | null>>
  /** Who was asked, of clients that could (true) or could not (false) attest, in the order in which they connected. */
  readonly asked: ReadonlyArray<readonly [ReadonlyArray<boolean>, ReadonlyArray<number>]>
}

/** Clients of one thread, as they connect one after the other. */
export const ATTESTERS: ReadonlyArray<ReadonlyArray<boolean>> = [
  [],
  [false],
  [true],
  [true, true],
  [false, true, true]
]
