/**
 * Reads a capture file line by line in bounded memory: payloads, or single events. Any other line is reported with its
 * number and skipped.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { eventsOfLine, type PostedEvent } from '../../../domain/ledgers/analytics/envelope.ts'

/** What a line holds; `line` counts from 1. */
export type CaptureEntry =
  | {
      readonly kind: 'events'
      readonly line: number
      readonly events: ReadonlyArray<PostedEvent>
    }
  | { readonly kind: 'damaged'; readonly line: number; readonly reason: string }

/** A longer line is damage: no payload is as long, and it is not held in memory. */
const LINE_BYTES_MAX = 16 * 1024 * 1024
const NEWLINE = 10

const entryOf = (line: number, bytes: Buffer): CaptureEntry | null => {
  const damaged = (reason: string): CaptureEntry => ({ kind: 'damaged', line, reason })
  if (!isUtf8(bytes)) return damaged('no UTF-8')
  const text = bytes.toString('utf8')
  if (text.trim() === '') return null
  const events = eventsOfLine(text)
  return E.isLeft(events) ? damaged(events.left) : { kind: 'events', line, events: events.right }
}

/** Reads a capture from its beginning; blank lines are skipped. Rejects with system errors. */
export async function* readCapture(
  path: string,
  bytesMax: number = LINE_BYTES_MAX
): AsyncIterable<CaptureEntry> {
  let parts: Array<Buffer> = []
  let length = 0
  let number = 1
  const add = (part: Buffer): void => {
    length += part.length
    if (length <= bytesMax) parts.push(part)
    else parts = []
  }
  const end = (): CaptureEntry | null => {
    const entry: CaptureEntry | null =
      length > bytesMax
        ? { kind: 'damaged', line: number, reason: `longer than ${bytesMax} bytes` }
        : entryOf(number, Buffer.concat(parts))
    parts = []
    length = 0
    number += 1
    return entry
  }
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at))
      from = at + 1
      const entry = end()
      if (entry !== null) yield entry
    }
    if (from < chunk.length) add(chunk.subarray(from))
  }
  const last = length > 0 ? end() : null
  if (last !== null) yield last
}
