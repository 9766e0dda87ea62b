import { expect } from 'chai'
import fc from 'fast-check'
import {
  ownerStep,
  UNOWNED,
  type Ask,
  type OwnerNeed,
  type Owned,
  type OwnerEffect,
  type OwnerInput
} from '../../../../adapters/rpc/turns/owner.ts'
import { diceOf, type Dice } from '../../../support/random.ts'

// Who owns a thread, unroll or the Codex that runs turns: the machine alone, and then against a world that does everything in any order.

const run = (inputs: ReadonlyArray<OwnerInput>): readonly [Owned, ReadonlyArray<OwnerEffect>] =>
  inputs.reduce<readonly [Owned, ReadonlyArray<OwnerEffect>]>(
    ([thread, told], input) => {
      const [next, effects] = ownerStep(thread, input)
      return [next, [...told, ...effects]]
    },
    [UNOWNED, []]
  )

const ask = (number: number, need: OwnerNeed = 'load', client = 'a'): Ask => ({
  client,
  number,
  need
})
const asked = (one: Ask): OwnerInput => ({ type: 'asked', ask: one })
const followsHere = (client: string): OwnerInput => ({ type: 'follows', client, where: 'unroll' })
const loaded: OwnerInput = { type: 'loaded', client: 'a', attempt: 1, failed: null }

describe('the owner of a thread', () => {
  it('passes a turn on when every client that follows the thread follows it in the child', () => {
    const before = [followsHere('a'), followsHere('b'), asked(ask(1)), loaded]
    expect(run(before)[1]).to.deep.equal([
      { do: 'load', client: 'a', attempt: 1 },
      { do: 'join', client: 'b', attempt: 1 }
    ])
    const joined: OwnerInput = { type: 'joined', client: 'b', attempt: 1, isJoined: true }
    expect(run([...before, joined])[1].slice(2)).to.deep.equal([{ do: 'pass', ask: ask(1) }])
  })

  it('keeps what comes while the thread is loaded, in order', () => {
    const asks = [ask(1), ask(2, 'owned'), ask(3, 'thread'), ask(4)]
    expect(run([...asks.map(asked), loaded])[1]).to.deep.equal([
      { do: 'load', client: 'a', attempt: 1 },
      ...asks.map((one) => ({ do: 'pass', ask: one }))
    ])
  })

  it('fails a turn and serves the rest when the thread cannot be loaded, and lets the next turn try again', () => {
    const failed = { why: 'no', isFinal: false }
    const asks = [ask(1), ask(2, 'owned'), ask(3)]
    const inputs = [...asks.map(asked), { ...loaded, failed }, asked(ask(4))]
    expect(run(inputs)[1].slice(1)).to.deep.equal([
      { do: 'unlock' },
      { do: 'fail', ask: ask(1), why: 'no' },
      { do: 'serve', ask: ask(2, 'owned') },
      { do: 'fail', ask: ask(3), why: 'no' },
      { do: 'load', client: 'a', attempt: 2 }
    ])
  })

  it('gives no turn to a child that opened another file, until that child has ended', () => {
    const failed = { why: 'another file', isFinal: true }
    const refused = [asked(ask(1)), { ...loaded, failed }, { type: 'claimed' } as const]
    expect(run([...refused, asked(ask(2))])[1].slice(2)).to.deep.equal([
      { do: 'fail', ask: ask(1), why: 'another file' },
      { do: 'fail', ask: ask(2), why: 'another file' }
    ])
    const ended: OwnerInput = { type: 'ended', why: 'it died' }
    expect(run([...refused, ended, asked(ask(3))])[1].at(-1)).to.deep.equal({
      do: 'load',
      client: 'a',
      attempt: 2
    })
  })

  it('fails what waited when the child ends, and asks the rest of unroll once it follows the thread again', () => {
    const ended: OwnerInput = { type: 'ended', why: 'it died' }
    const before = [followsHere('a'), asked(ask(1)), asked(ask(2, 'owned')), ended]
    expect(run(before)[1].slice(1)).to.deep.equal([
      { do: 'fail', ask: ask(1), why: 'it died' },
      { do: 'release', followers: ['a'] }
    ])
    expect(
      run([...before, asked(ask(3, 'owned')), { type: 'released' }])[1].slice(3)
    ).to.deep.equal([
      { do: 'unlock' },
      { do: 'serve', ask: ask(2, 'owned') },
      { do: 'serve', ask: ask(3, 'owned') }
    ])
  })

  it('takes a client that opened the thread in unroll meanwhile along before the next turn', () => {
    const late = [asked(ask(1)), loaded, followsHere('b'), asked(ask(2))]
    expect(run(late)[1]).to.deep.equal([
      { do: 'load', client: 'a', attempt: 1 },
      { do: 'pass', ask: ask(1) },
      { do: 'join', client: 'b', attempt: 1 }
    ])
  })

  it('is the child’s as soon as the child tells of a thread that it began itself', () => {
    const [thread, effects] = run([{ type: 'claimed' }, asked(ask(1, 'owned'))])
    expect([thread.at, effects]).to.deep.equal([
      'child',
      [{ do: 'lock' }, { do: 'pass', ask: ask(1, 'owned') }]
    ])
  })

  it('never doubles, loses or disorders a request, and never passes a turn before everybody follows', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(disorder(diceOf(seed))).to.deep.equal([])
      }),
      { numRuns: 400 }
    )
  })
})

const CLIENTS = ['a', 'b', 'c']

/** What a world does with a thread; work that was begun ends in any order. */
class World {
  thread: Owned = UNOWNED
  readonly wrong: Array<string> = []
  readonly waiting = new Map<number, string>()
  readonly work: Array<OwnerInput> = []
  /** Followers that the child took or refused since it has the thread. */
  readonly settled = new Set<string>()
  number = 0
  lastPassed = 0

  step(input: OwnerInput): void {
    const [next, effects] = ownerStep(this.thread, input)
    this.thread = next
    if (input.type === 'left')
      for (const [number, client] of this.waiting)
        if (client === input.client) this.waiting.delete(number)
    if (input.type === 'joined' && input.attempt === next.attempt) this.settled.add(input.client)
    for (const effect of effects) this.done(effect)
  }

  done(effect: OwnerEffect): void {
    switch (effect.do) {
      case 'load':
        this.settled.clear()
        this.settled.add(effect.client)
        this.work.push({ ...effect, type: 'loaded', failed: null })
        return
      case 'join':
        this.work.push({ ...effect, type: 'joined', isJoined: true })
        return
      case 'release':
        this.work.push({ type: 'released' })
        return
      case 'pass':
      case 'serve':
      case 'fail':
        this.left(effect)
        return
      case 'lock':
      case 'unlock':
    }
  }

  left(effect: Extract<OwnerEffect, { readonly ask: Ask }>): void {
    const { number, need } = effect.ask
    if (!this.waiting.delete(number)) this.wrong.push(`request ${number} left twice`)
    if (effect.do !== 'pass' || need === 'thread') return
    if (this.thread.at !== 'child') this.wrong.push(`passed while ${this.thread.at}`)
    if (number < this.lastPassed) this.wrong.push(`request ${number} passed too late`)
    this.lastPassed = number
    const missing = this.thread.followers.filter(
      (one) => !this.thread.joined.includes(one) && !this.settled.has(one)
    )
    if (need === 'load' && missing.length > 0) this.wrong.push(`${missing.join()} missed a turn`)
  }

  ask(client: string, need: OwnerNeed): void {
    this.number += 1
    this.waiting.set(this.number, client)
    this.step(asked(ask(this.number, need, client)))
  }

  finish(dice: Dice): void {
    const at = dice.below(this.work.length)
    const [input] = this.work.splice(at, 1)
    if (input === undefined) return
    const isBad = dice.once(5)
    if (input.type === 'loaded' && isBad)
      this.step({ ...input, failed: { why: 'no', isFinal: dice.often(30) } })
    else if (input.type === 'joined') this.step({ ...input, isJoined: !isBad })
    else this.step(input)
  }
}

/** Everything that went wrong in a random course of things. */
const disorder = (dice: Dice): ReadonlyArray<string> => {
  const world = new World()
  const anything: ReadonlyArray<() => void> = [
    () => world.ask(dice.one(CLIENTS), dice.one(['load', 'owned', 'thread'])),
    () => world.ask(dice.one(CLIENTS), 'load'),
    () => world.step(followsHere(dice.one(CLIENTS))),
    () => world.step({ type: 'unfollows', client: dice.one(CLIENTS) }),
    () => world.step({ type: 'opened', client: dice.one(CLIENTS) }),
    () => world.step({ type: 'left', client: dice.one(CLIENTS) }),
    () => world.step({ type: 'claimed' }),
    () => world.finish(dice),
    () => world.finish(dice),
    () => world.finish(dice),
    () => dice.once(4) && world.step({ type: 'closed', gone: dice.often(50) }),
    () => dice.once(4) && world.step({ type: 'ended', why: 'it died' })
  ]
  for (let moves = 40; moves > 0; moves -= 1) dice.one(anything)()
  for (let left = 200; left > 0 && world.work.length > 0; left -= 1) world.finish(dice)
  if (world.waiting.size > 0)
    world.wrong.push(`never answered: ${[...world.waiting.keys()].join()}`)
  return world.wrong
}
