/**
 * Deterministic randomness: the same seed gives the same numbers on every machine.
 */
import { createHash } from 'node:crypto'

/** A source of numbers; every call moves it on. */
export interface Random {
  /** 32 unsigned bits. */
  readonly u32: () => number
  /** Uniform in [0, 1). */
  readonly unit: () => number
  /** Uniform among the integers `low` to `high`, both included. */
  readonly int: (low: number, high: number) => number
  readonly pick: <A>(values: ReadonlyArray<A>) => A
  /** Log-normal, the shape of sizes in the wild: many small, few huge. */
  readonly logNormal: (median: number, sigma: number) => number
}

/** sfc32, seeded through SHA-256 so that similar seeds give unrelated numbers. */
export const randomFrom = (seed: string): Random => {
  const digest = createHash('sha256').update(seed).digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let counter = 1
  const u32 = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 15; i++) u32()
  const unit = (): number => u32() / 4294967296
  const int = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1))
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit())
  return {
    u32,
    unit,
    int,
    pick: <A>(values: ReadonlyArray<A>): A => values[int(0, values.length - 1)] as A,
    logNormal: (median, sigma) => median * Math.exp(sigma * normal())
  }
}

/** `value` in hexadecimal, padded with zeros. */
export const hex = (value: number, digits: number): string =>
  value.toString(16).padStart(digits, '0')

/** A version 7 UUID of the given moment, as Codex names threads and turns. */
export const uuid7 = (random: Random, ms: number): string => {
  const time = hex(ms, 12)
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${hex(random.u32() & 0xfff, 3)}`
  const variant = hex(0x8000 | (random.u32() & 0x3fff), 4)
  return `${head}-${variant}-${hex(random.u32(), 8)}${hex(random.u32() & 0xffff, 4)}`
}
