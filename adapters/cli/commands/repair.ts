/**
 * unroll repair: plans, applying one, and undoing it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Operation } from '../../../domain/changes/operations.ts'
import { notPossible } from '../../../domain/errors.ts'
import type { PlanStep } from '../../../domain/repair/plan.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { RepairDone } from '../../../replay/life/repair.ts'
import { planHome, type FiledPlan } from '../../repair/plan-home.ts'
import { repairWork } from '../../repair/repair.ts'
import { nextCommand, textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { threadIdIn } from '../naming.ts'
import { pathOf } from '../options.ts'
import {
  withEngine,
  withHomeFiles,
  withIndex,
  type Ending,
  type HomeCommand,
  type Open,
  type Place
} from '../session.ts'
import { formOf, printJson, printRows } from '../text/print.ts'
import { withProgress } from '../text/progress.ts'
import { planText } from '../text/repair.ts'
import { usage } from '../text/report.ts'
import { column, tsv, type Columns } from '../text/rows.ts'
import { painter } from '../text/style.ts'
import { oneLine, plural } from '../text/text.ts'
import { minuteOf } from './log.ts'

const SEE = 'see "unroll help repair"'
const PLAN_BYTES_MAX = 256 * 1024 * 1024
const LISTED_MAX = 1000

export const STEPS: Columns<PlanStep> = [
  column('path', ({ path }) => path),
  column('new_path', ({ to }) => to),
  column('kinds', ({ findings }) => [...new Set(findings.map(({ kind }) => kind))].join(' ')),
  column('why', ({ why }) => why.join('; '))
]

const printPlan = async (
  { plan: { steps, unrepaired }, digest, plan }: FiledPlan,
  file: string | null,
  input: Input,
  io: Io
): Promise<number> => {
  const form = formOf(input, io)
  if (form === 'json') return printJson({ digest, file, plan }, io)
  if (form === 'table') await io.out(planText(plan, painter(input, io)))
  else {
    await io.out(tsv(STEPS, steps))
    if (unrepaired.length > 0)
      io.err(`${plural(unrepaired.length, 'finding')} not repaired; see the reasons with --json\n`)
  }
  if (file === null) {
    if (steps.length > 0) io.err('write it to a file to apply it: add --out FILE\n')
    return 0
  }
  io.err(`digest ${digest}\n`)
  const apply = nextCommand(input, io, ['repair', 'apply', file, '--digest', digest])
  if (steps.length > 0) io.err(`apply it: ${apply}\n`)
  return 0
}

type RepairWork = (input: Input, io: Io, place: Place, open: Open) => Promise<Ending>

const plan: RepairWork = async (input, io, place, open) => {
  const [, name] = input.args
  const thread = name === undefined ? null : await threadIdIn(name, input, io, place, open)
  if (thread !== null && E.isLeft(thread)) return thread.left
  const made = await withProgress(io, 'checking rollouts', (_, onProgress) =>
    planHome({
      ...{ home: place.home, signal: io.stop, onProgress },
      ...(thread === null ? {} : { threadId: thread.right })
    })
  )
  const file = pathOf(input, io, 'out')
  if (file !== undefined) writeFileSync(file, made.bytes, { flag: 'wx', mode: 0o600 })
  return printPlan(made, textOf(input, 'out') ?? null, input, io)
}

/** Prints the files of a repair or of its undo, and the command for the opposite. */
const printDone = async (
  done: RepairDone,
  [what, ...words]: readonly [what: string, ...words: ReadonlyArray<string>],
  input: Input,
  io: Io
): Promise<number> => {
  if (input.json) return printJson(done, io)
  await io.out(done.files.map((path) => `${oneLine(path)}\n`).join(''))
  const next = nextCommand(input, io, ['repair', 'undo', ...words])
  io.err(`operation ${done.operationId ?? ''}; ${what}: ${next}\n`)
  return 0
}

const apply: RepairWork = async (input, io, place, open) => {
  const [, file] = input.args
  const digest = textOf(input, 'digest')
  if (file === undefined || digest === undefined)
    return E.left(usage('apply needs the file of a plan and --digest DIGEST', SEE))
  const path = resolve(io.cwd, file)
  if (statSync(path).size > PLAN_BYTES_MAX) return E.left(notPossible('the plan is too large', SEE))
  const work = repairWork(place.home, readFileSync(path), digest)
  if (E.isLeft(work)) return work
  return withEngine(input, io, open, place, async (engine, quiet) => {
    const done = await engine.repair(work.right)()
    return E.isLeft(done) ? done : printDone(done.right, ['take it back'], input, quiet)
  })
}

const isRepair = ({ began }: Operation): boolean => began.relocation?.exchanges !== undefined

const repairsOf = async (engine: Engine) =>
  E.map((all: ReadonlyArray<Operation>) => all.filter(isRepair))(
    await engine.operations({ limit: LISTED_MAX })()
  )

const undo: RepairWork = (input, io, place, open) =>
  withEngine(input, io, open, place, async (engine, quiet) => {
    const repairs = await repairsOf(engine)
    if (E.isLeft(repairs)) return repairs
    const [, id] = input.args
    const first = repairs.right.find(({ began, state }) =>
      id === undefined
        ? state === 'done' && began.operation === 'repair'
        : began.id.startsWith(id.toLowerCase())
    )
    if (first === undefined) {
      const reason = id === undefined ? 'there is no repair to undo' : `there is no repair ${id}`
      return E.left(notPossible(reason, 'see "unroll repair list"'))
    }
    const done = await engine.undo(first.began.id)()
    if (E.isLeft(done)) return done
    const files = first.began.relocation?.exchanges?.map(({ path }) => path) ?? []
    const { operationId } = done.right
    const { threadIds } = first.began
    const undone = { operationId, threadIds, files: [...new Set(files)] }
    return printDone(undone, ['do it again', operationId ?? ''], input, quiet)
  })

export const REPAIRS: Columns<Operation> = [
  column('operation', ({ began }) => began.id, { head: 'OPERATION', max: 36 }),
  column('time', ({ began }) => began.at, {
    head: 'TIME',
    max: 16,
    cell: ({ began }) => minuteOf(began.at)
  }),
  column('what', ({ began }) => began.operation, { head: 'WHAT', max: 8 }),
  column('state', ({ state }) => state, { head: 'STATE', max: 10 }),
  column('files', ({ began }) => began.relocation?.exchanges?.length ?? 0, {
    head: 'FILES',
    max: 6
  }),
  column('thread', ({ began }) => began.threadIds[0] ?? '', { head: 'THREAD', max: 36, from: 100 })
]

const list: RepairWork = (input, io, place, open) =>
  withEngine(input, io, open, place, async (engine, quiet) => {
    const repairs = await repairsOf(engine)
    if (E.isLeft(repairs)) return repairs
    return printRows({ columns: REPAIRS, nothing: 'no repairs' }, repairs.right, input, quiet)
  })

const WORK: Readonly<Record<string, RepairWork>> = { plan, apply, undo, list }

export const repairCommand: HomeCommand = async (input, io, place, open) => {
  const [what = '', , more] = input.args
  const work = Object.hasOwn(WORK, what) ? WORK[what] : undefined
  if (work === undefined || more !== undefined)
    return E.left(usage('repair takes plan, apply, undo or list', SEE))
  const instead = 'add --store file to repair the files of the home'
  return withHomeFiles(input, place, instead, (home) =>
    work(input, io, withIndex(input, io, home), open)
  )
}
