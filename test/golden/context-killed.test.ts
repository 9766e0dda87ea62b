// What real Codex told a model after it was killed while a command ran, started again and sent a message: the input of its
// requests. The expected values are those requests, without the message that each of them adds.
import { expect } from 'chai'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { modelInput } from '../../adapters/library.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { right, withEngine } from '../support/engines.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'

const RUNS: ReadonlyArray<readonly [folder: string, profile: ProfileName]> = [
  ['killed-130', '0.130'],
  ['killed-142', '0.142'],
  ['killed-169', '0.169']
]

const linesOf = (path: string): ReadonlyArray<string> =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

/** A request of 0.169 begins with the instructions, and its items have ids. */
const withoutIds = (input: ReadonlyArray<JsonObject>, profile: ProfileName) =>
  profile === '0.169' ? input.slice(1).map(({ id: _, ...item }) => item) : input

/** The items before the message that the request adds. */
const toldBefore = (line: string, profile: ProfileName): ReadonlyArray<JsonObject> =>
  withoutIds(JSON.parse(line) as ReadonlyArray<JsonObject>, profile).slice(0, -1)

const isStart = (line: string): boolean => {
  const { payload } = JSON.parse(line) as { payload: JsonObject }
  return payload['type'] === 'task_started' || payload['type'] === 'turn_started'
}

/** Places of the lines that begin a turn. */
const startsOf = (lines: ReadonlyArray<string>): ReadonlyArray<number> =>
  lines.flatMap((line, place) => (isStart(line) ? [place] : []))

describe('model context after a kill', () => {
  for (const [folder, profile] of RUNS)
    it(`is what Codex ${profile} sent when the thread went on`, async () => {
      const home = temporaryFolder()
      try {
        const run = join(FIXTURES, 'context', folder)
        cpSync(join(run, 'home'), home, { recursive: true })
        const rollout = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((path) =>
          path.endsWith('.jsonl')
        )
        const path = join(home, rollout ?? '')
        const lines = linesOf(path)
        const asked = linesOf(join(run, 'asked.jsonl'))
        const starts = startsOf(lines)
        expect([starts.length, asked.length]).to.deep.equal([4, 2])
        for (const [n, request] of asked.entries()) {
          const before = lines.slice(0, starts[n + 2])
          writeFileSync(path, before.map((line) => `${line}\n`).join(''))
          await withEngine({ home, profile }, async (engine) => {
            const { items } = await right(engine.context(path.slice(-42, -6)))
            expect(modelInput(items, profile)).to.deep.equal(toldBefore(request, profile))
          })
        }
      } finally {
        removeFolder(home)
      }
    })
})
