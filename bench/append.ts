/**
 * Measures appending against the least that any program could do with the same lines on the same disk: one write and one
 * `fdatasync`, in a loop.
 *
 *     npm run bench:append -- --rounds 20 --dir /var/tmp
 *
 * Rounds are interleaved, ours and the loop in turn; a ratio is the median of the rounds' ratios. See README.md.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { utimesSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { figures, verdicts } from './measure/report.ts'
import { addSample, emptyRow, type Row } from './measure/rows.ts'
import { UNROLL } from './measure/servers.ts'
import { judgeOwn } from './measure/verdicts.ts'
import { TARGETS } from './targets.ts'
import { jsonlStore } from '../adapters/log/jsonl/store.ts'
import { streamId } from '../domain/ids.ts'
import { printEvent, type NewEvent } from '../domain/changes/new-event.ts'
import { DEFAULT_PROFILE } from '../domain/log/profile.ts'
import type { ExpectedRevision } from '../replay/ports.ts'

const { rounds, dir } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    dir: { type: 'string', default: tmpdir() }
  }
}).values

const ID = streamId('01960001-0000-7000-8000-000000000001')
const AT = '2026-05-01T10:00:00.000Z'
const EVENTS = 320
const CALLERS = 32
const MESSAGE = 'a message of the length that people and models write '.repeat(8)

const event: NewEvent = {
  timestamp: AT,
  type: 'event_msg',
  payload: { type: 'agent_message', message: MESSAGE }
}
const meta: NewEvent = {
  timestamp: AT,
  type: 'session_meta',
  payload: { id: ID, timestamp: AT, cwd: '/', originator: 'bench', cli_version: '0' }
}

const home = mkdtempSync(join(dir, 'unroll-bench-append-'))
const day = join(home, 'sessions', '2026', '05', '01')
mkdirSync(day, { recursive: true })
const rollout = join(day, `rollout-2026-05-01T10-00-00-${ID}.jsonl`)
writeFileSync(rollout, `${printEvent(meta, null)}\n`)
// As old as the folders of a home are: a folder that changed right now is looked at again and again.
for (let path = day; path !== dirname(home); path = dirname(path)) utimesSync(path, 1, 1)
const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })

/** Milliseconds for each event. */
const timeOf = async (work: () => Promise<void> | void): Promise<number> => {
  const startMs = performance.now()
  await work()
  return (performance.now() - startMs) / EVENTS
}

const file = openSync(join(home, 'loop.jsonl'), 'a')
const line = `${printEvent(event, null)}\n`

/** The loop, so many lines with each write. */
const loop = (linesPerWrite: number) => (): void => {
  const block = line.repeat(linesPerWrite)
  for (let done = 0; done < EVENTS; done += linesPerWrite) {
    writeSync(file, block)
    fdatasyncSync(file)
  }
}

const append = async (expected: ExpectedRevision): Promise<number> => {
  const answer = await store.append(ID, expected, [event])()
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right.next.revision
}

/** One caller, who waits for each answer and expects its revision. */
const oneByOne = async (): Promise<void> => {
  let revision = await append('any')
  for (let done = 1; done < EVENTS; done++) revision = await append(revision)
}

/** Many callers at once, each of whom waits for its own answers. */
const together = async (): Promise<void> => {
  const caller = async (): Promise<void> => {
    for (let done = 0; done < EVENTS; done += CALLERS) await append('any')
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
}

const ROWS = [
  ['one caller, against a sync for each line', oneByOne, loop(1)],
  [`${CALLERS} callers, against a sync for each line`, together, loop(1)],
  [`${CALLERS} callers, against a sync for ${CALLERS} lines`, together, loop(CALLERS)]
] as const

const main = async (): Promise<void> => {
  for (const [, ours, least] of ROWS) {
    await ours()
    least()
  }
  const rows = ROWS.map(([name]) => emptyRow('append', name, 'ms'))
  for (const [at, [, ours, least]] of ROWS.entries()) {
    const row = rows[at] as Row
    for (let round = 0; round < Number(rounds); round++) {
      const pair = [[UNROLL, ours] as const, ['loop', least] as const]
      for (const [name, work] of round % 2 === 0 ? pair : pair.reverse())
        addSample(row, name, await timeOf(work))
    }
  }
  process.stdout.write(
    `time for each event\n\n${figures(rows, ['loop'])}\n${verdicts(judgeOwn(TARGETS, 'append', rows))}`
  )
}

try {
  await main()
} finally {
  closeSync(file)
  rmSync(home, { recursive: true, force: true })
}
