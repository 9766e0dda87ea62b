/**
 * Two stores that should be one: everything that can be asked of a stream is asked of both.
 */
import { expect } from 'chai'
import { EVERY_LINE, type Needs } from '../../domain/log/needs.ts'
import { ITEM_NEEDS } from '../../domain/thread/items/item-needs.ts'
import { saidNeeds } from '../../domain/thread/search/said.ts'
import { THREADS } from '../../projections/catalogue.ts'
import { USAGE } from '../../projections/ledgers.ts'
import * as E from 'fp-ts/lib/Either.js'
import type { EventPlace } from '../../domain/log/event.ts'
import { olderFiles as older } from '../../replay/catch-up/older-files.ts'
import {
  findStream,
  START,
  type Batch,
  type EventStore,
  type Position,
  type StreamInfo
} from '../../replay/ports.ts'

const NEEDS: ReadonlyArray<Needs> = [
  ...[EVERY_LINE, THREADS.countingNeeds, THREADS.needs],
  ...[ITEM_NEEDS, saidNeeds(false), saidNeeds(true), USAGE.needs]
]

/** How two stores are compared. */
interface Comparison {
  /** Each line is read by itself, too. */
  readonly isThorough?: boolean
  /** They were written to at different times. */
  readonly isTimeless?: boolean
}

/** What is known without reading, except the identity of a file, which differs from place to place. */
const outsideOf =
  ({ isTimeless = false }: Comparison) =>
  ({ inode: _inode, ...info }: StreamInfo) =>
    isTimeless ? { ...info, modifiedAtMs: 0 } : info

const all = <A>(answer: E.Either<unknown, A>): A => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

const batches = async (
  store: EventStore,
  info: StreamInfo,
  from: Position,
  needs: Needs
): Promise<ReadonlyArray<Batch<Needs>>> => {
  const read: Array<Batch<Needs>> = []
  for await (const batch of store.read(info, from, needs)) read.push(batch)
  return read
}

const olderFiles = async (store: EventStore, info: StreamInfo) => {
  const read: Array<unknown> = []
  for (const file of older(store, info))
    for await (const batch of store.read(file, START, EVERY_LINE))
      read.push([store.lineage(file), batch])
  return read
}

const rangeOf = ({ segment, offset, bytes }: EventPlace) => ({
  segment,
  from: offset,
  until: offset + bytes
})

/** Both stores answer the same for everything they can be asked of a stream. */
export const compareStream = async (
  files: EventStore,
  streams: EventStore,
  info: StreamInfo,
  how: Comparison
): Promise<void> => {
  const outside = outsideOf(how)
  const stored = all(findStream(streams, info.streamId))
  expect(outside(stored)).to.deep.equal(outside(info))
  expect(streams.lineage(stored)).to.deep.equal(files.lineage(info))
  expect(streams.segments(info.streamId)).to.deep.equal(files.segments(info.streamId))
  expect(await olderFiles(streams, stored)).to.deep.equal(await olderFiles(files, info))
  for (const needs of NEEDS)
    expect(await batches(streams, stored, START, needs)).to.deep.equal(
      await batches(files, info, START, needs)
    )
  const read = await batches(files, info, START, EVERY_LINE)
  const lines = read.flatMap((batch) => batch.lines)
  const places = lines.map(({ segment, offset, revision }) => ({ revision, segment, offset }))
  for (const place of places.filter((_, i) => i % 7 === 3 || i > places.length - 3))
    expect(await batches(streams, stored, place, THREADS.needs)).to.deep.equal(
      await batches(files, info, place, THREADS.needs)
    )
  for (const { next, guard } of read) {
    expect(await batches(streams, stored, next, EVERY_LINE)).to.deep.equal(
      await batches(files, info, next, EVERY_LINE)
    )
    if (guard === null) continue
    const changed = { ...guard, checksum: guard.checksum + 1 }
    expect([
      await streams.read(stored, next, EVERY_LINE, guard).holds(),
      await streams.read(stored, next, EVERY_LINE, changed).holds()
    ]).to.deep.equal([
      await files.read(info, next, EVERY_LINE, guard).holds(),
      await files.read(info, next, EVERY_LINE, changed).holds()
    ])
  }
  const ranges = lines.filter(({ bytes }) => bytes > 0).map(rangeOf)
  for (const range of how.isThorough === true ? ranges : [])
    expect(await streams.readRanges(stored, [range], EVERY_LINE)).to.deep.equal(
      await files.readRanges(info, [range], EVERY_LINE)
    )
  for (const limits of [undefined, { textBytesMax: 200 }])
    for (const needs of NEEDS) {
      const some = ranges.filter((_, i) => i % 3 !== 1)
      expect(await streams.readRanges(stored, some, needs, limits)).to.deep.equal(
        await files.readRanges(info, some, needs, limits)
      )
    }
}

/** Both stores hold the same streams, and answer the same for each. */
export const compareStores = async (
  files: EventStore,
  streams: EventStore,
  how: Comparison = {}
): Promise<void> => {
  const outside = outsideOf(how)
  const [members, expected] = [streams, files].map((store) => all(store.changes()))
  expect(members?.ids).to.deep.equal(expected?.ids)
  expect([...(members?.archived ?? [])].sort()).to.deep.equal(
    [...(expected?.archived ?? [])].sort()
  )
  const listed = all(files.list()).streams
  expect(all(streams.list()).streams.map(outside)).to.deep.equal(listed.map(outside))
  for (const info of listed) await compareStream(files, streams, info, how)
}
