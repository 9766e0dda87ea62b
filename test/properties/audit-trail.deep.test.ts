// The goal: a trail depends on what the files say, not on when somebody looked. The method: recorded homes are cut at any
// byte, asked, completed and asked again.
import { expect } from 'chai'
import fc from 'fast-check'
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { Engine } from '../../replay/engine.ts'
import { right, withEngine } from '../support/engines.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'

const HOMES = [
  'fork-rollback-142',
  'fork-rollback-169',
  'review-130',
  'agents-169',
  'crash-142',
  'damaged-142'
]

const everything = async (
  engine: Engine
): Promise<readonly [ReadonlyArray<AuditRow>, unknown, unknown]> => [
  (await right(engine.auditTrail({ limit: 100_000 }))).data,
  await right(engine.approvals()),
  await right(engine.reviews())
]

const rolloutsIn = (home: string): ReadonlyArray<string> =>
  readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((path) => /rollout-.*\.jsonl$/.test(path))
    .map((path) => join(home, path))

describe('audit trail', function () {
  this.timeout(600_000)

  it('is the same when it is folded at once and when it is folded as the files grow', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...HOMES),
        fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
        async (name, cuts) => {
          const home = copyHome(name)
          try {
            const whole = new Map(rolloutsIn(home).map((path) => [path, readFileSync(path)]))
            const fresh = await withEngine({ home }, everything)
            await withEngine({ home }, async (engine) => {
              for (const cut of cuts.toSorted((a, b) => a - b)) {
                for (const [path, bytes] of whole) truncateSync(path, cut % (bytes.length + 1))
                await everything(engine)
                for (const [path, bytes] of whole) writeFileSync(path, bytes)
              }
              expect(await everything(engine)).to.deep.equal(fresh)
            })
          } finally {
            removeFolder(home)
          }
        }
      ),
      { numRuns: 25 }
    ))

  it('only grows while a file grows', () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...HOMES), fc.nat(), async (name, cut) => {
        const home = copyHome(name)
        try {
          const lines = ([rows]: readonly [ReadonlyArray<AuditRow>, unknown, unknown]) =>
            rows.filter(({ evidence }) => evidence.kind === 'line')
          const after = lines(await withEngine({ home }, everything))
          const known = new Map<string, number>()
          for (const path of rolloutsIn(home)) {
            const bytes = readFileSync(path)
            // An unfinished line does not count.
            const until = bytes.lastIndexOf(10, cut % (bytes.length + 1)) + 1
            known.set(path.slice(path.lastIndexOf('/') + 1), until)
            truncateSync(path, until)
          }
          const before = lines(await withEngine({ home }, everything))
          const stood = after.filter(
            ({ evidence }) =>
              evidence.kind === 'line' && evidence.offset < (known.get(evidence.file) ?? 0)
          )
          // A review at the end of copied lines waits for the line that shows whose it is.
          const sure = (rows: ReadonlyArray<AuditRow>) =>
            rows.filter(({ action }) => action !== 'review_started')
          expect(sure(before)).to.deep.equal(sure(stood))
        } finally {
          removeFolder(home)
        }
      }),
      { numRuns: 25 }
    ))
})
