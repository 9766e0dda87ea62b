// Pictures and searches of extensions, changed in one member each, and the items the real Codex 0.169.0 showed of them.
import { expect } from 'chai'
import { join } from 'node:path'
import { completedItem } from '../../../../domain/thread/items/completed-items.ts'
import { toRolloutLine } from '../../../../domain/log/event.ts'
import type { TurnItem } from '../../../../domain/log/turn-item.ts'
import { PROFILES } from '../../../../domain/log/profile.ts'
import { FIXTURES, readJson } from '../../../support/fixture-home.ts'

const THREAD = '01960001-0000-7000-8000-000000000001'

interface Shown {
  readonly change: string
  readonly item: TurnItem
  readonly shown: object
}

const recorded = readJson(join(FIXTURES, 'extension-items', '0.169.0.json')) as ReadonlyArray<Shown>

const readItem = (item: TurnItem): TurnItem => {
  const head = { type: 'item_completed', thread_id: THREAD, turn_id: 'turn', completed_at_ms: 1 }
  const line = { timestamp: '', type: 'event_msg', payload: { ...head, item } }
  const read = toRolloutLine(line, PROFILES['0.169'])
  if (typeof read === 'string' || read.type !== 'event_msg') throw new Error(JSON.stringify(item))
  if (read.payload.type !== 'item_completed') throw new Error(read.payload.type)
  return read.payload.item
}

describe('an item of an extension', () => {
  for (const { change, item, shown } of recorded)
    it(`shows what Codex 0.169.0 does: ${change}`, () => {
      expect(completedItem(readItem(item))).to.deep.equal(shown)
    })
})
