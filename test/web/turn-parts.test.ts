// Pieces of a turn: what is shown, what is together, and where the keys stop.
import { expect } from 'chai'
import type { ThreadItem } from '../../domain/protocol.ts'
import { partsOf, parseShown, stopsOf, workWith } from '../../web/items/turn-parts.ts'

const item = (id: string, type: string): ThreadItem => ({ id, type }) as unknown as ThreadItem

const ITEMS = [
  item('u', 'userMessage'),
  item('r', 'reasoning'),
  item('c1', 'commandExecution'),
  item('f', 'fileChange'),
  item('a1', 'agentMessage'),
  item('c2', 'commandExecution'),
  item('a2', 'agentMessage')
]

const idsOf = (shown: string) =>
  partsOf(ITEMS, parseShown(shown)).map((part) =>
    part.kind === 'item' ? part.item.id : part.items.map(({ id }) => id)
  )

describe('pieces of a turn', () => {
  it('have work together where three pieces of it follow each other', () => {
    expect(idsOf('')).to.deep.equal(['u', ['r', 'c1', 'f'], 'a1', 'c2', 'a2'])
  })

  it('are narrowed by the words of an address, and words that name nothing are left out', () => {
    expect(idsOf('messages')).to.deep.equal(['u', 'a1', 'a2'])
    expect(idsOf('tools')).to.deep.equal(['c1', 'c2'])
    expect(idsOf('diffs,tools')).to.deep.equal(['c1', 'f', 'c2'])
    expect(idsOf('nothing')).to.deep.equal(['u', ['r', 'c1', 'f'], 'a1', 'c2', 'a2'])
  })

  it('stop the keys at work that is shut once, and at each piece of it when it is open', () => {
    const parts = partsOf(ITEMS)
    expect(stopsOf(parts, () => false)).to.deep.equal(['u', 'r/work', 'a1', 'c2', 'a2'])
    expect(stopsOf(parts, () => true)).to.deep.equal([
      'u',
      'r/work',
      'r',
      'c1',
      'f',
      'a1',
      'c2',
      'a2'
    ])
    expect([workWith(parts, 'c1'), workWith(parts, 'c2')]).to.deep.equal(['r/work', null])
  })
})
