// Inherited lines: which lines of a recorded thread are copies of another thread's, by which rule.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toRolloutLine, type RecordedEvent } from '../../../domain/log/event.ts'
import { streamId } from '../../../domain/ids.ts'
import {
  evolveInheritance,
  inheritedBy,
  unknownHead,
  uuid7Ms,
  type InheritanceRule
} from '../../../domain/log/inherited.ts'
import { PROFILES } from '../../../domain/log/profile.ts'

const LEDGER = join(import.meta.dirname, '..', '..', 'fixtures', 'ledger')
const DAY = 'home/sessions/2026/11/21/rollout-2026-11-21'

const eventsOf = (texts: ReadonlyArray<string>, inherited = false): Array<RecordedEvent> =>
  texts.flatMap((text, revision) => {
    const line = toRolloutLine(JSON.parse(text), PROFILES['0.169'])
    if (typeof line === 'string') return []
    return [{ streamId: streamId('t'), revision, segment: 0, offset: 0, bytes: 0, inherited, line }]
  })

/** How many lines of which rule stand in a row. */
const runs = (
  events: ReadonlyArray<RecordedEvent>
): ReadonlyArray<readonly [InheritanceRule | null, number]> => {
  let state = unknownHead(false)
  const found: Array<[InheritanceRule | null, number]> = []
  for (const event of events) {
    state = evolveInheritance(state, event)
    const rule = inheritedBy(state, event)
    const last = found.at(-1)
    if (last?.[0] === rule) last[1] += 1
    else found.push([rule, 1])
  }
  return found
}

const linesOf = (path: string): ReadonlyArray<string> =>
  readFileSync(join(LEDGER, path), 'utf8').trim().split('\n')

const ownFrom = (path: string): number => {
  const found = runs(eventsOf(linesOf(path)))
  const own = found.findLastIndex(([rule]) => rule === null)
  return found.slice(0, own).reduce((sum, [, lines]) => sum + lines, 0)
}

const HEAD = '01a1fcb8-e5b5-7c73-9a12-7761e68078cb'
const EARLIER = '01a1fcb8-e0c6-70f1-bfba-1152066d7bbf'
const LATER = '01a1fcb8-e64a-7b50-8dc5-67f27c263016'
const line = (timestamp: string, type: string, payload: object): string =>
  JSON.stringify({ timestamp: `2026-11-21T06:00:${timestamp}Z`, type, payload })
const head = (members: object = { forked_from_id: EARLIER }): string =>
  line('00.000', 'session_meta', {
    id: HEAD,
    timestamp: '2026-11-21T06:00:00.000Z',
    cwd: '/',
    originator: 'o',
    cli_version: '0',
    ...members
  })
const started = (timestamp: string, turn_id: string): string =>
  line(timestamp, 'event_msg', { type: 'task_started', turn_id })
const call = (timestamp: string): string =>
  line(timestamp, 'response_item', {
    type: 'function_call',
    name: 'n',
    arguments: '{}',
    call_id: 'c'
  })

describe('inherited lines', () => {
  it('of a fork by copying end where the first turn younger than the thread begins', () => {
    const path = `h3-130/${DAY}T06-08-58-01a1fcb8-e5b5-7c73-9a12-7761e68078cb.jsonl`
    expect(ownFrom(path)).to.equal(55)
  })

  it('of a detached review, which is a fork too, end there as well', () => {
    const path = `h3-142/${DAY}T06-07-43-01a1fcb7-c018-7a23-94cc-b70bfce30342.jsonl`
    const texts = linesOf(path)
    const first = texts.findIndex((text) => text.includes('"entered_review_mode"'))
    expect(ownFrom(path)).to.be.within(first - 1, first + 1)
  })

  it('of a thread that is no fork are none, though its turns be older', () => {
    expect(runs(eventsOf([head({}), started('00.001', EARLIER), call('00.002')]))).to.deep.equal([
      [null, 3]
    ])
  })

  it('are told by the turn id however late they are written, and own ones however early', () => {
    const texts = [
      head(),
      started('30.000', EARLIER),
      call('30.001'),
      started('00.002', LATER),
      call('00.003')
    ]
    expect(runs(eventsOf(texts))).to.deep.equal([
      [null, 1],
      ['turn_id', 2],
      [null, 2]
    ])
  })

  it('with ids that tell no time are those written at once with the head', () => {
    const texts = [head(), started('00.900', 'external-import-turn-1'), call('00.950')]
    const later = [started('09.000', 'external-import-turn-2'), call('09.001')]
    expect(runs(eventsOf([...texts, ...later]))).to.deep.equal([
      [null, 1],
      ['burst', 2],
      [null, 2]
    ])
  })

  it('of a sub-agent are those below the number at which its history begins', () => {
    const numbered = (ordinal: number) =>
      JSON.stringify({ ...(JSON.parse(call('00.500')) as object), ordinal })
    const texts = [
      head({ subagent_history_start_ordinal: 7 }),
      numbered(6),
      started('00.400', LATER),
      numbered(7)
    ]
    expect(runs(eventsOf(texts))).to.deep.equal([
      [null, 1],
      ['ordinal', 1],
      [null, 2]
    ])
  })

  it('of another thread’s file are told by the file', () => {
    expect(runs(eventsOf([head({})], true))).to.deep.equal([['segment', 1]])
  })

  it('are told by ids of version 7 only', () => {
    expect([
      uuid7Ms('01a1fcb8-e0c6-70f1-bfba-1152066d7bbf'),
      uuid7Ms('01a1fcb8-e0c6-40f1-bfba-1152066d7bbf'),
      uuid7Ms('rollout-4')
    ]).to.deep.equal([1795241337030, null, null])
  })
})
