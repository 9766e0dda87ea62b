// The forward count of a context beside the items themselves: on every recorded rollout in which nothing was compacted, and
// on random turns and rollbacks.
import { expect } from 'chai'
import fc from 'fast-check'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { contextTokens } from '../../../../domain/thread/context/estimate.ts'
import { isItemLine, replayItems } from '../../../../domain/thread/context/replay.ts'
import { contextSizer, NO_CONTEXT, withoutTurns } from '../../../../domain/thread/context/size.ts'
import { toRolloutLine, type RolloutLine } from '../../../../domain/log/event.ts'
import { PROFILES } from '../../../../domain/log/profile.ts'
import { FIXTURES, homeNames } from '../../../support/fixture-home.ts'

const profile = PROFILES['0.142']

const parsed = (text: string): RolloutLine | null => {
  try {
    const line = toRolloutLine(JSON.parse(text), profile)
    return typeof line === 'string' ? null : line
  } catch {
    return null
  }
}

const linesOf = (text: string): ReadonlyArray<RolloutLine> =>
  text
    .split('\n')
    .map(parsed)
    .filter((line) => line !== null)

const rolledBack = (turns: number): RolloutLine => ({
  timestamp: '',
  type: 'event_msg',
  payload: { type: 'thread_rolled_back', num_turns: turns }
})

const counted = (lines: ReadonlyArray<RolloutLine>) => {
  const sizer = contextSizer(profile, NO_CONTEXT)
  lines.forEach(sizer.take)
  return sizer.size()
}

const summed = (lines: ReadonlyArray<RolloutLine>): number =>
  contextTokens(replayItems([], lines.filter(isItemLine), profile).items, '', profile)

const rollouts = homeNames().flatMap((name) => {
  const folder = join(FIXTURES, 'homes', name, 'home')
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl') && path.includes('rollout-'))
    .map((path) => join(folder, path))
})

describe('the count of a context', () => {
  it('is the sum of its items after a rollback of any number of turns, on every recorded rollout', () => {
    let plain = 0
    for (const path of rollouts) {
      const lines = linesOf(readFileSync(path, 'utf8'))
      const size = counted(lines)
      if (!size.isPlain) continue
      plain += 1
      for (const turns of [0, 1, 2, 3, 1000])
        expect(withoutTurns(size, turns).tokens, `${path} ${turns}`).to.equal(
          summed([...lines, rolledBack(turns)])
        )
    }
    expect(plain).to.be.greaterThan(150)
  })

  it('goes on from where it was left as if it had never stopped', () => {
    const message = (role: string, text: string): RolloutLine => ({
      timestamp: '',
      type: 'response_item',
      payload: { type: 'message', role, content: [{ type: 'input_text', text }] }
    })
    const line = fc.oneof(
      fc.string({ maxLength: 40 }).map((text) => message('user', text)),
      fc.constant(message('user', '<environment_context>x</environment_context>')),
      fc.constant(message('developer', '<permissions instructions>x</permissions instructions>')),
      fc.string({ maxLength: 40 }).map((text) => message('assistant', text)),
      fc.nat(4).map(rolledBack)
    )
    fc.assert(
      fc.property(fc.array(line), fc.array(line), fc.nat(5), (first, second, turns) => {
        const half = JSON.parse(JSON.stringify(counted(first))) as typeof NO_CONTEXT
        const sizer = contextSizer(profile, half)
        second.forEach(sizer.take)
        expect(sizer.size()).to.deep.equal(counted([...first, ...second]))
        expect(withoutTurns(sizer.size(), turns).tokens).to.equal(
          summed([...first, ...second, rolledBack(turns)])
        )
      })
    )
  })
})
