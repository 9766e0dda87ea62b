/**
 * Pushing homes to a store in memory, and what such a store holds, for tests.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { piecesOf } from '../../adapters/log/eventstore/sync/pieces.ts'
import {
  push,
  type PushOptions,
  type PushSummary
} from '../../adapters/log/eventstore/sync/push.ts'
import {
  pull,
  type PullOptions,
  type PullSummary
} from '../../adapters/log/eventstore/sync/pull.ts'
import { joiner } from '../../adapters/log/eventstore/stream/join.ts'
import { threadOfStream } from '../../adapters/log/eventstore/stream/names.ts'
import type { MemoryWire } from './memory-wire.ts'
import { right } from './engines.ts'

/** A push of a home, with nothing else said. */
export const pushOf = (
  home: string,
  wire: Wire,
  others: Partial<PushOptions> = {}
): ReturnType<typeof push> =>
  push({
    ...{ home, wire, words: [], dryRun: false, onProgress: () => undefined },
    signal: new AbortController().signal,
    ...others
  })

/** The same, which must succeed. */
export const pushed = (
  home: string,
  wire: Wire,
  others: Partial<PushOptions> = {}
): Promise<PushSummary> => right(() => pushOf(home, wire, others))

/** The files of a store as their pieces make them, by path of the newest place. */
export const storedFiles = async (wire: MemoryWire): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>()
  for (const stream of wire.streamNames()) {
    const paths = new Map<string, string>()
    const contents = new Map<string, Array<Uint8Array>>()
    for await (const piece of piecesOf(wire, stream)) {
      if (piece.kind === 'fault') throw new Error(`${stream}@${piece.revision}: ${piece.reason}`)
      if (piece.kind === 'bytes')
        contents.set(piece.segment, [...(contents.get(piece.segment) ?? []), piece.bytes])
      else
        for (const one of piece.fact.metadata.directory.segments) paths.set(one.segment, one.path)
    }
    for (const [segment, path] of paths)
      files.set(path, Buffer.concat(contents.get(segment) ?? []).toString('latin1'))
  }
  return files
}

/** The plain rollouts of a home by path, as bytes. */
export const homeBytes = (home: string): ReadonlyMap<string, string> =>
  new Map(
    ['archived_sessions', 'sessions']
      .filter((root) => existsSync(join(home, root)))
      .flatMap((root) =>
        (readdirSync(join(home, root), { recursive: true }) as Array<string>)
          .filter((name) => name.endsWith('.jsonl'))
          .map((name) => `${root}/${name}`)
      )
      .map((path) => [path, readFileSync(join(home, path), 'latin1')])
  )

/** Everything readers see of a store, stream by stream: facts and bytes, without the numbers of their events. */
export const seenIn = (wire: MemoryWire): unknown =>
  [...wire.streamNames()].sort().map((stream) => {
    const lines = joiner()
    const counted = wire.eventsOf(stream).flatMap((event) => lines.take(event))
    return counted.map((one) =>
      one.what === 'fact'
        ? [one.type, one.data]
        : [one.kind, one.metadata.segment, one.metadata.line, one.metadata.offset, one.data]
    )
  })

export const eventCount = (wire: MemoryWire): number =>
  wire.streamNames().reduce((sum, stream) => sum + wire.eventsOf(stream).length, 0)

/** When a wire dies: at which call, and whether the server still took it. */
export interface Death {
  readonly atCall: number
  readonly when: 'before' | 'after'
}

/** A wire whose process ends at its n-th append: the call fails, and so does every other one from then on. */
export const mortal = (
  wire: Wire,
  { atCall, when }: Death
): Wire & { readonly died: () => boolean } => {
  let calls = 0
  const gone = E.left({ _tag: 'StoreUnavailable', where: wire.name, reason: 'killed' } as const)
  return {
    ...wire,
    died: () => calls >= atCall,
    append: async (stream, expected, events) => {
      calls += 1
      if (calls > atCall) return gone
      if (calls < atCall) return wire.append(stream, expected, events)
      if (when === 'after') await wire.append(stream, expected, events)
      return gone
    }
  }
}

/** A pull of everything into a home, which must succeed. */
export const pulled = async (
  home: string,
  wire: MemoryWire,
  others: Partial<PullOptions> = {}
): Promise<PullSummary> => {
  const { signal } = new AbortController()
  const threads = wire.streamNames().flatMap((stream) => threadOfStream(stream) ?? [])
  const asked = { home, wire, threads, isAll: true, signal, onProgress: () => undefined }
  return right(() => pull({ ...asked, ...others }))
}
