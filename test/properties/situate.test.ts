// One derivation of turns: whatever a rollout holds, the ledgers name the turns that the turn fold has, as it has them. The
// method: random histories of interleaved turns, late ends, rollbacks, reverts and copies; the turn fold over every line
// shows which turn was open at each, and the ledgers' rows must agree.
import { expect } from 'chai'
import { EVERY_LINE } from '../../domain/log/needs.ts'
import type { RecordedEvent } from '../../domain/log/event.ts'
import { SITUATE_NEEDS, type SituatedLine } from '../../domain/thread/turns/situate.ts'
import { evolveRollout } from '../../domain/ledgers/analytics/from-rollout.ts'
import { NO_ROLLOUT } from '../../domain/ledgers/analytics/rollout-state.ts'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { itemChange, showsInLegacy } from '../../domain/thread/items/items.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { turns } from '../../projections/turns.ts'
import { situating } from '../../projections/situation.ts'
import { NO_ROWS, overlay } from '../../replay/catch-up/overlay.ts'
import { isDamaged, START, type EventStore, type StreamInfo } from '../../replay/ports.ts'
import type { UsageRow } from '../../replay/ledgers/usage.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, homeNames, removeFolder } from '../support/fixture-home.ts'
import {
  emptyHome,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  writeRollout
} from '../support/rollouts.ts'
import { everyCall } from '../support/tool-calls.ts'

type Payload = Readonly<Record<string, unknown>>

/** What a writer does next; it only names turns that it began. */
type Move =
  | 'begin'
  | 'end'
  | 'end_late'
  | 'abort'
  | 'spend'
  | 'call'
  | 'patch'
  | 'say'
  | 'item'
  | 'compact'
  | 'review'
  | 'roll_back'
  | 'restore'

const MOVES: ReadonlyArray<Move> = [
  ...(['begin', 'end', 'end_late', 'abort', 'spend', 'call', 'patch', 'say', 'item'] as const),
  ...(['compact', 'review', 'roll_back', 'restore'] as const)
]

const move = fc.tuple(fc.constantFrom(...MOVES), fc.nat(1000))

const at = (second: number): string => new Date(1_777_777_000_000 + second * 1000).toISOString()

const usage = (input: number): Payload => ({
  ...{ input_tokens: input, cached_input_tokens: 0, output_tokens: 0, reasoning_output_tokens: 0 },
  total_tokens: input
})

/** The lines of a history; in a legacy thread a rollback may be taken back by copies. */
const historyOf = (
  moves: ReadonlyArray<readonly [Move, number]>,
  isPaginated: boolean
): ReadonlyArray<string> => {
  const lines: Array<{
    readonly type: string
    readonly payload: Payload
    readonly second: number
  }> = []
  const begun: Array<string> = []
  let calls = 0
  let spent = 0
  /** Where the newest turns begin, and what the last rollback hid. */
  let hidden: ReadonlyArray<(typeof lines)[number]> | null = null
  const push = (type: string, payload: Payload): void => {
    lines.push({ type, payload, second: lines.length + 1 })
  }
  const event = (payload: Payload): void => push('event_msg', payload)
  const known = (n: number): string | undefined => begun[n % Math.max(1, begun.length)]
  for (const [name, n] of moves) {
    const turn_id = name === 'end' ? begun.at(-1) : known(n)
    switch (name) {
      case 'begin':
        begun.push(`t${begun.length + 1}`)
        event({ type: 'task_started', turn_id: begun.at(-1) })
        break
      case 'end':
      case 'end_late':
        if (turn_id !== undefined) event({ type: 'task_complete', turn_id })
        break
      case 'abort':
        if (turn_id !== undefined) event({ type: 'turn_aborted', turn_id, reason: 'interrupted' })
        break
      case 'spend':
        spent += 10 + n
        event({
          type: 'token_count',
          info: { total_token_usage: usage(spent), last_token_usage: usage(10 + n) }
        })
        break
      case 'call':
        push('response_item', {
          ...{ type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}' },
          call_id: `c${++calls}`
        })
        break
      case 'patch':
        if (turn_id === undefined) break
        event({
          ...{ type: 'patch_apply_end', call_id: `p${++calls}`, turn_id, stdout: '', stderr: '' },
          ...{ success: true, changes: {}, status: 'completed' }
        })
        break
      case 'say':
        event({ type: n % 2 === 0 ? 'user_message' : 'agent_message', message: 'x'.repeat(n) })
        break
      case 'item':
        if (turn_id === undefined) break
        event({
          ...{ type: 'item_completed', thread_id: THREAD, turn_id },
          item: { type: 'Reasoning', id: `i${lines.length}`, summary_text: ['x'.repeat(n)] }
        })
        break
      case 'compact':
        push('compacted', { message: 'm' })
        break
      case 'review':
        event({ type: 'entered_review_mode', target: { type: 'uncommittedChanges' } })
        break
      case 'roll_back':
        if (isPaginated) break
        hidden = lines.slice(
          lines.findLastIndex(({ payload }) => payload['type'] === 'task_started')
        )
        event({ type: 'thread_rolled_back', num_turns: n % 3 })
        break
      case 'restore': {
        if (hidden === null) break
        const copies = hidden
        hidden = null
        event({
          ...{ type: 'unroll_turns_restored', num_turns: 1, lines: copies.length, next_item: 1 }
        })
        lines.push(...copies)
      }
    }
  }
  const head = JSON.parse(
    metaLine(THREAD, { history_mode: isPaginated ? 'paginated' : 'legacy' })
  ) as Payload
  return [{ ...head, timestamp: at(0) }, ...lines].map((line, ordinal) => {
    const { second, ...rest } = line as Payload & { readonly second?: number }
    const timestamp = second === undefined ? {} : { timestamp: at(second) }
    return JSON.stringify({ ...timestamp, ...(isPaginated ? { ordinal } : {}), ...rest })
  })
}

interface Turns {
  /** The turn that goes on after each line, by its revision; null between turns. */
  readonly after: ReadonlyMap<number, string | null>
  /** Ids of every turn there ever was. */
  readonly ids: ReadonlySet<string>
}

const PROFILE = eraOf('0.169', false)

const streamsOf = (store: EventStore): ReadonlyArray<StreamInfo> => {
  const infos = store.list()
  if (E.isLeft(infos)) throw new Error('the home cannot be read')
  return infos.right.streams
}

const readOf = (home: string) => {
  const store = jsonlStore({ home, profile: PROFILE, strict: false })
  const [info] = streamsOf(store)
  if (info === undefined) throw new Error('the home is empty')
  return { store, info }
}

/** What the turn fold says, from its own rows. */
const turnsOf = async (home: string): Promise<Turns> => {
  const { store, info } = readOf(home)
  const rows = overlay(NO_ROWS)
  const after = new Map<number, string | null>()
  const ids = new Set<string>()
  let state = turns.initial(true)
  for await (const { lines } of store.read(info, START, EVERY_LINE))
    for (const line of lines) {
      if (isDamaged(line)) continue
      const [next, writes] = turns.evolve(state, line, { rows, table: 'turns', profile: PROFILE })
      state = next
      rows.put(writes)
      const { open } = state
      const isOver =
        open?.mode === 'paginated' && (open.status === 'completed' || open.status === 'failed')
      after.set(line.revision, open === null || isOver ? null : open.id)
      if (open !== null) ids.add(open.id)
    }
  return { after, ids }
}

/** Where each line stands that a reader with these needs delivers. */
const situationsOf = async (home: string, seesAll: boolean) => {
  const { store, info } = readOf(home)
  const situate = situating(overlay(NO_ROWS), PROFILE, seesAll)
  const found = new Map<number, ReturnType<typeof situate>>()
  for await (const { lines } of seesAll
    ? store.read(info, START, EVERY_LINE)
    : store.read(info, START, SITUATE_NEEDS))
    for (const line of lines) {
      if (isDamaged(line)) continue
      const event: RecordedEvent<SituatedLine> = line
      found.set(event.revision, situate(event))
    }
  return found
}

/** The turns that facts of analytics name. */
const factTurns = async (home: string): Promise<ReadonlyArray<string>> => {
  const { store, info } = readOf(home)
  const situate = situating(overlay(NO_ROWS), PROFILE, true)
  let state = NO_ROLLOUT
  const named: Array<string> = []
  for await (const { lines } of store.read(info, START, EVERY_LINE))
    for (const line of lines) {
      if (isDamaged(line)) continue
      const event: RecordedEvent = line
      const step = evolveRollout(state, situate(event), PROFILE)
      state = step.state
      for (const { fact } of step.writes)
        if ('turnId' in fact && fact.turnId !== null) named.push(fact.turnId)
    }
  return named
}

const inHistory = async (
  lines: ReadonlyArray<string>,
  check: (home: string, turns: Turns) => Promise<void>
): Promise<void> => {
  const home = emptyHome()
  try {
    writeRollout(rolloutPath(home, THREAD), linesOf(lines))
    await check(home, await turnsOf(home))
  } finally {
    removeFolder(home)
  }
}

const history = fc
  .tuple(fc.array(move, { maxLength: 60, size: 'max' }), fc.boolean())
  .map(([moves, isPaginated]) => historyOf(moves, isPaginated))

describe('one derivation of turns', () => {
  it('knows which lines of recorded homes show something in a legacy turn', async () => {
    for (const name of homeNames())
      for (const era of ['0.130', '0.169'] as const) {
        const profile = eraOf(era, false)
        const home = join(FIXTURES, 'homes', name, 'home')
        const store = jsonlStore({ home, profile, strict: false })
        for (const info of streamsOf(store))
          for await (const { lines } of store.read(info, START, EVERY_LINE))
            for (const event of lines)
              if (!isDamaged(event))
                expect(showsInLegacy(event.line, profile)).to.equal(
                  itemChange(event.line, profile, () => '', 'legacy') !== null
                )
      }
  })

  it('situates every line in the turn that the turn fold has open', () =>
    fc.assert(
      fc.asyncProperty(history, (lines) =>
        inHistory(lines, async (home, { after }) => {
          const found = await situationsOf(home, true)
          expect([...found].map(([at, { turn }]) => [at, turn?.id ?? null])).to.deep.equal([
            ...after
          ])
        })
      ),
      { numRuns: 60 }
    ))

  it('situates a head as it situates the whole line', () =>
    fc.assert(
      fc.asyncProperty(history, (lines) =>
        inHistory(lines, async (home) => {
          const whole = await situationsOf(home, true)
          for (const [revision, { turn, turnPlace, mode, origin }] of await situationsOf(
            home,
            false
          )) {
            const other = whole.get(revision)
            expect({ turnPlace, mode, origin, explicit: turn?.explicit }).to.deep.equal({
              ...{ turnPlace: other?.turnPlace, mode: other?.mode, origin: other?.origin },
              explicit: other?.turn?.explicit
            })
            // Only a fold that counts every line knows the name of a turn that nothing began.
            if (turn?.id != null) expect(turn.id).to.equal(other?.turn?.id)
          }
        })
      ),
      { numRuns: 60 }
    ))

  it('has every spend, tool call, audit row and fact name the turn that was open or named then', () =>
    fc.assert(
      fc.asyncProperty(history, (lines) =>
        inHistory(lines, async (home, { after, ids }) => {
          await withEngine({ home }, async (engine) => {
            const spends: Array<UsageRow> = []
            for await (const row of await right(engine.usageRows({ by: 'total' }))) spends.push(row)
            for (const { turnId, place, kind } of spends)
              if (kind === 'sampling') expect(turnId).to.equal(after.get(place.revision))
            for (const { turnId, place, callId } of await everyCall(engine)) {
              if (turnId !== null) expect([...ids]).to.include(turnId)
              if (callId.startsWith('c')) expect(turnId).to.equal(after.get(place.revision))
            }
            const { data } = await right(engine.auditTrail({ limit: 100_000 }))
            for (const { turnId } of data) if (turnId !== null) expect([...ids]).to.include(turnId)
          })
          for (const turnId of await factTurns(home)) expect([...ids]).to.include(turnId)
        })
      ),
      { numRuns: 25 }
    ))
})
