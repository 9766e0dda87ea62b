/**
 * A file that outlives the stand-in: one line per write, on the disk before the write is answered. A line
 * without its end is what a killed process left; it was never answered and is cut off.
 */
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Change, ProposedEvent } from './records.ts'

type Written = Omit<ProposedEvent, 'data' | 'metadata'> & {
  readonly data: string
  readonly metadata: string
}

const writtenOf = (event: ProposedEvent): Written => ({
  ...event,
  data: event.data.toString('base64'),
  metadata: event.metadata.toString('base64')
})

const eventOf = (written: Written): ProposedEvent => ({
  ...written,
  data: Buffer.from(written.data, 'base64'),
  metadata: Buffer.from(written.metadata, 'base64')
})

const lineOf = (changes: readonly Change[]): string =>
  `${JSON.stringify(changes.map((change) => ({ ...change, events: change.events.map(writtenOf) })))}\n`

const changesOf = (line: string): Change[] =>
  (JSON.parse(line) as (Omit<Change, 'events'> & { events: Written[] })[]).map((change) => ({
    ...change,
    events: change.events.map(eventOf)
  }))

/** A file of changes: those it holds, and how to add to them. */
export interface Journal {
  readonly changes: readonly Change[]
  readonly write: (changes: readonly Change[]) => void
  readonly close: () => void
}

/** Opens a journal, or makes it. */
export const openJournal = (path: string): Journal => {
  const file = openSync(path, 'a+')
  const content = readFileSync(path)
  const end = content.lastIndexOf('\n') + 1
  if (end < content.length) ftruncateSync(file, end)
  const lines = content.subarray(0, end).toString('utf8').split('\n').slice(0, -1)
  return {
    changes: lines.flatMap(changesOf),
    write: (changes) => {
      writeSync(file, lineOf(changes))
      fdatasyncSync(file)
    },
    close: () => closeSync(file)
  }
}
