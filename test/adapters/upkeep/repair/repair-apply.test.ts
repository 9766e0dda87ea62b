// Applying a plan: every file of it or none, through refusals, failing disks and kills; and back again, byte for byte.
import { expect } from 'chai'
import { spawn } from 'node:child_process'
import * as E from 'fp-ts/lib/Either.js'
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../../../../domain/upkeep/check/finding.ts'
import {
  PLAN_VERSION,
  type PlanStep,
  type RepairPlan
} from '../../../../domain/upkeep/repair/plan.ts'
import { planRepair } from '../../../../adapters/upkeep/repair/planner.ts'
import {
  applyRepair,
  planDigest,
  takeRepairBack
} from '../../../../adapters/upkeep/repair/repair.ts'
import { tryLock } from '../../../../adapters/log/jsonl/writer-lock.ts'
import { streamId } from '../../../../domain/ids.ts'
import { withEngine, right } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import {
  FILE,
  filed,
  foundAt,
  homeOf,
  metaOf,
  OTHER,
  OTHER_FILE,
  saidOf,
  stateOf,
  THREAD
} from '../../../support/repairs.ts'

const META = metaOf(THREAD)
const [ONE, TWO] = [saidOf('one'), saidOf('two')]
const TORN = ONE.slice(0, 40)

/** A torn line in one file, an unfinished end in the other, and a file that nobody needs. */
const damagedHome = (): string =>
  homeOf({
    [FILE]: `${META}\n${TORN}\n${TWO}\n`,
    [OTHER_FILE]: `${metaOf(OTHER)}\n${ONE}\n${TORN}`,
    'sessions/2026/11/21/.rollout-2026.jsonl.tmp': 'half',
    'session_index.jsonl': `not a name\n`,
    'config.toml': 'model = "m"\n'
  })

const FINDINGS: ReadonlyArray<Finding> = [
  foundAt('torn_line', META.length + 1, TORN.length),
  foundAt('torn_tail', metaOf(OTHER).length + 1 + ONE.length + 1, TORN.length, {
    threadId: OTHER,
    path: OTHER_FILE
  }),
  foundAt('leftover_file', 0, 4, {
    threadId: null,
    path: 'sessions/2026/11/21/.rollout-2026.jsonl.tmp'
  }),
  foundAt('damaged_name_line', 0, 10, { threadId: null, path: 'session_index.jsonl' })
]

const errorOf = (done: E.Either<unknown, unknown>): unknown =>
  E.isLeft(done) ? done.left : 'no error'

describe('applying a repair plan', () => {
  let home = ''
  beforeEach(() => {
    home = damagedHome()
  })
  afterEach(() => removeFolder(home))

  const apply = async (plan = planRepair(home, FINDINGS), step?: (name: string) => void) => {
    const { bytes, digest } = filed(plan)
    return applyRepair(home, bytes, digest, step === undefined ? {} : { step })
  }
  const applied = async (): Promise<string> => {
    const done = await apply()
    if (E.isLeft(done)) throw new Error(JSON.stringify(done.left))
    return done.right.operationId ?? ''
  }
  const back = (operationId: string, step?: (name: string) => void) =>
    takeRepairBack(home, operationId, step === undefined ? {} : { step })

  it('changes exactly what it says, and keeps the original bytes and the times', async () => {
    const before = stateOf(home)
    const id = await applied()
    const after = stateOf(home)
    expect(readFileSync(join(home, FILE), 'utf8')).to.equal(
      `${META}\n${' '.repeat(TORN.length)}\n${TWO}\n`
    )
    expect(readFileSync(join(home, OTHER_FILE), 'utf8')).to.equal(`${metaOf(OTHER)}\n${ONE}\n`)
    expect(readFileSync(join(home, 'session_index.jsonl'), 'utf8')).to.equal('')
    expect(Object.keys(after)).to.deep.equal(
      Object.keys(before).filter((path) => !path.endsWith('.tmp'))
    )
    const timeAndMode = (state: Readonly<Record<string, string>>, path: string) =>
      state[path]?.split(' ').slice(1)
    for (const path of Object.keys(after))
      expect(timeAndMode(after, path), path).to.deep.equal(timeAndMode(before, path))
    const kept = join(home, '.unroll/quarantine', id, 'files')
    expect(readFileSync(join(kept, FILE), 'utf8')).to.equal(`${META}\n${TORN}\n${TWO}\n`)
    expect(readdirSync(join(home, '.unroll/repair'))).to.deep.equal([])
  })

  it('is an operation that the log shows, and that undo takes back and does again', async () => {
    const before = stateOf(home)
    await applied()
    const after = stateOf(home)
    await withEngine({ home }, async (engine) => {
      const [operation] = await right(engine.operations({}))
      expect([operation?.began.operation, operation?.state]).to.deep.equal(['repair', 'done'])
      expect((await right(engine.undo(null))).operation).to.equal('repair')
      expect(stateOf(home)).to.deep.equal(before)
      const [undone] = await right(engine.operations({}))
      await right(engine.undo(undone?.began.id ?? ''))
      expect(stateOf(home)).to.deep.equal(after)
      await right(engine.undo(operation?.began.id ?? ''))
      expect(stateOf(home)).to.deep.equal(before)
    })
  })

  it('leaves nothing to plan', async () => {
    const again = planRepair(home, [])
    expect(again.steps).to.deep.equal([])
    await applied()
    expect(await apply(again)).to.deep.equal(
      E.left({
        _tag: 'NotPossible',
        reason: 'the plan has nothing to do',
        next: 'see "unroll check"'
      })
    )
  })

  describe('refuses, and touches nothing,', () => {
    let before: Readonly<Record<string, string>> = {}
    beforeEach(() => {
      before = stateOf(home)
    })
    const refused = async (plan?: RepairPlan) => {
      const error = errorOf(await apply(plan)) as {
        readonly reason?: string
        readonly what?: string
      }
      expect(stateOf(home)).to.deep.equal(before)
      return error.reason ?? error.what
    }

    it('a plan with another digest', async () => {
      const { bytes } = filed(planRepair(home, FINDINGS))
      const done = await applyRepair(home, bytes, planDigest('another'))
      expect(errorOf(done)).to.have.property('reason', 'the plan is not the one with this digest')
      const edited = Buffer.from(bytes.toString().replace('"spaces": 40', '"spaces": 39'))
      expect(E.isLeft(await applyRepair(home, edited, planDigest(bytes)))).to.equal(true)
      expect(await applyRepair(home, edited, planDigest(edited))).to.have.nested.property(
        'left.reason',
        `the plan cannot be used: the sizes of ${FILE} do not fit`
      )
      expect(stateOf(home)).to.deep.equal(before)
    })

    it('a plan for another home', async () => {
      const plan = { ...planRepair(home, FINDINGS), home: '/elsewhere' }
      expect(await refused(plan)).to.equal('the plan is for another home')
    })

    it('a file that changed since, even when its size did not', async () => {
      const plan = planRepair(home, FINDINGS)
      appendFileSync(join(home, OTHER_FILE), 'x')
      before = stateOf(home)
      const changed = 'is not as it was when the repair was planned; nothing was touched'
      expect(await refused(plan)).to.equal(`${OTHER_FILE} ${changed}`)
      const same = planRepair(home, FINDINGS)
      writeFileSync(
        join(home, OTHER_FILE),
        readFileSync(join(home, OTHER_FILE), 'utf8').replace('one', 'eno')
      )
      before = stateOf(home)
      expect(await refused(same)).to.equal(`${OTHER_FILE} ${changed}`)
    })

    it('a thread whose writer lock somebody holds', async () => {
      const lock = tryLock(home, streamId(OTHER))
      expect(await refused()).to.contain(`thread ${OTHER}`)
      lock?.release()
      await applied()
    })

    it('a thread that another program has open', async () => {
      // Only this system tells which process has a file open.
      if (!existsSync('/proc/self/fdinfo')) return
      const file = openSync(join(home, FILE), 'a')
      try {
        const child = spawn('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore', file] })
        expect(await refused()).to.equal(`${join(home, FILE)} (open in process ${child.pid})`)
        child.kill()
        await new Promise((resolve) => child.once('exit', resolve))
      } finally {
        closeSync(file)
      }
      await applied()
    })

    const step: PlanStep = {
      threadId: null,
      path: FILE,
      before: { bytes: 1, sha256: '0'.repeat(64) },
      to: null,
      decompressedBytes: null,
      edits: [],
      after: null,
      why: [],
      findings: []
    }
    const content = { bytes: 1, sha256: '0'.repeat(64) }
    for (const [what, hostile] of Object.entries({
      'a path that climbs out': { path: 'sessions/../../etc/passwd' },
      'an absolute path': { path: '/etc/passwd' },
      'a file that is no rollout': { path: 'config.toml' },
      'a secret': { path: 'auth.json' },
      'a NUL in a path': { path: 'sessions/a\0b.jsonl' },
      'a target that climbs out': { to: '../rollout-x.jsonl', after: content },
      'a target that is no rollout': { to: 'config.toml', after: content },
      'a target in the folder of unroll': { to: '.unroll/operations.jsonl', after: content },
      'edits behind the end': {
        to: FILE,
        after: { ...content, bytes: 0 },
        edits: [{ offsetBytes: 5, bytes: 1, spaces: 0, text: '' }]
      },
      'spaces without end': {
        to: FILE,
        after: { ...content, bytes: 1e12 + 1 },
        edits: [{ offsetBytes: 0, bytes: 0, spaces: 1e12, text: '' }]
      }
    }))
      it(what, async () => {
        const plan = {
          ...{ unrollRepairPlan: PLAN_VERSION, home, unrepaired: [] },
          steps: [{ ...step, ...hostile }]
        } as RepairPlan
        expect(await refused(plan)).to.match(/^the plan cannot be used: /)
      })

    it('a file or a folder that is a link', async () => {
      const plan = planRepair(home, FINDINGS)
      renameSync(join(home, FILE), join(home, 'aside'))
      symlinkSync(join(home, 'aside'), join(home, FILE))
      before = stateOf(home)
      expect(await refused(plan)).to.equal(`${FILE} is not a plain file in plain folders`)
      renameSync(join(home, 'sessions'), join(home, 'elsewhere'))
      symlinkSync(join(home, 'elsewhere'), join(home, 'sessions'))
      before = stateOf(home)
      expect(await refused(plan)).to.equal(`${FILE} is not a plain file in plain folders`)
    })

    it('a quarantine that is a link', async () => {
      const plan = planRepair(home, FINDINGS)
      mkdirSync(join(home, '.unroll'))
      mkdirSync(join(home, 'out'))
      symlinkSync(join(home, 'out'), join(home, '.unroll/quarantine'))
      expect(await refused(plan)).to.equal('.unroll/quarantine is no folder')
      expect(readdirSync(join(home, 'out'))).to.deep.equal([])
    })
  })

  describe('taken back', () => {
    it('refuses when a file was changed since, and leaves everything as it is', async () => {
      const id = await applied()
      appendFileSync(join(home, OTHER_FILE), `${TWO}\n`)
      const before = stateOf(home)
      expect(errorOf(await back(id))).to.deep.equal({
        _tag: 'NotPossible',
        reason: `${OTHER_FILE} cannot go back: it was appended to since, and the repair moved its bytes`,
        next: `its old bytes are in .unroll/quarantine/${id}`
      })
      expect(stateOf(home)).to.deep.equal(before)
    })

    it('keeps what was appended since where the repair moved no bytes', async () => {
      const original = readFileSync(join(home, FILE), 'utf8')
      const plan = planRepair(home, FINDINGS.slice(0, 1))
      const done = await apply(plan)
      const id = E.isRight(done) ? (done.right.operationId ?? '') : ''
      appendFileSync(join(home, FILE), `${TWO}\n`)
      expect(E.isRight(await back(id))).to.equal(true)
      expect(readFileSync(join(home, FILE), 'utf8')).to.equal(`${original}${TWO}\n`)
    })

    it('refuses when the quarantine was touched', async () => {
      const id = await applied()
      appendFileSync(join(home, '.unroll/quarantine', id, 'files', FILE), 'x')
      expect(errorOf(await back(id))).to.have.property(
        'reason',
        `${FILE} cannot go back: its old content is not in quarantine any more`
      )
    })
  })

  describe('on a disk that fails', () => {
    const FULL = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write'
    })
    /** Fails at the nth step, once. */
    const failingAt = (nth: number) => {
      let steps = 0
      return {
        step: (): void => {
          steps += 1
          if (steps === nth) throw FULL
        },
        steps: () => steps
      }
    }

    it('leaves the home as it was at each call, or is done', async () => {
      const before = stateOf(home)
      for (let nth = 1; ; nth++) {
        const { step, steps } = failingAt(nth)
        const done = await apply(undefined, step)
        if (E.isRight(done)) {
          if (steps() < nth) break
          // Only names that nobody looks for were left to be deleted.
          expect(stateOf(home), `step ${nth}`).to.not.deep.equal(before)
          removeFolder(home)
          home = damagedHome()
          continue
        }
        expect(stateOf(home), `step ${nth}`).to.deep.equal(before)
      }
      expect(stateOf(home)).to.not.deep.equal(before)
    })

    it('leaves the repaired home as it is at each call of an undo, or is done', async () => {
      const original = stateOf(home)
      let id = await applied()
      const before = stateOf(home)
      for (let nth = 1; ; nth++) {
        const { step, steps } = failingAt(nth)
        const done = await back(id, step)
        if (E.isLeft(done)) {
          expect(stateOf(home), `step ${nth}`).to.deep.equal(before)
          continue
        }
        expect(stateOf(home), `step ${nth}`).to.deep.equal(original)
        if (steps() < nth) break
        removeFolder(home)
        home = damagedHome()
        id = await applied()
      }
    })
  })
})
