/**
 * Numbers that look random and are the same for the same seed (mulberry32), and choices that are made by them.
 */

/** Numbers from 0 up to 1 that depend on the seed alone. */
export const random = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Random choices that follow from a seed. */
export interface Dice {
  readonly below: (bound: number) => number
  readonly one: <A>(of: ReadonlyArray<A>) => A
  readonly often: (percent: number) => boolean
  /** True once in this many times, on average. */
  readonly once: (times: number) => boolean
  /** Some of them, in their order. */
  readonly some: <A>(of: ReadonlyArray<A>, percent?: number) => ReadonlyArray<A>
}

/** A seed far from those beside it. */
export const spread = (seed: number): number => Math.imul(seed, 0x9e3779b1)

export const diceOf = (seed: number): Dice => {
  const next = random(seed)
  const below = (bound: number): number => Math.floor(next() * bound)
  const often = (percent: number): boolean => below(100) < percent
  return {
    below,
    often,
    one: (of) => of[below(of.length)] as (typeof of)[number],
    once: (times) => below(times) === 0,
    some: (of, percent = 50) => of.filter(() => often(percent))
  }
}
