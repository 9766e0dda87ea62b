// A scan of a file finds what a reading of it delivers: whatever stands in it, wherever its buffers end.
import { expect } from 'chai'
import fc from 'fast-check'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { streamId } from '../../../../domain/ids.ts'
import { DEFAULT_PROFILE } from '../../../../domain/log/profile.ts'
import { saidNeeds } from '../../../../domain/thread/search/said.ts'
import { isDamaged, START } from '../../../../replay/ports.ts'
import { infoOf } from '../../../contract/store-under-test.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import { agentLine } from '../../../support/search-home.ts'
import {
  emptyHome,
  metaLine,
  rollout,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'

const PIECE = 256 * 1024
/** Lines that end about where a buffer does, and longer ones. */
const long = fc
  .tuple(fc.constantFrom(userLine, agentLine), fc.integer({ min: -300, max: 300 }), fc.nat(2))
  .map(([line, more, times]) => line('x'.repeat(PIECE * times + 1000 + more)))
const output = fc.integer({ min: PIECE - 400, max: PIECE + 400 }).map((length) =>
  JSON.stringify({
    timestamp: '2026-05-01T10:00:00.000Z',
    type: 'response_item',
    payload: { type: 'function_call_output', call_id: 'c', output: 'needle '.repeat(length / 7) }
  })
)
const bare = JSON.stringify({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: 'bare needle' }]
})
const odd = fc.constantFrom(
  '',
  ' ',
  '{}',
  '\u0000',
  'needle',
  bare,
  `${userLine('needle')}${userLine('glued needle')}`,
  userLine('needle').slice(0, -5),
  `${userLine('needle, and a carriage return')}\r`,
  userLine('\u001b[1mneedle ÄÖ 語 😀')
)
const line = fc.oneof(
  { arbitrary: odd, weight: 4 },
  { arbitrary: fc.string().map((text) => agentLine(`${text} needle`)), weight: 4 },
  { arbitrary: long, weight: 1 },
  { arbitrary: output, weight: 1 }
)
const file = fc
  .tuple(
    fc.constantFrom('', '\ufeff'),
    rollout,
    fc.array(line, { maxLength: 12 }),
    fc.constantFrom('', '\n', '\n{"timestamp":"2026')
  )
  .map(
    ([first, lines, more, last]) => first + [metaLine(THREAD), ...lines, ...more].join('\n') + last
  )

describe('a scan of a file', () => {
  it('finds what a reading delivers and a test lets pass', () =>
    fc.assert(
      fc.asyncProperty(file, fc.boolean(), fc.boolean(), async (text, strict, tests) => {
        const home = emptyHome()
        writeRollout(rolloutPath(home, THREAD), text)
        const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict })
        const info = infoOf(store, streamId(THREAD))
        const needs = saidNeeds(strict)
        const passes = (json: string): boolean => !tests || json.includes('needle')
        const expected: Array<unknown> = []
        for await (const { lines } of store.read(info, START, needs))
          for (const event of lines) {
            if (isDamaged(event)) continue
            const { revision: _, ...rest } = event
            if (event.bytes > PIECE || passes(JSON.stringify(event.line))) expected.push(rest)
          }
        const found: Array<unknown> = []
        for await (const event of store.scan(info, needs, passes)) found.push(event)
        removeFolder(home)
        expect(found).to.deep.equal(expected)
      }),
      { numRuns: 60 }
    ))
})
