/**
 * Flipped bits and bytes in recorded rollouts of every era. The goal: no crash, every undamaged record is served, and damage is
 * found in its line. The method: the answers about the flipped file are those about a file in which the damaged line is
 * nothing but `x`, and every other line is read as it was before.
 */
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { DamagedLine, RecordedEvent } from '../../../domain/log/event.ts'
import { randomFrom, type Random } from '../../../bench/home/random.ts'
import type { Engine } from '../../../adapters/library.ts'
import { right, withEngine } from '../../support/engines.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { differenceOf, ledgersOf, linesOfThread, shownOf, shownOfHome } from './answers.ts'
import { tallying, type Report, type Tally } from './tally.ts'

/** True for a file whose history begins in another one. */
const isContinuation = (bytes: Buffer): boolean =>
  bytes.subarray(0, bytes.indexOf(10)).includes('"history_base":{')

/** A recorded rollout, as it was. */
export interface Recorded {
  readonly era: '130' | '142' | '169'
  readonly path: string
  readonly bytes: Buffer
}

const LARGEST_BYTES = 64 * 1024
const ERAS = ['130', '142', '169'] as const

/** Recorded rollouts of an era that are not too large to be read ten thousand times. */
export const recordedRollouts = (era: Recorded['era']): ReadonlyArray<Recorded> =>
  readdirSync(join(FIXTURES, 'homes'))
    .filter((name) => name.endsWith(`-${era}`) && !name.startsWith('damaged'))
    .flatMap((name) => {
      const home = join(FIXTURES, 'homes', name, 'home')
      return readdirSync(home, { recursive: true })
        .map((path) => join(home, String(path)))
        .filter((path) => /rollout-[^/_]*[0-9a-f]{12}\.jsonl$/.test(path))
        .map((path): Recorded => ({ era, path, bytes: readFileSync(path) }))
    })
    .filter(({ bytes }) => bytes.length <= LARGEST_BYTES && !isContinuation(bytes))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))

/** The id at the end of a rollout's name. */
export const idOf = (path: string): string => basename(path).slice(-42, -6)

interface Flip {
  readonly name: string
  readonly at: (random: Random, bytes: Buffer) => number
  readonly to: (random: Random, byte: number) => number
}

/**
 * Lines of which the index takes what their beginning says: damage behind it is noticed by who reads the line whole
 * (docs/decisions/0003-looking-instead-of-parsing.md).
 */
const TOLD_BY_BEGINNING =
  /"type":"(event_msg|turn_context|compacted|response_item|token_usage_record)","payload":\{/

/** What may follow from a beginning: that an item is there, when it was, and what was spent. */
const MAY_BE_TOLD =
  /^\.(usage|recent\.(data|backwardsCursor)|.*\.items\.\d+\.id|tools|list\.backwardsCursor)/

/** Where the time stands in a line, which is not looked at to tell what the line is. */
const TIME = [14, 38] as const

const withoutTime = (line: Buffer): Buffer =>
  Buffer.concat([line.subarray(0, TIME[0]), line.subarray(TIME[1])])

const isSame = (before: Buffer, after: Buffer, from: number, until: number): boolean =>
  withoutTime(before.subarray(from, until)).equals(withoutTime(after.subarray(from, until)))

/** True when so much of a damaged line is as it was that its beginning tells what it is. */
const isToldByBeginning = (before: Buffer, after: Buffer, { from, until }: Span): boolean => {
  const line = after.subarray(from, until).toString('latin1')
  const beginning = TOLD_BY_BEGINNING.exec(line)
  if (beginning === null || !line.endsWith('}')) return false
  return isSame(before, after, from, from + beginning.index + beginning[0].length)
}

const INSTRUCTIONS = '"base_instructions":{"text":"'

/** True for metadata that are as they were but for the instructions, which the index passes over: all else is told. */
const isToldButInstructions = (before: Buffer, after: Buffer, { from, until }: Span): boolean => {
  const line = before.subarray(from, until).toString('latin1')
  const at = line.indexOf(INSTRUCTIONS)
  const end = line.indexOf('"}', at + INSTRUCTIONS.length)
  if (!line.includes('"type":"session_meta"') || at === -1 || end === -1) return false
  const isKept = before.subarray(from + end, until).equals(after.subarray(from + end, until))
  return isKept && before.subarray(from, from + at).equals(after.subarray(from, from + at))
}

const anywhere: Flip['at'] = (random, { length }) => random.int(0, length - 1)

/** Places at which a byte decides what a line is: its quotes, braces, colons and its newline. */
const atStructure: Flip['at'] = (random, bytes) => {
  let at = anywhere(random, bytes)
  while (!'"{}[],:\\\n'.includes(String.fromCharCode(bytes[at] as number)))
    at = (at + 1) % bytes.length
  return at
}

const FLIPS: ReadonlyArray<Flip> = [
  { name: 'bit', at: anywhere, to: (random, byte) => byte ^ (1 << random.int(0, 7)) },
  { name: 'byte', at: anywhere, to: (random) => random.int(0, 255) },
  { name: 'zero', at: anywhere, to: () => 0 },
  { name: 'newline', at: anywhere, to: () => 10 },
  { name: 'quote', at: anywhere, to: () => 34 },
  {
    name: 'bit of structure',
    at: atStructure,
    to: (random, byte) => byte ^ (1 << random.int(0, 7))
  },
  { name: 'space for structure', at: atStructure, to: () => 32 }
]

/** One or a few flips, in a copy. */
const flipped = (random: Random, bytes: Buffer, count: (name: string) => void): Buffer => {
  const copy = Buffer.from(bytes)
  const times = random.pick([1, 1, 1, 1, 2, 5])
  for (let n = 0; n < times; n++) {
    const { name, at, to } = random.pick(FLIPS)
    const place = at(random, copy)
    copy[place] = to(random, copy[place] as number)
    count(`flip: ${name}`)
  }
  return copy
}

interface Span {
  readonly from: number
  readonly until: number
}

const spansOf = (bytes: Buffer): ReadonlyArray<Span> => {
  const spans: Array<Span> = []
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(10, from)
    const until = newline === -1 ? bytes.length : newline
    spans.push({ from, until })
    from = until + 1
  }
  return spans
}

/** True when a line's bytes are JSON: decided without any part of the program. */
const isJson = (line: Buffer): boolean => {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line))
    return true
  } catch {
    return false
  }
}

/** The spans of lines that are not as they were. */
const changedSpans = (before: Buffer, after: Buffer): ReadonlyArray<Span> => {
  const old = new Set(spansOf(before).map(({ from, until }) => `${from} ${until}`))
  return spansOf(after).filter(
    ({ from, until }) =>
      !old.has(`${from} ${until}`) ||
      !before.subarray(from, until).equals(after.subarray(from, until))
  )
}

const crossed = (bytes: Buffer, spans: ReadonlyArray<Span>): Buffer => {
  const copy = Buffer.from(bytes)
  for (const { from, until } of spans) copy.fill('x', from, until)
  return copy
}

const AT_SECONDS = 1_790_000_000

interface Seen {
  readonly lines: ReadonlyArray<RecordedEvent | DamagedLine>
  readonly damage: ReadonlyArray<{ readonly offset: number; readonly bytes: number }>
  readonly shown: unknown
}

const see = (engine: Engine, id: string, ledgers: boolean) => async (): Promise<Seen> => ({
  shown: {
    ...(await shownOfHome(engine)),
    ...(await shownOf(engine, id)),
    ...(ledgers ? await ledgersOf(engine) : {})
  },
  damage: await right(engine.damage(id)),
  lines: await linesOfThread(engine, id)
})

/** A home with one file. */
const homeWith = (folder: string, { path }: Recorded) => {
  const home = join(folder, 'home')
  const target = join(home, 'sessions', '2026', '11', '21', basename(path))
  mkdirSync(dirname(target), { recursive: true })
  const put = (bytes: Buffer): void => {
    writeFileSync(target, bytes)
    utimesSync(target, AT_SECONDS, AT_SECONDS)
  }
  const seen = (bytes: Buffer, ledgers: boolean): Promise<Seen> => {
    put(bytes)
    return withEngine({ home }, (engine) => see(engine, idOf(path), ledgers)())
  }
  return { seen }
}

const isDamage = (line: RecordedEvent | DamagedLine): line is DamagedLine => 'reason' in line

/** What is wrong with how a flipped file is read; an empty list when nothing is. */
const judged = (
  before: ReadonlyArray<RecordedEvent | DamagedLine>,
  after: Buffer,
  changed: ReadonlyArray<Span>,
  seen: Seen
): ReadonlyArray<string> => {
  const problems: Array<string> = []
  const byOffset = new Map(seen.lines.map((line) => [line.offset, line]))
  const isChanged = (offset: number): boolean =>
    changed.some(({ from, until }) => from <= offset && offset <= until)
  for (const line of before) {
    if (isChanged(line.offset)) continue
    const now = byOffset.get(line.offset)
    const same =
      now !== undefined && isDeepStrictEqual({ ...now, revision: 0 }, { ...line, revision: 0 })
    if (!same) problems.push(`the line at ${line.offset} is not read as before`)
  }
  for (const { from, until } of changed) {
    const line = after.subarray(from, until)
    const isLast = until === after.length
    if (isJson(line) || line.toString('latin1').trim() === '' || isLast) continue
    const found = byOffset.get(from)
    if (found === undefined || !isDamage(found) || found.bytes !== until - from)
      problems.push(`the damage at ${from} is not located`)
  }
  for (const { offset, bytes } of seen.damage)
    if (!changed.some(({ from, until }) => from === offset && until - from === bytes))
      problems.push(`damage is told at ${offset}, where nothing was changed`)
  return problems
}

/** One trial; what was wrong. */
const trial = async (
  random: Random,
  folder: string,
  recorded: Recorded,
  tally: ReturnType<typeof tallying>,
  whole: (recorded: Recorded) => Promise<Seen['lines']>
): Promise<ReadonlyArray<string>> => {
  const { bytes } = recorded
  const after = flipped(random, bytes, tally.count)
  const changed = changedSpans(bytes, after)
  if (changed.length === 0) return []
  const ledgers = random.int(0, 9) === 0
  const home = homeWith(folder, recorded)
  const seen = await home.seen(after, ledgers)
  const problems = [...judged(await whole(recorded), after, changed, seen)]
  const damagedAt = new Set(seen.lines.filter(isDamage).map(({ offset }) => offset))
  const lost = changed.filter(
    ({ from, until }) => damagedAt.has(from) || !isJson(after.subarray(from, until))
  )
  if (lost.length < changed.length) {
    tally.count('still JSON')
    return problems
  }
  tally.count('damage')
  const reference = await home.seen(crossed(after, lost), ledgers)
  const apart = differenceOf(reference.shown, seen.shown)
  const isTold = lost.some((span) => isToldByBeginning(bytes, after, span))
  const isMetaTold = lost.some((span) => isToldButInstructions(bytes, after, span))
  if (apart !== null && ((isTold && MAY_BE_TOLD.test(apart)) || isMetaTold))
    tally.count('told by its beginning')
  else if (apart !== null) problems.push(`not as without the damaged line: ${apart}`)
  if (seen.damage.length > 0) tally.count('damage told by the index')
  return problems
}

/** The lines of a file as it was recorded, read once. */
const wholeLines = (folder: string) => {
  const known = new Map<string, Seen['lines']>()
  return async (recorded: Recorded): Promise<Seen['lines']> => {
    const before = known.get(recorded.path)
    if (before !== undefined) return before
    const { lines } = await homeWith(folder, recorded).seen(recorded.bytes, false)
    known.set(recorded.path, lines)
    return lines
  }
}

/** Trials with flipped files; each can be repeated by its seed and number. */
export const flipTrials = async (
  seed: number,
  trials: number,
  report: Report,
  from = 0
): Promise<Tally> => {
  const tally = tallying()
  const rollouts = ERAS.map(recordedRollouts)
  const folder = temporaryFolder()
  const whole = wholeLines(folder)
  try {
    for (let n = from; n < from + trials; n++) {
      const random = randomFrom(`flips ${seed} ${n}`)
      const recorded = random.pick(random.pick(rollouts))
      tally.trial()
      tally.count(`era ${recorded.era}`)
      try {
        for (const problem of await trial(random, folder, recorded, tally, whole))
          tally.problem(`${n} ${basename(recorded.path)}: ${problem}`)
      } catch (cause) {
        tally.problem(`${n} ${basename(recorded.path)}: thrown ${String(cause)}`)
      }
      removeFolder(join(folder, 'home'))
      if ((n + 1) % 500 === 0) report(`${n + 1} flips`)
    }
  } finally {
    removeFolder(folder)
  }
  return tally.done()
}
