/**
 * Ways to damage the directory of an index, a row each: what another program, a disk or a person may have done to it.
 */
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../../bench/home/random.ts'

/** An index directory, another home's one, and where files may be put that belong to nobody. */
export interface DamagedIndex {
  readonly index: string
  readonly other: string
  readonly beside: string
}

const PAGE_BYTES = 4096

const data = (index: string): string => join(index, 'data.mdb')
const lock = (index: string): string => join(index, 'lock.mdb')
const sealed = (index: string): string => join(index, 'unroll-index.json')

type Damage = (place: DamagedIndex, random: Random) => void

const change =
  (edit: (bytes: Buffer, random: Random) => Buffer): Damage =>
  ({ index }, random) =>
    writeFileSync(data(index), edit(readFileSync(data(index)), random))

const pageOf = (bytes: Buffer, random: Random, from = 0): number =>
  random.int(from, Math.floor(bytes.length / PAGE_BYTES) - 1) * PAGE_BYTES

const filled = (bytes: Buffer, at: number, length: number, random: Random): Buffer => {
  for (let i = at; i < Math.min(bytes.length, at + length); i++) bytes[i] = random.int(0, 255)
  return bytes
}

const flip = (bytes: Buffer, at: number, random: Random): Buffer => {
  bytes[at] = (bytes[at] as number) ^ (1 << random.int(0, 7))
  return bytes
}

/** A place inside the JSON of some row. */
const inRow = (bytes: Buffer, random: Random): number => {
  const at = bytes.indexOf('":', random.int(0, bytes.length - 1))
  return at === -1 ? bytes.indexOf('":') : at
}

const swapped = (bytes: Buffer, a: number, b: number): Buffer => {
  const one = Buffer.from(bytes.subarray(a, a + PAGE_BYTES))
  bytes.copyWithin(a, b, b + PAGE_BYTES)
  one.copy(bytes, b)
  return bytes
}

const reseal = (edit: (seal: Record<string, unknown>) => object): Damage => {
  return ({ index }) => {
    const seal = JSON.parse(readFileSync(sealed(index), 'utf8')) as Record<string, unknown>
    writeFileSync(sealed(index), JSON.stringify(edit(seal)))
  }
}

const instead = (file: (index: string) => string, put: (path: string) => void): Damage => {
  return ({ index }) => {
    rmSync(file(index), { recursive: true, force: true })
    put(file(index))
  }
}

const cut = (at: (size: number, random: Random) => number): Damage => {
  return ({ index }, random) => {
    const { size } = statSync(data(index))
    truncateSync(data(index), Math.max(0, Math.min(size, at(size, random))))
  }
}

/** Every kind. */
export const INDEX_DAMAGES: Readonly<Record<string, Damage>> = {
  'data of no byte': cut(() => 0),
  'data of one byte': cut(() => 1),
  'data cut in the first page': cut((_, random) => random.int(2, PAGE_BYTES - 1)),
  'data of one page': cut(() => PAGE_BYTES),
  'data of two pages': cut(() => 2 * PAGE_BYTES),
  'data cut anywhere': cut((size, random) => random.int(0, size)),
  'data cut at a page': cut((size, random) => random.int(0, size / PAGE_BYTES) * PAGE_BYTES),
  'data without its last byte': cut((size) => size - 1),
  'data without its last page': cut((size) => size - PAGE_BYTES),
  'data without its first page': change((bytes) => bytes.subarray(PAGE_BYTES)),
  'data that is longer': ({ index }) =>
    appendFileSync(data(index), Buffer.alloc(3 * PAGE_BYTES, 7)),
  'data that is a huge hole': ({ index }) => {
    const file = openSync(data(index), 'r+')
    ftruncateSync(file, 0)
    ftruncateSync(file, 64 * 1024 * 1024 * 1024)
    closeSync(file)
  },
  'a zeroed page': change((bytes, random) => {
    const at = pageOf(bytes, random)
    return bytes.fill(0, at, at + PAGE_BYTES)
  }),
  'every page zeroed but the first two': change((bytes) => bytes.fill(0, 2 * PAGE_BYTES)),
  'a page of noise': change((bytes, random) =>
    filled(bytes, pageOf(bytes, random), PAGE_BYTES, random)
  ),
  'noise everywhere': change((bytes, random) => filled(bytes, 0, bytes.length, random)),
  'a page of ones': change((bytes, random) => {
    const at = pageOf(bytes, random)
    return bytes.fill(255, at, at + PAGE_BYTES)
  }),
  'the first meta page zeroed': change((bytes) => bytes.fill(0, 0, PAGE_BYTES)),
  'the second meta page zeroed': change((bytes) => bytes.fill(0, PAGE_BYTES, 2 * PAGE_BYTES)),
  'both meta pages zeroed': change((bytes) => bytes.fill(0, 0, 2 * PAGE_BYTES)),
  'the meta pages swapped': change((bytes) => swapped(bytes, 0, PAGE_BYTES)),
  'a bit of a meta page': change((bytes, random) => flip(bytes, random.int(0, 2 * 200), random)),
  'noise in a meta page': change((bytes, random) => filled(bytes, random.int(16, 160), 32, random)),
  'two pages swapped': change((bytes, random) =>
    swapped(bytes, pageOf(bytes, random, 2), pageOf(bytes, random, 2))
  ),
  'a page twice': change((bytes, random) => {
    bytes.copyWithin(pageOf(bytes, random, 2), pageOf(bytes, random, 2), bytes.length)
    return bytes
  }),
  'a bit anywhere': change((bytes, random) => flip(bytes, random.int(0, bytes.length - 1), random)),
  'a hundred bits': change((bytes, random) => {
    for (let n = 0; n < 100; n++) flip(bytes, random.int(0, bytes.length - 1), random)
    return bytes
  }),
  'a bit of a row': change((bytes, random) => flip(bytes, inRow(bytes, random), random)),
  'a digit of a row': change((bytes, random) => {
    const at = inRow(bytes, random) + 2
    bytes[at] = 48 + random.int(0, 9)
    return bytes
  }),
  'the key of a row': change((bytes, random) => {
    const at = bytes.indexOf('threads', random.int(0, bytes.length - 1))
    return flip(bytes, at === -1 ? bytes.indexOf('threads') : at, random)
  }),
  'data of text': instead(data, (path) => writeFileSync(path, 'hello\n'.repeat(4000))),
  'data that is a folder': instead(data, (path) => mkdirSync(join(path, 'x'), { recursive: true })),
  'data that is a link to nothing': instead(data, (path) => symlinkSync('/nothing/there', path)),
  'data that is a link elsewhere': ({ index, beside }) => {
    const elsewhere = join(beside, 'data.mdb')
    rmSync(elsewhere, { force: true })
    renameSync(data(index), elsewhere)
    symlinkSync(elsewhere, data(index))
  },
  'data that may not be written': ({ index }) => chmodSync(data(index), 0o400),
  'the data of another home': ({ index, other }) => copyFileSync(data(other), data(index)),
  'the whole index of another home': ({ index, other }) => {
    for (const file of [data, sealed]) copyFileSync(file(other), file(index))
  },
  'data with another time': ({ index }) => utimesSync(data(index), 1, 1),
  'no data but the rest': ({ index }) => rmSync(data(index)),
  'a lock of noise': ({ index }, random) =>
    writeFileSync(lock(index), filled(Buffer.alloc(8192), 0, 8192, random)),
  'a lock that is a folder': instead(lock, (path) => mkdirSync(path)),
  'no seal': ({ index }) => rmSync(sealed(index)),
  'a seal that is no JSON': ({ index }) => writeFileSync(sealed(index), '{"layout":2,"da'),
  'a seal of another kind': ({ index }) => writeFileSync(sealed(index), '[null,{"layout":[]}]'),
  'a seal of an older layout': reseal((seal) => ({ ...seal, layout: 1 })),
  'a seal of a newer layout': reseal((seal) => ({ ...seal, layout: 99 })),
  'a seal that is a folder': instead(sealed, (path) => mkdirSync(path)),
  'a copy left behind': ({ index }) => {
    mkdirSync(join(index, 'copy-999999999-abc'))
    writeFileSync(join(index, 'copy-999999999-abc', 'data.mdb'), 'half')
    truncateSync(data(index), PAGE_BYTES * 3)
  },
  'an opening lock left behind': ({ index }) =>
    writeFileSync(join(index, 'opening.lock'), '999999999'),
  'an opening lock of noise': ({ index }) => writeFileSync(join(index, 'opening.lock'), '\0noise')
}
