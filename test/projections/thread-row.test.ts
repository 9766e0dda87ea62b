// Rows of threads are stored in a smaller form, from which the row and the state of the fold come back as they were.
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { eraOf } from '../../domain/log/profile.ts'
import {
  evolveThread,
  initialThread,
  THREAD_NEEDS,
  type ThreadState
} from '../../domain/thread/thread.ts'
import {
  hasPreview,
  rowOfThread,
  storedRow,
  storedState,
  storedThread,
  type StoredThread,
  type ThreadOutside
} from '../../projections/thread-row.ts'
import { isDamaged, START } from '../../replay/ports.ts'
import { right } from '../support/engines.ts'
import { FIXTURES } from '../support/fixture-home.ts'

const LISTED: ThreadOutside = {
  createdAtMs: 1,
  sortedAtMs: [1, 2, 3, 4],
  archived: false,
  codexLists: true,
  earlierPreview: null
}
const ARCHIVED: ThreadOutside = {
  createdAtMs: 5,
  sortedAtMs: [5, 5, 5, 5],
  archived: true,
  codexLists: false,
  earlierPreview: 'said before'
}

/** As the index keeps it. */
const kept = (stored: StoredThread): StoredThread => JSON.parse(JSON.stringify(stored))

describe('the stored row of a thread', () => {
  const homes = join(FIXTURES, 'homes')
  for (const name of readdirSync(homes))
    it(`gives back the row and the state of every thread after every line, ${name}`, async () => {
      const profile = eraOf('0.169', false)
      const store = jsonlStore({ home: join(homes, name, 'home'), profile, strict: false })
      const { streams } = await right(async () => store.list())
      for (const info of streams) {
        let state: ThreadState = { facts: initialThread, lastEventAt: null }
        for await (const { lines } of store.read(info, START, THREAD_NEEDS))
          for (const line of lines) {
            if (isDamaged(line)) continue
            state = evolveThread(state, line)
            for (const outside of [LISTED, ARCHIVED]) {
              const stored = kept(storedThread(state, outside))
              expect(storedState(stored)).to.deep.equal(state)
              const row = rowOfThread(state, outside)
              expect(storedRow(stored)).to.deep.equal(row)
              if (outside.earlierPreview === null)
                expect(hasPreview(stored)).to.equal(row.entry.preview)
            }
          }
      }
    })
})
