/**
 * Bringing the logs of a home to a store. The logs of several homes meet in one stream, so what counts is not where a record
 * stands but that it is there: those behind the last one that the stream has are new.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_FOLDER } from '../../../../domain/changes/relocation.ts'
import type { StoreError } from '../../../../domain/errors.ts'
import { ioFailure } from '../../../../replay/guarded.ts'
import type { HomeLogName } from '../../../../replay/home-ports.ts'
import { readDirectory } from '../directory/read-directory.ts'
import { EMPTY } from '../stream/directory.ts'
import { sha256 } from '../stream/event.ts'
import { logStream } from '../stream/names.ts'
import { plan } from '../stream/plan.ts'
import { callBytesMaxOf, writeCalls } from '../threads/write.ts'
import type { Wire } from '../wire.ts'
import { cutLines, openFile } from './local-file.ts'
import type { Pusher } from './thread-difference.ts'

export const LOG_NAMES: ReadonlyArray<HomeLogName> = ['operations', 'observations']

export const logPath = (name: HomeLogName): string => `${OWN_FOLDER}/${name}.jsonl`

const ATTEMPTS_MAX = 16

/** Whole records of a log; a last one without its newline waits. */
const recordsOf = (path: string): ReadonlyArray<Uint8Array> => {
  const { source, close } = openFile(path, false)
  try {
    const records: Array<Uint8Array> = []
    for (const lines of cutLines(source, 0))
      for (const line of lines) if (line.length > 0) records.push(line)
    return records
  } finally {
    close()
  }
}

/** Records behind the last one that the stream has. */
const newRecords = async (
  wire: Wire,
  stream: string,
  records: ReadonlyArray<Uint8Array>
): Promise<ReadonlyArray<Uint8Array>> => {
  const at = new Map(records.map((record, i) => [sha256(record), i]))
  for await (const { metadata } of wire.readBackwards(stream, Infinity)) {
    const { sha256: digest } = metadata
    const known = typeof digest === 'string' ? at.get(digest) : undefined
    if (known !== undefined) return records.slice(known + 1)
  }
  return records
}

const pushLog = async (
  { wire, homeId, dryRun, signal }: Omit<Pusher, 'files' | 'onBytes'>,
  name: HomeLogName,
  path: string
): Promise<E.Either<StoreError, number>> => {
  const stream = logStream(name)
  const records = recordsOf(path)
  for (let tries = 0, written = 0; tries < ATTEMPTS_MAX; tries++) {
    const directory = (await readDirectory(wire, stream)) ?? EMPTY
    const isNew = directory.facts < 0
    const missing = isNew ? records : await newRecords(wire, stream, records)
    written = Math.max(written, missing.length)
    if (missing.length === 0) return E.right(written)
    const { mtimeMs: modifiedAtMs } = statSync(path)
    const files = [{ segment: name, path: logPath(name), modifiedAtMs }]
    const planned = plan(
      {
        stream,
        directory,
        callBytesMax: callBytesMaxOf(wire),
        writer: { source: 'push', home: homeId, nonce: '', atMs: modifiedAtMs },
        together: false
      },
      [
        ...(isNew ? [{ fact: { type: 'unroll-placed', data: { files } } } as const] : []),
        { segment: name, lines: missing }
      ]
    )
    if (E.isLeft(planned)) return planned
    if (dryRun) return E.right(written)
    const sent = await writeCalls(wire, stream, planned.right.calls, signal)
    if (E.isLeft(sent)) return sent
    if (sent.right !== 'moved') return E.right(written)
  }
  return E.left({ _tag: 'Busy', what: `stream ${stream}` })
}

export const pushLogs = async (
  pusher: Omit<Pusher, 'files' | 'onBytes'>,
  home: string
): Promise<E.Either<StoreError, number>> => {
  let records = 0
  for (const name of LOG_NAMES) {
    const path = join(home, logPath(name))
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue
    try {
      const pushed = await pushLog(pusher, name, path)
      if (E.isLeft(pushed)) return pushed
      records += pushed.right
    } catch (cause) {
      return E.left(ioFailure(cause, path))
    }
  }
  return E.right(records)
}
