// What a fold may read follows from what it says it needs. The compiler is the first half of this test: each line that asks for
// more than was read must not compile, or the suppressed error is one itself.
import { expect } from 'chai'
import {
  both,
  counting,
  EVERY_LINE,
  isItemOf,
  needOf,
  needsOfAll,
  NO_LONG_TEXT,
  type DeliveredLine,
  type LineOf,
  type Needs
} from '../../../domain/log/needs.ts'
import type { RolloutLine } from '../../../domain/log/event.ts'
import type { Projection } from '../../../projections/projection.ts'

const NEEDS = {
  session_meta: 'head',
  turn_context: 'head',
  compacted: 'head',
  task_started: 'whole',
  task_complete: 'head',
  token_count: 'head',
  patch_apply_end: 'head',
  agent_reasoning: 'checked_head',
  user_message: { textBytesMax: 10 },
  item_completed: 'head',
  'item_completed:Plan': 'whole',
  'response_item:message': { mark: 'x' }
} as const satisfies Needs

type Line = LineOf<typeof NEEDS>

/** Everything that is promised of a line. */
const promised = (line: Line): unknown => {
  if (line.type === 'session_meta') return [line.payload.id, line.payload.history_mode]
  if (line.type === 'turn_context') return [line.payload.model, line.payload.effort]
  if (line.type === 'compacted') return line.payload.compaction_response_id
  if (line.type !== 'event_msg') return line.timestamp
  const { payload } = line
  switch (payload.type) {
    case 'task_started':
      return [payload.turn_id, payload.started_at]
    case 'task_complete':
      return payload.turn_id
    case 'token_count':
      return payload.info?.total_token_usage.total_tokens
    case 'patch_apply_end':
      return [payload.call_id, payload.turn_id]
    case 'user_message':
      return payload.message
    case 'item_completed':
      return isItemOf(payload, ['Plan'])
        ? [payload.item.text, payload.completed_at_ms]
        : [payload.turn_id, payload.item.id]
    default:
      return payload.type
  }
}

/** More than is promised, member by member; never called. */
const refused = (line: Line): unknown => {
  // @ts-expect-error the instructions are not read
  if (line.type === 'session_meta') return line.payload.base_instructions
  // @ts-expect-error the head of settings has no directory
  if (line.type === 'turn_context') return line.payload.cwd
  // @ts-expect-error nobody said that records are needed
  if (line.type === 'token_usage_record') return line.payload.thread_id
  if (line.type !== 'event_msg') return null
  const { payload } = line
  switch (payload.type) {
    case 'task_complete':
      // @ts-expect-error the head of an end has no time
      return payload.completed_at
    case 'patch_apply_end':
      // @ts-expect-error whether a patch was applied stands behind its head
      return payload.success
    case 'agent_reasoning':
      // @ts-expect-error the head of reasoning has no text
      return payload.text
    case 'token_count':
      // @ts-expect-error limits stand behind the head
      return payload.rate_limits
    case 'item_completed':
      // @ts-expect-error an item that is not said to be a plan has no text
      return payload.item.text
    case 'web_search_end':
      // @ts-expect-error of a kind that is not needed only the name is known
      return payload.query
    default:
      return null
  }
}

// A projection over heads cannot be given a fold that reads whole lines.
const readsWhole = (state: null, event: { readonly line: RolloutLine }): readonly [null, []] => [
  event.line.type === 'event_msg' ? null : state,
  []
]
const overHeads: Pick<Projection<null, typeof NEEDS>, 'evolve'> = {
  // @ts-expect-error it would read what was not delivered
  evolve: readsWhole
}
const overWhole: Pick<Projection<null, typeof EVERY_LINE>, 'evolve'> = { evolve: readsWhole }

describe('needs', () => {
  it('take a whole line for a head, and tell its members', () => {
    const line: RolloutLine = {
      timestamp: 'T',
      type: 'event_msg',
      payload: {
        type: 'patch_apply_end',
        ...{ call_id: 'c', turn_id: 't', stdout: '', stderr: '', success: true },
        status: 'completed'
      }
    }
    const delivered: DeliveredLine = line
    expect([promised(line), delivered]).to.deep.equal([['c', 't'], line])
    expect([typeof refused, overHeads.evolve, overWhole.evolve]).to.deep.equal([
      ...['function', readsWhole, readsWhole]
    ])
  })

  it('of a group are the least that satisfies each fold', () => {
    const one: Needs = { task_started: 'head', token_count: 'newest', compacted: NO_LONG_TEXT }
    const other: Needs = { task_started: 'whole', token_count: 'newest', compacted: 'head' }
    const third: Needs = { agent_reasoning: 'checked_head', compacted: { textBytesMax: 9 } }
    expect(needsOfAll([one, other, third, { agent_reasoning: 'head' }])).to.deep.equal({
      task_started: 'whole',
      token_count: 'newest',
      compacted: { textBytesMax: 256 },
      agent_reasoning: 'checked_head'
    })
  })

  it('keep what either keeps of a long text', () => {
    const clipped = both(
      { user_message: { textBytesMax: 5, keeps: ['message'] } },
      { user_message: { textBytesMax: 7, keeps: ['text'] } }
    )
    expect(clipped).to.deep.equal({
      user_message: { textBytesMax: 7, keeps: ['message', 'text'] }
    })
  })

  it('of all items hold for each of them that has no need of its own', () => {
    const needs: Needs = { item_completed: 'head', 'item_completed:Plan': 'whole' }
    expect([
      needOf(needs, 'item_completed:Plan'),
      needOf(needs, 'item_completed:Sleep'),
      needOf(needs, 'task_started'),
      needOf(EVERY_LINE, 'task_started')
    ]).to.deep.equal(['whole', 'head', undefined, 'whole'])
  })

  it('of who counts hold for every line, and keep whole what was needed whole', () => {
    const needs: Needs = {
      task_started: 'whole',
      agent_reasoning: 'checked_head',
      token_count: 'newest',
      user_message: { textBytesMax: 7 },
      session_meta: 'head'
    }
    expect(counting(needs)).to.deep.equal({
      '*': NO_LONG_TEXT,
      task_started: 'whole',
      agent_reasoning: NO_LONG_TEXT,
      token_count: 'whole',
      user_message: { textBytesMax: 7 },
      session_meta: 'head'
    })
  })
})
