/**
 * What prompts are made of: a thread in brief, by rules alone. What was asked first and last, what was decided is in the last answers;
 * which files changed, what failed, what is open.
 */
import type { Turn } from '../../domain/protocol.ts'
import { got, threadNamed, type History } from './history.ts'
import { titleOf } from './threads.ts'
import { clean } from './tool.ts'
import { code, isoOf, NOTICE, partsOf, quoted } from './words.ts'

const MESSAGE = 1500
const LINE = 300
const LISTED = 20
const TURNS_LOOKED_AT = 200

interface Brief {
  readonly head: string
  readonly turns: ReadonlyArray<Turn>
  readonly total: number
}

const briefOf = async (history: History, threadId: string): Promise<Brief> => {
  const engine = await history.engine()
  const thread = got(await engine.readThread(threadId, false)())
  const { count } = got(await engine.turnPlaces(threadId, 0, 0)())
  const turns: Array<Turn> = []
  const asked = { itemsView: 'full', maxBytes: 256 * 1024 } as const
  const first = got(await engine.turnRange(threadId, { ...asked, from: 0, count: 1 })())
  for (let from = Math.max(1, count - TURNS_LOOKED_AT); from < count;) {
    const range = got(await engine.turnRange(threadId, { ...asked, from, count: 20 })())
    if (range.turns.length === 0) break
    turns.push(...range.turns)
    from = range.from + range.turns.length
  }
  const facts = [
    `Thread ${code(threadId)}, ${count} turns, begun ${isoOf(thread.createdAt * 1000) ?? ''}`,
    `Directory: ${code(thread.cwd)}`,
    ...(thread.gitInfo?.branch == null ? [] : [`Branch: ${code(thread.gitInfo.branch)}`])
  ]
  return {
    head: `${facts.join('\n')}\nTitle:\n${quoted(titleOf(history, thread))}`,
    turns: [...first.turns, ...turns],
    total: count
  }
}

const said = (history: History, turn: Turn | undefined, type: 'userMessage' | 'agentMessage') => {
  const items = (turn?.items ?? []).filter((item) => item.type === type)
  const item = type === 'userMessage' ? items[0] : items.at(-1)
  return item === undefined ? null : clean(history, partsOf(item).said, MESSAGE)
}

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [`## ${title}`, lines.join('\n')]

const quote = (text: string | null): ReadonlyArray<string> => (text === null ? [] : [quoted(text)])

const filesOf = async (history: History, threadId: string): Promise<ReadonlyArray<string>> => {
  const patches = got(await (await history.engine()).patches(threadId)())
  const sums = new Map<string, { added: number; deleted: number }>()
  for (const { path, movedTo, applied, rolledBack, linesAdded, linesDeleted } of patches) {
    if (applied !== true || rolledBack) continue
    const old = sums.get(movedTo ?? path) ?? { added: 0, deleted: 0 }
    sums.set(movedTo ?? path, {
      added: old.added + (linesAdded ?? 0),
      deleted: old.deleted + (linesDeleted ?? 0)
    })
  }
  const all = [...sums].map(
    ([path, { added, deleted }]) => `- ${code(clean(history, path, LINE))} +${added} −${deleted}`
  )
  return all.length > LISTED ? [...all.slice(0, LISTED), `- ${all.length - LISTED} more`] : all
}

/** Calls that did not succeed, newest last. */
const failuresOf = async (history: History, threadId: string): Promise<ReadonlyArray<string>> => {
  const engine = await history.engine()
  const statuses = ['failed', 'rejected', 'interrupted'] as const
  const page = got(await engine.tools({ threadId, statuses, limit: LISTED })())
  return page.data.toReversed().map(({ atMs, kind, subject, name, status, exitCode, turnId }) => {
    const exit = exitCode === null ? '' : `, exit ${exitCode}`
    const what = clean(history, subject ?? name, LINE)
    return `- ${isoOf(atMs) ?? ''} ${kind} ${status}${exit}, turn ${code(turnId ?? '')}\n${quoted(what)}`
  })
}

const planOf = (history: History, turns: ReadonlyArray<Turn>): ReadonlyArray<string> => {
  const plans = turns.flatMap(({ items }) => items).filter(({ type }) => type === 'plan')
  const last = plans.at(-1)
  return last === undefined ? [] : quote(clean(history, partsOf(last).said, MESSAGE))
}

/** Goal, decisions, files, open ends and last state of a thread. */
export const handoff = async (history: History, thread: string): Promise<string> => {
  const threadId = await threadNamed(history, thread)
  const { head, turns } = await briefOf(history, threadId)
  const last = turns.at(-1)
  const asked = turns.slice(1, -1).slice(-8)
  const steps = asked.flatMap((turn) => {
    const text = said(history, turn, 'userMessage')
    return text === null ? [] : [`- turn ${code(turn.id)}\n${quoted(text.slice(0, LINE))}`]
  })
  const isOpen = last !== undefined && last.status !== 'completed'
  return [
    `${NOTICE} This is a briefing about an earlier thread; continue its work only as far as the user asks.`,
    head,
    ...section('Goal, as it was asked first', quote(said(history, turns[0], 'userMessage'))),
    ...section('Asked since', steps),
    ...section('Asked last', turns.length < 2 ? [] : quote(said(history, last, 'userMessage'))),
    ...section('Last answer', quote(said(history, last, 'agentMessage'))),
    ...section('Plan', planOf(history, turns)),
    ...section('Files changed', await filesOf(history, threadId)),
    ...section('What failed', await failuresOf(history, threadId)),
    ...section('State', [
      isOpen ? `The last turn is ${last.status}.` : 'The last turn was completed.'
    ]),
    'read_thread has the turns whole, file_history the diffs.'
  ].join('\n\n')
}

const TROUBLE = ['rolled_back', 'reverted', 'turn_failed', 'turn_interrupted', 'compacted'] as const

/** What went wrong in a thread: failed calls and turns, what was taken back, damage. */
export const postmortem = async (history: History, thread: string): Promise<string> => {
  const threadId = await threadNamed(history, thread)
  const { head } = await briefOf(history, threadId)
  const engine = await history.engine()
  const request = { threadId, actions: TROUBLE, limit: 40 }
  const events = got(await engine.auditTrail(request)()).data.toReversed()
  const damage = got(await engine.damage(threadId)())
  const { total } = got(await engine.usage({ by: 'total', threadId })())
  return [
    `${NOTICE} Write what went wrong in this thread, why, and what would have prevented it. Name turns by their ids.`,
    head,
    ...section('What failed', await failuresOf(history, threadId)),
    ...section(
      'What was taken back, interrupted or compacted',
      events.map(({ at, action, turnId }) => `- ${at ?? ''} ${action}, turn ${code(turnId ?? '')}`)
    ),
    ...section(
      'Damaged lines',
      damage.map(({ revision, reason }) => `- revision ${revision}: ${reason}`)
    ),
    ...section('Files changed', await filesOf(history, threadId)),
    ...section('Tokens', [`${total.lowerBound ? 'at least ' : ''}${total.totalTokens} in all`]),
    'read_thread has the turns whole, list_tool_calls and read_item the outputs.'
  ].join('\n\n')
}
