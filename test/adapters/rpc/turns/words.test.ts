import { expect } from 'chai'
import * as fc from 'fast-check'
import { createWords } from '../../../../adapters/rpc/turns/words.ts'

// What a child says, on its own connection to the server and on those of the clients.

const THREAD = 't'
const IDLE = { status: { type: 'idle' }, turnId: null }
type Told = readonly [method: string, params: Record<string, unknown>]

const status = (type: string): Told => [
  'thread/status/changed',
  {
    threadId: THREAD,
    status: type === 'active' ? { type, activeFlags: ['waitingOnApproval'] } : { type }
  }
]
const turn = (word: 'started' | 'completed', id: string): Told => [
  `turn/${word}`,
  { threadId: THREAD, turn: { id } }
]
/** Two turns as the server hears of them, and as each client does. */
const HOUSE = ['active', 'idle', 'active', 'idle'].map(status)
const CLIENT = ['a', 'b'].flatMap((id) => [turn('started', id), turn('completed', id)])

describe('what a Codex says of its threads', () => {
  const hear = (told: ReadonlyArray<{ readonly one: Told; readonly isHouse: boolean }>) => {
    const words = createWords()
    for (const { one, isHouse } of told) words.heard(one[0], one[1] as never, isHouse)
    return words
  }

  it('is a turn that runs, whichever connection is read first', () => {
    const house = { one: status('active'), isHouse: true }
    const client = { one: turn('started', 'a'), isHouse: false }
    const flags = { type: 'active', activeFlags: ['waitingOnApproval'] }
    expect(hear([client]).of(THREAD)).to.deep.equal({
      status: { type: 'active', activeFlags: [] },
      turnId: 'a'
    })
    for (const told of [
      [house, client],
      [client, house]
    ]) {
      expect(hear(told).of(THREAD)).to.deep.equal({ status: flags, turnId: 'a' })
      expect(hear(told).busy()).to.deep.equal([THREAD])
    }
  })

  it('excuses one unnamed turn for each review, until another turn begins', () => {
    const words = createWords()
    const taken: Array<boolean> = [words.takeReviewer(THREAD)]
    words.noteReview(THREAD, 'a')
    words.heard(...(turn('started', 'a') as readonly [string, never]), false)
    taken.push(words.takeReviewer(THREAD), words.takeReviewer(THREAD))
    words.noteReview(THREAD, 'b')
    words.heard(...(turn('completed', 'b') as readonly [string, never]), false)
    words.heard(...(turn('started', 'c') as readonly [string, never]), false)
    taken.push(words.takeReviewer(THREAD))
    expect(taken).to.deep.equal([false, true, false, false])
  })

  it('is nothing that runs once all is said, in whatever order the connections are read', () => {
    const order = fc.array(fc.nat(2), { minLength: 12, maxLength: 60 })
    fc.assert(
      fc.property(order, (picks) => {
        const lines = [HOUSE, CLIENT, CLIENT].map((all) => [...all])
        const told: Array<{ readonly one: Told; readonly isHouse: boolean }> = []
        for (const pick of [...picks, ...Array.from({ length: 12 }, (_, at) => at % 3)]) {
          const one = lines[pick]?.shift()
          if (one !== undefined) told.push({ one, isHouse: pick === 0 })
        }
        for (const [at, left] of lines.entries())
          for (const one of left) told.push({ one, isHouse: at === 0 })
        const words = hear(told)
        expect(words.of(THREAD)).to.deep.equal(IDLE)
        expect(words.busy()).to.deep.equal([])
      })
    )
  })

  it('is the end of a turn that nobody follows to its end', () => {
    const words = hear([
      { one: status('active'), isHouse: true },
      { one: turn('started', 'a'), isHouse: false },
      { one: status('idle'), isHouse: true }
    ])
    expect(words.of(THREAD)).to.deep.equal(IDLE)
  })

  it('names turns for good, until the thread is forgotten', () => {
    const words = hear([{ one: turn('completed', 'a'), isHouse: false }])
    words.noteTurn(THREAD, 'b')
    const known = (): ReadonlyArray<boolean> =>
      ['a', 'b', 'c'].map((id) => words.knowsTurn(THREAD, id))
    expect(known()).to.deep.equal([true, true, false])
    words.forget(THREAD)
    expect(known()).to.deep.equal([false, false, false])
  })
})
