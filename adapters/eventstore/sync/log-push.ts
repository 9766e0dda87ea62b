/**
 * Bringing the logs of a home to a store. The logs of several homes meet in one stream, so what counts is not where a record
 * stands but that it is there: those behind the last one that the stream has are new.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_FOLDER } from '../../../domain/changes/relocation.ts'
import type { StoreError } from '../../../domain/errors.ts'
import { EMPTY } from '../stream/directory.ts'
import { planner } from '../stream/encode.ts'
import { logStream } from '../stream/names.ts'
import type { StreamDirectory } from '../stream/stored.ts'
import type { HomeLogName } from '../../../replay/home-ports.ts'
import { ioFailure } from '../../../replay/guarded.ts'
import type { Wire } from '../wire.ts'
import { openStream } from './cold.ts'
import { cutLines } from './lines.ts'
import { sendCalls, type Limits, type Sent } from './send.ts'
import { DIGESTS } from '../threads/digests.ts'
import { openFile } from './standing.ts'

/** What logs are pushed with. */
export interface LogPusher {
  readonly wire: Wire
  readonly homeId: string
  readonly limits: Limits
  readonly dryRun: boolean
  readonly signal: AbortSignal
}

const LOGS: ReadonlyArray<HomeLogName> = ['operations', 'observations']
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
  const at = new Map(records.map((record, i) => [DIGESTS.sha256(record), i]))
  for await (const { metadata } of wire.readBackwards(stream, Infinity)) {
    const { sha256 } = metadata
    const known = typeof sha256 === 'string' ? at.get(sha256) : undefined
    if (known !== undefined) return records.slice(known + 1)
  }
  return records
}

const sendRecords = async (
  { wire, homeId, limits, signal, dryRun }: LogPusher,
  name: HomeLogName,
  path: string,
  directory: StreamDirectory,
  records: ReadonlyArray<Uint8Array>
): Promise<E.Either<StoreError, Sent>> => {
  const stream = logStream(name)
  const { mtimeMs: modifiedAtMs } = statSync(path)
  const file = { segment: name, path: `${OWN_FOLDER}/${name}.jsonl`, modifiedAtMs }
  const plan = planner({
    ...{ stream, directory, callBytesMax: limits.callBytesMax, ...DIGESTS, together: false },
    writer: { source: 'push', home: homeId, nonce: '', atMs: modifiedAtMs }
  })
  if (directory.facts < 0)
    plan.fact({
      type: 'unroll-placed',
      data: { files: [file] }
    })
  const calls = plan.lines(name, records)
  if (E.isLeft(calls)) return calls
  const rest = plan.end()
  if (E.isLeft(rest)) return rest
  if (dryRun) return E.right('written')
  return sendCalls(wire, stream, [...calls.right, ...rest.right.calls], limits, signal)
}

/** Answers how many records were new. */
const pushLog = async (
  pusher: LogPusher,
  name: HomeLogName,
  path: string
): Promise<E.Either<StoreError, number>> => {
  const { wire } = pusher
  const stream = logStream(name)
  const records = recordsOf(path)
  for (let tries = 0, written = 0; tries < ATTEMPTS_MAX; tries++) {
    const directory = (await openStream(wire, stream)) ?? EMPTY
    const missing = directory.facts < 0 ? records : await newRecords(wire, stream, records)
    written = Math.max(written, missing.length)
    if (missing.length === 0) return E.right(written)
    const sent = await sendRecords(pusher, name, path, directory, missing)
    if (E.isLeft(sent)) return sent
    if (sent.right !== 'again') return E.right(written)
  }
  return E.left({ _tag: 'Busy', what: `stream ${stream}` })
}

/** Pushes the logs that the home has; answers how many records were new. */
export const pushLogs = async (
  pusher: LogPusher,
  home: string
): Promise<E.Either<StoreError, number>> => {
  let records = 0
  for (const name of LOGS) {
    const path = join(home, OWN_FOLDER, `${name}.jsonl`)
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
