// Pictures and searches of extensions, changed in one member each, and the items the real Codex 0.169.0 showed of them.
import { expect } from 'chai'
import { join } from 'node:path'
import { completedItem } from '../../domain/items/completed-items.ts'
import type { TurnItem } from '../../domain/events/turn-item.ts'
import { FIXTURES, readJson } from '../support/fixture-home.ts'

interface Shown {
  readonly change: string
  readonly item: TurnItem
  readonly shown: object
}

const recorded = readJson(join(FIXTURES, 'extension-items', '0.169.0.json')) as ReadonlyArray<Shown>

describe('an item of an extension', () => {
  for (const { change, item, shown } of recorded)
    it(`shows what Codex 0.169.0 does: ${change}`, () => {
      expect(completedItem(item)).to.deep.equal(shown)
    })
})
