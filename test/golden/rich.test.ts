// Rich items through the engine: what Codex showed while it ran is shown again, though Codex of that time hides it when
// it reads the thread back. How far single items agree is compared in test/domain/thread/rich/rich-recorded.test.ts.
import { expect } from 'chai'
import { join } from 'node:path'
import type { EngineOptions } from '../../adapters/library.ts'
import type { Page } from '../../domain/protocol.ts'
import type { ItemInTurn } from '../../replay/read/pages/item-page.ts'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import { openedEngine } from '../support/engines.ts'

interface Live {
  readonly threadId: string
  readonly turnId: string
  readonly notification: string
  readonly item: { readonly id: string; readonly type: string; readonly status?: string }
}

type Shown = Readonly<Record<string, ReadonlyArray<Live>>>

/** Every item of a thread, page by page. */
const itemsOf = async (
  home: string,
  threadId: string,
  options: Partial<EngineOptions>
): Promise<ReadonlyArray<ItemInTurn>> => {
  const engine = await openedEngine({ home, index: 'memory', ...options })
  const all: Array<ItemInTurn> = []
  try {
    for (let cursor: string | null = null; ;) {
      const answer: unknown = await engine.listItems(threadId, { cursor, limit: 7 })()
      const page = (answer as { readonly right: Page<ItemInTurn> }).right
      all.push(...page.data)
      if (page.nextCursor === null) return all
      cursor = page.nextCursor
    }
  } finally {
    await engine.close()
  }
}

const TOOLS: ReadonlyArray<readonly [string, '0.130' | '0.142' | '0.169']> = [
  ['tools-130', '0.130'],
  ['tools-142', '0.142'],
  ['tools-142', '0.169']
]

describe('rich items', () => {
  for (const [name, profile] of TOOLS) {
    it(`show the calls of ${name} under ${profile}, in their turns`, async () => {
      const home = copyHome(name)
      try {
        const live =
          (readJson(join(FIXTURES, 'rich', `live-${name.slice(-3)}.json`)) as Shown)[name] ?? []
        const shown = live.filter(({ notification }) => notification === 'item/completed')
        const [{ threadId } = { threadId: '' }] = shown
        const items = await itemsOf(home, threadId, { profile })
        const places = new Map(items.map(({ turnId, item }) => [item.id, [turnId, item.type]]))
        const missing = shown
          .filter(({ item }) => !item.id.includes('-'))
          .filter(({ item, turnId }) => places.get(item.id)?.join() !== [turnId, item.type].join())
        expect(missing).to.deep.equal([])
      } finally {
        removeFolder(home)
      }
    })
  }

  it('leave every other item as it is without them, ids included', async () => {
    const home = copyHome('tools-142')
    try {
      const threadId = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
      const rich = await itemsOf(home, threadId, { profile: '0.142' })
      const plain = await itemsOf(home, threadId, { profile: '0.142', rich: false })
      const native = rich.filter(({ item }) => item.certainty === undefined)
      expect(native).to.deep.equal(plain)
      expect(rich.length).to.be.greaterThan(plain.length)
    } finally {
      removeFolder(home)
    }
  })

  it('add nothing to a thread that records its calls', async () => {
    const home = copyHome('tools-169')
    try {
      const threadId = '01a1fd05-5195-75f1-940f-e70bcf35c7ce'
      const rich = await itemsOf(home, threadId, {})
      expect(rich).to.deep.equal(await itemsOf(home, threadId, { rich: false }))
    } finally {
      removeFolder(home)
    }
  })

  it('show the call during which a thread that records its calls was killed', async () => {
    const home = copyHome('crash-169')
    try {
      const items = await itemsOf(home, '01a1fd0a-de5f-7f32-a6fd-0210928969e7', {})
      const added = items.filter(({ item }) => item.certainty !== undefined)
      expect(
        added.map(({ item }) => 'command' in item && [item.command, item.status])
      ).to.deep.equal([['sleep 20', 'inProgress']])
    } finally {
      removeFolder(home)
    }
  })
})
