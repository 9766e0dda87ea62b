// The strip beside the turns of a thread.
import { expect } from 'chai'
import type { OutlinedTurn } from '../../domain/unroll-protocol.ts'
import { pixelsOf } from '../../web/parts/minimap-pixels.ts'

const turn = (n: number, members: Partial<OutlinedTurn> = {}): OutlinedTurn => ({
  ...{ n, id: `t${n}`, startedAtMs: 0, completedAtMs: 0, durationMs: 0, status: 'completed' },
  ...{ asked: 'a question', answered: null, items: 1, tools: 0, failed: 0, files: 0, tokens: 0 },
  flags: [],
  ...members
})

describe('the strip of a thread', () => {
  it('shows of each turn what stands out most in it, with room between turns', () => {
    const turns = [
      turn(0),
      turn(1, { flags: ['rolledBack', 'compacted'] }),
      turn(2, { flags: ['damaged'], failed: 1 }),
      turn(3, { asked: null })
    ]
    expect(pixelsOf(turns, 4, 12)).to.deep.equal([0, 0, -1, 2, 2, -1, 4, 4, -1, -1, -1, -1])
  })

  it('shows of many turns in a pixel the one that stands out most, in any order', () => {
    const turns = [
      turn(5),
      turn(7, { status: 'failed' }),
      turn(8),
      turn(99, { flags: ['damaged'] })
    ]
    const pixels = [4, -1, -1, -1, -1, -1, -1, -1, -1, 3]
    expect(pixelsOf(turns, 100, 10)).to.deep.equal(pixels)
    expect(pixelsOf(turns.toReversed(), 100, 10)).to.deep.equal(pixels)
  })

  it('is empty for a thread without turns', () => {
    expect(pixelsOf([], 0, 3)).to.deep.equal([-1, -1, -1])
  })
})
