/**
 * A file cut at every byte. The goal: every prefix opens, every record before the cut is served, and what is appended afterwards
 * isolates the torn line. The method: the records before the cut are those whose last byte is there.
 */
import { isDeepStrictEqual } from 'node:util'
import { EVERY_LINE } from '../../../domain/log/needs.ts'
import { readFileSync } from 'node:fs'
import { systemCalls, type FileCalls } from '../../../adapters/log/jsonl/file-calls.ts'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { streamId } from '../../../domain/ids.ts'
import { PROFILES } from '../../../domain/log/profile.ts'
import { findStream, START, type EventStore } from '../../../replay/ports.ts'
import { right, turnsOf, withEngine } from '../../support/engines.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { emptyHome, metaLine, rolloutPath, THREAD, writeRollout } from '../../support/rollouts.ts'
import type { NewEvent } from '../../../adapters/library.ts'
import { eventOf, wholeTurn } from './kinds.ts'
import { tallying, type Report, type Tally } from './tally.ts'

const ID = streamId(THREAD)

/** Ten records: metadata, two turns of four lines, and the start of a third. */
const TEN =
  `${metaLine(THREAD)}\n` +
  wholeTurn('t1') +
  wholeTurn('t2 grüße 日本') +
  eventOf('task_started', { turn_id: 't3', started_at: 1 })

/** The same lines with the numbers that Codex gives them from 0.143 on. */
const numbered = (text: string): string =>
  text
    .split('\n')
    .map((line, n) => line.replace('","type"', `","ordinal":${n},"type"`))
    .join('\n')
    .replace('"source"', '"history_mode":"paginated","source"')

/** The files that are cut. */
export const TEN_RECORDS: Readonly<Record<string, string>> = {
  'without numbers': TEN,
  numbered: numbered(TEN)
}

interface Read {
  readonly offset: number
  readonly bytes: number
  readonly is: unknown
}

const readAll = async (store: EventStore): Promise<ReadonlyArray<Read>> => {
  const found = await right(async () => findStream(store, ID))
  const all: Array<Read> = []
  for await (const { lines } of store.read(found, START, EVERY_LINE))
    for (const line of lines)
      all.push({
        offset: line.offset,
        bytes: line.bytes,
        is: 'reason' in line ? 'damage' : line.line
      })
  return all
}

const SAID = {
  timestamp: '2026-05-01T11:00:00.000Z',
  type: 'event_msg',
  payload: { type: 'agent_message', message: 'afterwards' }
} as const

const META = JSON.parse(metaLine(THREAD)) as NewEvent

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What is wrong with a file behind whose prefix something was appended. */
const judged = (
  prefix: Buffer,
  bytes: Buffer,
  before: ReadonlyArray<Read>,
  after: ReadonlyArray<Read>,
  appended: { readonly payload: unknown }
): ReadonlyArray<string> => {
  const problems: Array<string> = []
  if (!bytes.subarray(0, prefix.length).equals(prefix)) problems.push('the prefix was changed')
  const kept = after.filter(({ offset, is }) => offset < prefix.length && is !== 'damage')
  if (!isDeepStrictEqual(kept, before)) problems.push('an append changed what is read')
  const rest = prefix.subarray(prefix.lastIndexOf(10) + 1)
  const torn = rest.length > 0 && !isJson(rest.toString('utf8'))
  const expected = torn ? [{ offset: prefix.length - rest.length, bytes: rest.length }] : []
  const found = after
    .filter(({ is }) => is === 'damage')
    .map(({ offset, bytes }) => ({ offset, bytes }))
  if (!isDeepStrictEqual(found, expected))
    problems.push(`the torn line is not isolated: ${JSON.stringify(found)}`)
  const last = after.at(-1)?.is as { readonly payload?: unknown } | undefined
  if (!isDeepStrictEqual(last?.payload, appended.payload))
    problems.push('what was appended is lost')
  return problems
}

/** What is wrong with one prefix of a file. */
const cutAt = async (
  home: string,
  whole: Buffer,
  expected: ReadonlyArray<Read>,
  until: number,
  isThorough: boolean
): Promise<ReadonlyArray<string>> => {
  const path = rolloutPath(home, THREAD)
  const prefix = whole.subarray(0, until)
  const problems: Array<string> = []
  try {
    writeRollout(path, prefix)
    const before = expected.filter(({ offset, bytes }) => offset + bytes <= until)
    if (isThorough) {
      const turns = await withEngine({ home }, (engine) => turnsOf(engine, THREAD))
      const shown = before.filter(({ is }) => JSON.stringify(is).includes('task_started')).length
      if (turns.length !== shown) problems.push(`${turns.length} turns, not ${shown}`)
    }
    const calls: FileCalls = { ...systemCalls(), sync: () => Promise.resolve() }
    const store = jsonlStore({ home, profile: PROFILES['0.169'], strict: false, calls })
    if (!isDeepStrictEqual(await readAll(store), before)) problems.push('other lines are read')
    if (!isThorough) return problems
    // A thread begins with its metadata, also when they were cut.
    const appended = before.length === 0 ? META : SAID
    await right(store.append(ID, 'any', [appended]))
    problems.push(...judged(prefix, readFileSync(path), before, await readAll(store), appended))
  } catch (cause) {
    problems.push(`thrown ${String(cause)}`)
  }
  return problems
}

const wholeLines = async (bytes: Buffer): Promise<ReadonlyArray<Read>> => {
  const lines: Array<Read> = []
  for (let from = 0; from < bytes.length;) {
    const until = bytes.indexOf(10, from)
    const is: unknown = JSON.parse(bytes.toString('utf8', from, until))
    lines.push({ offset: from, bytes: until - from, is })
    from = until + 1
  }
  return lines
}

/** Cuts a file of ten records at every byte; every n-th prefix, and those around the ends of lines, are appended to and asked about, too. */
export const everyTruncation = async (text: string, report: Report, every = 1): Promise<Tally> => {
  const tally = tallying()
  const whole = Buffer.from(text)
  const expected = await wholeLines(whole)
  const home = emptyHome()
  for (let until = 0; until <= whole.length; until++) {
    tally.trial()
    const isAtEnd = whole.subarray(Math.max(0, until - 2), until + 1).includes(10)
    for (const problem of await cutAt(home, whole, expected, until, isAtEnd || until % every === 0))
      tally.problem(`cut at ${until}: ${problem}`)
    if (until % 500 === 0) report(`cut at ${until} of ${whole.length}`)
  }
  removeFolder(home)
  return tally.done()
}
