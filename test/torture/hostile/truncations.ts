/**
 * A file cut at every byte. The goal: every prefix opens, every record before the cut is served, and what is appended afterwards
 * isolates the torn line. The method: the records before the cut are those whose last byte is there.
 */
import { isDeepStrictEqual } from 'node:util'
import { readFileSync } from 'node:fs'
import { jsonlStore } from '../../../adapters/jsonl/store.ts'
import { streamId } from '../../../domain/ids.ts'
import { PROFILES } from '../../../domain/profile.ts'
import { START, type EventStore } from '../../../replay/ports.ts'
import { right, turnsOf, withEngine } from '../../support/engines.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { emptyHome, metaLine, rolloutPath, THREAD, writeRollout } from '../../support/rollouts.ts'
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
  const found = await right(async () => store.find(ID))
  const all: Array<Read> = []
  for await (const { lines } of store.read(found, START, 'all'))
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

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const without = (read: ReadonlyArray<Read>, from: number): ReadonlyArray<Read> =>
  read.filter(({ offset }) => offset < from)

/** What is wrong with one prefix of a file. */
const cutAt = async (
  whole: Buffer,
  expected: ReadonlyArray<Read>,
  until: number
): Promise<ReadonlyArray<string>> => {
  const home = emptyHome()
  const path = rolloutPath(home, THREAD)
  const prefix = whole.subarray(0, until)
  const problems: Array<string> = []
  try {
    writeRollout(path, prefix)
    const before = expected.filter(({ offset, bytes }) => offset + bytes <= until)
    const turns = await withEngine({ home }, (engine) => turnsOf(engine, THREAD))
    const shown = before.filter(({ is }) => JSON.stringify(is).includes('task_started')).length
    if (turns.length !== shown) problems.push(`${turns.length} turns, not ${shown}`)
    const calls = { write: undefined, sync: () => Promise.resolve() }
    const { systemCalls } = await import('../../../adapters/jsonl/file-calls.ts')
    const store = jsonlStore({
      home,
      profile: PROFILES['0.169'],
      strict: false,
      calls: { ...systemCalls(), sync: calls.sync }
    })
    if (!isDeepStrictEqual(await readAll(store), before)) problems.push('other lines are read')
    await right(store.append(ID, 'any', [SAID]))
    const bytes = readFileSync(path)
    if (!bytes.subarray(0, until).equals(prefix)) problems.push('the prefix was changed')
    const after = await readAll(store)
    if (
      !isDeepStrictEqual(
        without(after, until).filter(({ is }) => is !== 'damage'),
        before
      )
    )
      problems.push('an append changed what is read')
    const rest = prefix.subarray(prefix.lastIndexOf(10) + 1).toString('utf8')
    const torn = after.filter(({ is }) => is === 'damage')
    const isTorn = rest !== '' && !isJson(rest)
    if (
      torn.length !== (isTorn ? 1 : 0) ||
      torn.some(
        ({ bytes }) =>
          bytes !== rest.length &&
          bytes !== Buffer.byteLength(prefix.subarray(prefix.lastIndexOf(10) + 1))
      )
    )
      problems.push(`the torn line is not isolated: ${JSON.stringify(torn)}`)
    const last = after.at(-1)?.is as { readonly payload?: unknown } | undefined
    if (!isDeepStrictEqual(last?.payload, SAID.payload)) problems.push('what was appended is lost')
  } catch (cause) {
    problems.push(`thrown ${String(cause)}`)
  } finally {
    removeFolder(home)
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

/** Cuts a file of ten records at every byte. */
export const everyTruncation = async (text: string, report: Report): Promise<Tally> => {
  const tally = tallying()
  const whole = Buffer.from(text)
  const expected = await wholeLines(whole)
  for (let until = 0; until <= whole.length; until++) {
    tally.trial()
    for (const problem of await cutAt(whole, expected, until))
      tally.problem(`cut at ${until}: ${problem}`)
    if (until % 500 === 0) report(`cut at ${until} of ${whole.length}`)
  }
  return tally.done()
}
