// Whatever bytes a rollout holds, the store of streams tells of them what the store of files tells.
import fc from 'fast-check'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { directoryOf } from '../../../../adapters/log/eventstore/directory/directory.ts'
import { eventStore } from '../../../../adapters/log/eventstore/threads/store.ts'
import { jsonlStore } from '../../../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../../../adapters/index/memory/index.ts'
import { PROFILES } from '../../../../domain/log/profile.ts'
import { right } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import { memoryWire } from '../../../support/memory-wire.ts'
import { emptyHome, rolloutLine, rolloutPath, THREAD } from '../../../support/rollouts.ts'
import { compareStores } from '../../../support/same-stores.ts'
import { storeHome } from '../../../support/stored-home.ts'

const text = (value: string) => Buffer.from(value)
const CALL_BYTES = 4000
const MARK = Buffer.of(0xef, 0xbb, 0xbf)

/** What may stand in a file: events, blank lines, bytes that are no text, lines that are no events, lines above the limit of a call. */
const piece: fc.Arbitrary<Buffer> = fc.oneof(
  { arbitrary: rolloutLine.map((line) => text(`${line}\n`)), weight: 8 },
  { arbitrary: rolloutLine.map((line) => text(`${line}\r\n`)), weight: 1 },
  { arbitrary: fc.constantFrom('\n', '  \n', '\t\r\n', '\n\n\n').map(text), weight: 2 },
  { arbitrary: fc.constantFrom('{', '[]\n', '1\n', '{"a":1.0}\n', 'null\n').map(text), weight: 2 },
  {
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    weight: 1
  },
  { arbitrary: fc.constant(Buffer.concat([Buffer.alloc(9), text('\n')])), weight: 1 },
  {
    arbitrary: fc
      .integer({ min: 3000, max: 9000 })
      .map((length) =>
        text(
          `{"timestamp":"2026-05-01T10:00:00.000Z","type":"event_msg","payload":{"type":"agent_message","message":"${'x'.repeat(length)}"}}\n`
        )
      ),
    weight: 1
  }
)
const tail: fc.Arbitrary<Buffer> = fc.oneof(
  fc.constantFrom('', ' ', '{"timest', '{}', '[1]').map(text),
  rolloutLine.map(text)
)
const file = fc
  .tuple(fc.boolean(), fc.array(piece, { maxLength: 12 }), tail)
  .map(([isMarked, pieces, end]) => Buffer.concat([isMarked ? MARK : text(''), ...pieces, end]))

describe('a rollout of any bytes in a store of streams', () => {
  for (const strict of [false, true])
    it(`reads as its file does${strict ? ', as Codex does' : ''}`, () =>
      fc.assert(
        fc.asyncProperty(file, async (bytes) => {
          const home = emptyHome()
          try {
            const path = rolloutPath(home, THREAD)
            mkdirSync(join(path, '..'), { recursive: true })
            writeFileSync(path, bytes)
            const wire = memoryWire({ bytesMax: CALL_BYTES })
            await storeHome(wire, home, CALL_BYTES)
            const directory = directoryOf(wire, memoryIndex())
            await right(() => directory.refresh('all'))
            const options = { home, profile: PROFILES['0.169'], strict }
            const streams = eventStore({ ...options, wire, directory })
            await compareStores(jsonlStore(options), streams, { isThorough: true })
          } finally {
            removeFolder(home)
          }
        }),
        { numRuns: 60 }
      ))
})
