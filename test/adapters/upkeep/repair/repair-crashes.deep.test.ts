// A process that repairs a home may be killed at any moment, and so may the one that finishes its work. The method: kill it
// before each step in turn, let another process come, sometimes kill that one too, and look at every file.
// UNROLL_CRASHES=1 takes every step instead of some.
import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { planRepair } from '../../../../adapters/upkeep/repair/planner.ts'
import { bundleChild } from '../../../support/crashes.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { right, withEngine } from '../../../support/engines.ts'
import {
  FILE,
  filed,
  foundAt,
  homeOf,
  metaOf,
  saidOf,
  stateOf,
  THREAD
} from '../../../support/repairs.ts'

const META = metaOf(THREAD)
const TORN = saidOf('one').slice(0, 40)
const LOST =
  'sessions/2026/11/rollout-2026-11-21T07-36-59-01a1fd09-71b0-7eb2-9cc8-3091d156fa49.jsonl'
const EMPTY =
  'sessions/2026/11/21/rollout-2026-11-21T07-36-58-01a1fd09-71b0-7eb2-9cc8-3091d156fa50.jsonl'

/** One file is edited, one moves, one goes. */
const FINDINGS = [
  foundAt('torn_line', META.length + 1, TORN.length),
  foundAt('wrong_folder', 0, 0, { path: LOST, facts: { expected: 'sessions/2026/11/21' } }),
  foundAt('empty_file', 0, 0, { path: EMPTY })
]
/** Some of the steps; each takes two processes. */
const STRIDE = process.env['UNROLL_CRASHES'] === undefined ? 5 : 1

interface Ran {
  readonly killed: boolean
  readonly steps: number
  readonly operationId: string
}

const runChild = (script: string, ...words: ReadonlyArray<string>): Ran => {
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, [script, ...words], {
    encoding: 'utf8'
  })
  if (signal === 'SIGKILL') return { killed: true, steps: 0, operationId: '' }
  if (status !== 0) throw new Error(`the child failed: ${stderr}`)
  const { steps, done } = JSON.parse(stdout) as {
    readonly steps: number
    readonly done: { readonly right?: { readonly operationId: string } | null }
  }
  return { killed: false, steps, operationId: done.right?.operationId ?? '' }
}

const unfinished = (home: string): Promise<ReadonlyArray<string>> =>
  withEngine({ home }, async (engine) =>
    (await right(engine.operations({})))
      .filter(({ state }) => state === 'unfinished')
      .map(({ began }) => began.operation)
  )

describe('a home after a kill in the middle of a repair', () => {
  let script = ''
  let start = ''
  before(() => {
    script = bundleChild('repair-crash-entry')
    start = homeOf({
      [FILE]: `${META}\n${TORN}\n${saidOf('two')}\n`,
      [LOST]: `${metaOf('01a1fd09-71b0-7eb2-9cc8-3091d156fa49')}\n`,
      [EMPTY]: ''
    })
  })
  after(() => {
    removeFolder(start)
    removeFolder(dirname(script))
  })

  const copyOf = (home: string): string => {
    const copy = temporaryFolder()
    cpSync(home, copy, { recursive: true, preserveTimestamps: true })
    return copy
  }
  /** A plan is for one home, so it is made in each. */
  const planIn = (home: string): readonly [string, string] => {
    const { bytes, digest } = filed(planRepair(home, FINDINGS))
    const path = join(home, 'plan.json')
    writeFileSync(path, bytes)
    return [path, digest]
  }
  const filesOf = (home: string): Readonly<Record<string, string>> => {
    const { 'plan.json': _, ...files } = stateOf(home)
    return files
  }

  /** Kills at a step, finishes, and tells which of the two states the home is in. */
  const judged = (
    home: string,
    step: number,
    words: ReadonlyArray<string>,
    isKilledAgain: boolean
  ) => {
    const { killed } = runChild(script, home, ...words, String(step))
    if (isKilledAgain) runChild(script, home, 'recover', '', '', String(1 + (step % 9)))
    runChild(script, home, 'recover', '', '', '0')
    const staging = join(home, '.unroll/repair')
    const locks = existsSync(join(home, '.unroll'))
      ? readdirSync(join(home, '.unroll')).filter((name) => name.startsWith('files.lock'))
      : []
    const staged = existsSync(staging) ? readdirSync(staging) : []
    return { killed, files: filesOf(home), locks, staged }
  }

  it('is as before or as after an apply, whatever the step', async () => {
    const twin = copyOf(start)
    const { steps } = runChild(script, twin, 'apply', ...planIn(twin), '0')
    const [before, after] = [filesOf(start), filesOf(twin)]
    removeFolder(twin)
    expect(after).to.not.deep.equal(before)
    const seen = new Set<string>()
    for (let step = 1; step <= steps; step += STRIDE) {
      const home = copyOf(start)
      const { killed, files, locks } = judged(
        home,
        step,
        ['apply', ...planIn(home)],
        step % 2 === 0
      )
      const isAfter = JSON.stringify(files) === JSON.stringify(after)
      seen.add(isAfter ? 'after' : 'before')
      const whole = { killed, files, locks, unfinished: await unfinished(home) }
      const expected = { killed: true, files: isAfter ? after : before, locks: [], unfinished: [] }
      expect(whole, `step ${step}`).to.deep.equal(expected)
      removeFolder(home)
    }
    expect([...seen].toSorted()).to.deep.equal(['after', 'before'])
  })

  it('is as before or as after an undo, whatever the step', async () => {
    const original = filesOf(start)
    const applied = copyOf(start)
    const { operationId } = runChild(script, applied, 'apply', ...planIn(applied), '0')
    const twin = copyOf(applied)
    const { steps } = runChild(script, twin, 'undo', operationId, '', '0')
    expect(filesOf(twin)).to.deep.equal(original)
    removeFolder(twin)
    const repaired = filesOf(applied)
    for (let step = 2; step <= steps; step += STRIDE) {
      const home = copyOf(applied)
      const { files, killed } = judged(home, step, ['undo', operationId, ''], step % 2 === 0)
      const isBack = JSON.stringify(files) === JSON.stringify(original)
      const whole = { killed, files, unfinished: await unfinished(home) }
      const expected = { killed: true, files: isBack ? original : repaired, unfinished: [] }
      expect(whole, `step ${step}`).to.deep.equal(expected)
      removeFolder(home)
    }
    removeFolder(applied)
  })
})
