// The size of a context is counted from the lines it needs as from all lines.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import {
  contextSizer,
  NO_CONTEXT,
  sizeNeeds,
  type ContextSize
} from '../../domain/thread/context/size.ts'
import { streamId } from '../../domain/ids.ts'
import { EVERY_LINE } from '../../domain/log/needs.ts'
import { eraOf, type ProfileName } from '../../domain/log/profile.ts'
import { findStream, isDamaged, START, type Batch } from '../../replay/ports.ts'
import { removeFolder } from '../support/fixture-home.ts'
import {
  emptyHome,
  linesOf,
  metaLine,
  rolloutLine,
  rolloutPath,
  THREAD,
  writeRollout
} from '../support/rollouts.ts'
import { line, rollback } from '../support/turn-lines.ts'

const said = (role: string, text: string): string =>
  line('response_item', { type: 'message', role, content: [{ type: 'input_text', text }] })

const items = fc.constantFrom(
  said('user', 'do it'),
  said('user', '<environment_context>here</environment_context>'),
  said('developer', '<permissions instructions>all</permissions instructions>'),
  said('system', 'not counted'),
  line('response_item', { type: 'reasoning', summary: [], encrypted_content: 'a'.repeat(2000) }),
  line('response_item', { type: 'function_call_output', call_id: 'c', output: 'ü\n'.repeat(40) }),
  line('response_item', { type: 'custom_tool_call', call_id: 'c', name: 'n', input: 'x' }),
  line('response_item', { type: 'ghost_snapshot', ghost_commit: { id: 'g' } }),
  line('response_item', { type: 'unheard_of', text: 'x' }),
  line('response_item', { type: 'message' }),
  // Members in another order, and a type that is a number.
  '{"payload":{"role":"user","type":"message","content":[]},"type":"response_item","timestamp":"2026-05-01T10:00:00.000Z"}',
  line('response_item', { type: 2, call_id: 'c', name: 'n', arguments: '{}' }),
  line('inter_agent_communication', { author: 'a', recipient: 'b', content: 'c' }),
  rollback(1)
)

/** Lines with what is needed of them, or more. */
type Lines = Pick<Batch<ReturnType<typeof sizeNeeds>>, 'lines'>

const lines = fc.array(fc.oneof({ arbitrary: items, weight: 3 }, rolloutLine), { maxLength: 30 })

describe('the size of a context', () => {
  it('is the same from the lines it needs as from all', () =>
    fc.assert(
      fc.asyncProperty(
        lines,
        fc.constantFrom<ProfileName>('0.130', '0.142', '0.169'),
        async (some, name) => {
          const home = emptyHome()
          writeRollout(rolloutPath(home, THREAD), linesOf([metaLine(THREAD), ...some]))
          const profile = eraOf(name, false)
          const store = jsonlStore({ home, profile, strict: false })
          const found = findStream(store, streamId(THREAD))
          if (E.isLeft(found)) return expect.fail('the rollout is not there')
          const counted = async (batches: AsyncIterable<Lines>) => {
            const sizer = contextSizer(profile, NO_CONTEXT)
            for await (const batch of batches)
              for (const one of batch.lines) if (!isDamaged(one)) sizer.take(one.line)
            return sizer.size()
          }
          const all: ContextSize = await counted(store.read(found.right, START, EVERY_LINE))
          const needed = store.read(found.right, START, sizeNeeds(profile))
          expect(await counted(needed)).to.deep.equal(all)
          removeFolder(home)
        }
      ),
      { numRuns: 100 }
    ))
})
