// Given lines and needs, a reader delivers these lines. What is delivered as a head has the members that stand in the line, and
// none that were made up.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import {
  EVERY_LINE,
  NO_LINES,
  type LineKind,
  type Need,
  type Needs
} from '../../../../domain/log/needs.ts'
import { eraOf } from '../../../../domain/log/profile.ts'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { isDamaged, START } from '../../../../replay/ports.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from '../../../support/rollouts.ts'

const AT = '2026-05-01T10:00:00.000Z'
const raw = (type: string, payload: object, more: object = {}): string =>
  JSON.stringify({ timestamp: AT, ...more, type, payload })
const event = (type: string, payload: object, more: object = {}): string =>
  raw('event_msg', { type, ...payload }, more)

/** Longer than what is parsed to be on the safe side. */
const LONG = 'x'.repeat(1000)
const head = (payload: object) => ({ timestamp: AT, type: 'event_msg', payload })

interface Delivered {
  readonly revision: number
  readonly what: unknown
}

/** What a store delivers of these lines to who needs this. */
const delivered = async (
  lines: ReadonlyArray<string>,
  needs: Needs
): Promise<ReadonlyArray<Delivered>> => {
  const home = emptyHome()
  try {
    writeRollout(rolloutPath(home, THREAD), lines.map((line) => `${line}\n`).join(''))
    const store = jsonlStore({ home, profile: eraOf('0.169', false), strict: false })
    const infos = store.list()
    if (E.isLeft(infos)) throw new Error('the home cannot be read')
    const found: Array<Delivered> = []
    for (const info of infos.right.streams)
      for await (const batch of store.read(info, START, needs))
        for (const line of batch.lines)
          found.push({
            revision: line.revision,
            what: isDamaged(line) ? line.reason : JSON.parse(JSON.stringify(line.line))
          })
    return found
  } finally {
    removeFolder(home)
  }
}

const only = async (line: string, kind: LineKind, need: Need): Promise<unknown> =>
  (await delivered([line], { [kind]: need })).map(({ what }) => what)

const PATCH = event('patch_apply_end', {
  ...{ call_id: 'c1', turn_id: 't1', stdout: LONG, stderr: '', success: false, status: 'failed' }
})
const USAGE = {
  ...{ input_tokens: 5, cached_input_tokens: 1, output_tokens: 2 },
  ...{ reasoning_output_tokens: 0, total_tokens: 7 }
}
const COUNT = event('token_count', {
  info: { total_token_usage: USAGE, last_token_usage: USAGE, model_context_window: 9 },
  rate_limits: null
})
const item = (type: string, more: object = {}): string =>
  event('item_completed', {
    thread_id: THREAD,
    turn_id: 't1',
    item: { type, id: 'i1', ...more },
    completed_at_ms: 5
  })
const MCP = { call_id: 'c1', invocation: { server: 's', tool: 't', arguments: { text: LONG } } }
const MCP_END = { duration: { secs: 1, nanos: 0 }, result: { Err: 'no' } }

describe('what a reader delivers', () => {
  it('is nothing of what nobody needs, and every line counts all the same', async () => {
    const lines = [event('user_message', { message: 'a' }), PATCH, COUNT]
    expect(await delivered(lines, NO_LINES)).to.deep.equal([])
    const found = await delivered(lines, { token_count: 'head' })
    expect(found.map(({ revision }) => revision)).to.deep.equal([2])
  })

  it('is the members of a head, and no other', async () => {
    expect(await only(PATCH, 'patch_apply_end', 'head')).to.deep.equal([
      head({ type: 'patch_apply_end', call_id: 'c1', turn_id: 't1' })
    ])
    expect(await only(COUNT, 'token_count', 'head')).to.deep.equal([
      head({ type: 'token_count', info: { total_token_usage: USAGE, last_token_usage: USAGE } })
    ])
    expect(await only(event('user_message', { message: LONG }), 'user_message', 'head')).to.eql([
      head({ type: 'user_message' })
    ])
    expect(await only(item('Sleep', { duration_ms: 7 }), 'item_completed', 'head')).to.deep.equal([
      head({
        type: 'item_completed',
        ...{ thread_id: THREAD, turn_id: 't1', item: { type: 'Sleep', id: 'i1' } }
      })
    ])
  })

  it('has the number of a line in its head', async () => {
    const line = event('agent_reasoning', { text: LONG }, { ordinal: 12 })
    const [last] = (await delivered([line], { agent_reasoning: 'head' })).slice(-1)
    expect(last?.what).to.deep.equal({ ...head({ type: 'agent_reasoning' }), ordinal: 12 })
  })

  it('is a whole line where its head does not tell the turn it names', async () => {
    const named = event('mcp_tool_call_end', { ...MCP, turn_id: 't9', ...MCP_END })
    expect(await only(named, 'mcp_tool_call_end', 'head')).to.deep.equal([JSON.parse(named)])
    const unnamed = event('mcp_tool_call_end', { ...MCP, ...MCP_END })
    expect(await only(unnamed, 'mcp_tool_call_end', 'head')).to.deep.equal([
      head({ type: 'mcp_tool_call_end', call_id: 'c1' })
    ])
  })

  it('is a whole line where its members stand in another order', async () => {
    const turned = event('patch_apply_end', {
      ...{ turn_id: 't1', call_id: 'c1', stdout: LONG, stderr: '' },
      ...{ success: true, status: 'completed' }
    })
    expect(await only(turned, 'patch_apply_end', 'head')).to.deep.equal([JSON.parse(turned)])
  })

  it('is a short line whole where heads are checked, and damage is told', async () => {
    const short = event('agent_reasoning', { text: 'a' })
    expect(await only(short, 'agent_reasoning', 'checked_head')).to.deep.equal([JSON.parse(short)])
    const broken = short.replace('"a"', '7')
    expect(await only(broken, 'agent_reasoning', 'checked_head')).to.deep.equal(['invalid_payload'])
  })

  it('leaves out a head that says nothing', async () => {
    const silent = [
      event('agent_message', { message: '', note: LONG }),
      event('agent_reasoning', { text: '' }),
      event('token_count', { info: null, rate_limits: { note: LONG } })
    ]
    expect(
      await delivered(silent, {
        agent_message: 'head',
        agent_reasoning: 'head',
        token_count: 'head'
      })
    ).to.deep.equal([])
  })

  it('is only the last line of a batch where the newest is needed', async () => {
    const found = await delivered([COUNT, PATCH, COUNT, PATCH], { token_count: 'newest' })
    expect(found).to.deep.equal([{ revision: 2, what: JSON.parse(COUNT) }])
  })

  it('is only the lines with a mark where one is given', async () => {
    const lines = ['a', 'b mark', 'c'].map((text) =>
      raw('response_item', {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text }]
      })
    )
    const found = await delivered(lines, { 'response_item:message': { mark: 'mark' } })
    expect(found.map(({ revision }) => revision)).to.deep.equal([1])
  })

  it('tells response items by their kind', async () => {
    const call = raw('response_item', {
      ...{ type: 'function_call', name: 'shell', arguments: LONG, call_id: 'c1' }
    })
    const needs: Needs = { 'response_item:function_call': 'head' }
    expect(await delivered([call], needs)).to.deep.equal([
      { revision: 0, what: { timestamp: AT, type: 'response_head', kind: 'function_call' } }
    ])
  })

  it('plans items one by one', async () => {
    const lines = [item('Plan', { text: LONG }), item('Sleep', { duration_ms: 1 })]
    const needs: Needs = { 'item_completed:Plan': 'whole' }
    expect(await delivered(lines, needs)).to.deep.equal([
      { revision: 0, what: JSON.parse(lines[0] ?? '') }
    ])
  })

  it('looks for a line that swallowed another where somebody needs that', async () => {
    const glued = `${event('web_search_end', { call_id: 'c' }).slice(0, -20)}${COUNT}`
    expect(await delivered([glued], NO_LINES)).to.deep.equal([])
    expect(await delivered([glued], { glued: 'whole' })).to.deep.equal([
      { revision: 0, what: 'not_json' }
    ])
  })

  it('has lines of unknown types only for who needs those', async () => {
    const line = raw('never_seen', { note: LONG })
    expect(await delivered([line], NO_LINES)).to.deep.equal([])
    expect((await delivered([line], { unfamiliar: 'whole' })).length).to.equal(1)
    expect((await delivered([line], EVERY_LINE)).length).to.equal(1)
  })

  it('is metadata without their instructions as a head', async () => {
    const meta = {
      ...{ id: THREAD, timestamp: AT, cwd: '/w', originator: 'o', cli_version: '1' },
      base_instructions: { text: LONG }
    }
    const { base_instructions: _, ...lean } = meta
    expect(await only(raw('session_meta', meta), 'session_meta', 'head')).to.deep.equal([
      { timestamp: AT, type: 'session_meta', payload: lean }
    ])
    expect(await only(raw('session_meta', meta), 'session_meta', 'whole')).to.deep.equal([
      { timestamp: AT, type: 'session_meta', payload: meta }
    ])
  })

  it('of a renamed event is what its name of today is needed as', async () => {
    const older = event('turn_started', { turn_id: 't1', note: LONG })
    expect(await only(older, 'task_started', 'whole')).to.deep.equal([
      head({ type: 'task_started', turn_id: 't1', note: LONG })
    ])
  })

  it('of an event that counts for nothing has a need of its own', async () => {
    const line = event('error', { message: LONG })
    expect(await delivered([line], { 'ignored:event_msg:error': 'whole' })).to.deep.equal([
      {
        revision: 0,
        what: {
          ...{ timestamp: AT, type: 'ignored', kind: 'event_msg:error' },
          payload: { type: 'error', message: LONG }
        }
      }
    ])
  })
})
