/**
 * A home in a store of streams, written there the plainest way: file by file, in one plan for each thread.
 */
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { writeCalls } from '../../adapters/log/eventstore/threads/write.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { EMPTY } from '../../adapters/log/eventstore/stream/directory.ts'
import { plan } from '../../adapters/log/eventstore/stream/plan.ts'
import { threadStream } from '../../adapters/log/eventstore/stream/names.ts'
import type { StreamStep } from '../../adapters/log/eventstore/stream/plan.ts'
import type { NamedData, StoredLineage } from '../../adapters/log/eventstore/stream/stored.ts'
import { olderFiles } from '../../replay/catch-up/older-files.ts'
import type { EventStore, StreamInfo } from '../../replay/ports.ts'
import { linesOf } from './file-lines.ts'

const UUIDS = /([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?\.jsonl/

/** Thread and segment in the name of a rollout. */
const idsIn = (path: string): readonly [string, string] => {
  const [, thread = '', segment = thread] = UUIDS.exec(path) ?? []
  return [thread, segment]
}

const stepsOf = (home: string, store: EventStore, info: StreamInfo): ReadonlyArray<StreamStep> => {
  const lineage: ReadonlyArray<StoredLineage> = store
    .lineage(info)
    .map(({ id, path, from, until, gap }) => ({
      thread: idsIn(path)[0],
      segment: id,
      from,
      until,
      gap
    }))
  const older = olderFiles(store, info).map((file) => store.lineage(file)[0]?.path ?? '')
  const paths = [...new Set(older)]
  return [...paths.reverse(), info.path].flatMap(
    (path, i, { length }): ReadonlyArray<StreamStep> => {
      const [, segment] = idsIn(path)
      const file = {
        segment,
        path: relative(home, path).split(sep).join('/'),
        modifiedAtMs: statSync(path).mtimeMs
      }
      const data = i === length - 1 ? { files: [file], lineage } : { files: [file] }
      const { lines, tail } = linesOf(readFileSync(path))
      const steps: ReadonlyArray<StreamStep> = [
        { fact: { type: 'unroll-placed', data } },
        { segment, lines }
      ]
      return tail.length === 0 ? steps : [...steps, { segment, tail }]
    }
  )
}

/** Names of a home, by thread. */
const namesIn = (home: string): ReadonlyArray<readonly [string, NamedData]> => {
  const path = join(home, 'session_index.jsonl')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const {
        id,
        thread_name: name,
        updated_at: updatedAt
      } = JSON.parse(line) as {
        readonly id: string
        readonly thread_name: string
        readonly updated_at: string
      }
      return [id, { name, updatedAt }]
    })
}

/** Writes every thread of a home, and its names, to a server that has nothing yet. */
export const storeHome = async (wire: Wire, home: string, callBytesMax?: number): Promise<void> => {
  const store = jsonlStore({ home, profile: eraOf('0.169', false), strict: false })
  const listed = store.list()
  if (E.isLeft(listed)) throw new Error(listed.left._tag)
  const names = namesIn(home)
  for (const info of listed.right.streams) {
    const stream = threadStream(info.streamId)
    const planned = plan(
      {
        stream,
        directory: EMPTY,
        writer: { source: 'push', home, nonce: '' },
        together: false,
        ...(callBytesMax === undefined ? {} : { callBytesMax })
      },
      [
        ...stepsOf(home, store, info),
        ...names.flatMap(([id, data]): ReadonlyArray<StreamStep> =>
          id === info.streamId ? [{ fact: { type: 'unroll-named', data } }] : []
        )
      ]
    )
    if (E.isLeft(planned)) throw new Error(planned.left._tag)
    const written = await writeCalls(wire, stream, planned.right.calls)
    if (E.isLeft(written) || written.right === 'moved') throw new Error(`${stream} is not written`)
  }
}
