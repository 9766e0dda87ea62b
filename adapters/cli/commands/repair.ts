/**
 * unroll repair: plans, applying one, and taking it back.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Operation } from '../../../domain/changes/operations.ts'
import { notPossible } from '../../../domain/errors.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { RepairDone } from '../../../replay/life/repair.ts'
import { planHome, type FiledPlan } from '../../repair/plan-home.ts'
import { repairWork } from '../../repair/repair.ts'
import { textOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { withHomeFiles } from '../home-files.ts'
import { withEngine, withIndex, type Place, type PlainCommand } from '../session.ts'
import { startProgress } from '../text/progress.ts'
import { planFields, planText } from '../text/repair.ts'
import { report, reportError, usage } from '../text/report.ts'
import { painter, table, tsv, typed, type Column } from '../text/style.ts'
import { localMinute, oneLine, plural, safeJson } from '../text/text.ts'
import { printJson } from '../text/written.ts'

type Run = (
  input: Input,
  io: Io,
  place: Place,
  open: Parameters<PlainCommand>[2]
) => Promise<number>

const SEE = 'see "unroll help repair"'
const PLAN_BYTES_MAX = 256 * 1024 * 1024
const LISTED_MAX = 1000

const planned = async (
  { home }: Place,
  threadId: string | undefined,
  io: Io
): Promise<FiledPlan> => {
  const progress = startProgress(io, 'checking rollouts')
  const only = threadId === undefined ? {} : { threadId }
  try {
    return await planHome({ home, signal: io.stop, onProgress: progress.show, ...only })
  } finally {
    progress.clear()
  }
}

const printPlanned = async (
  { plan, digest }: FiledPlan,
  file: string | null,
  input: Input,
  io: Io
): Promise<number> => {
  if (input.json) return printJson({ digest, file, plan }, io)
  if (!io.outIsTty) {
    await io.out(tsv(plan.steps.map(planFields)))
    const left = plan.unrepaired.length
    if (left > 0) io.err(`${plural(left, 'finding')} not repaired: --json tells why\n`)
  } else await io.out(planText(plan, painter(input, io)))
  if (file === null) {
    if (plan.steps.length > 0) io.err('write it to a file to apply it: add --out FILE\n')
    return 0
  }
  io.err(`digest ${digest}\n`)
  if (plan.steps.length > 0)
    io.err(`apply it: ${typed(input, io, ['repair', 'apply', file, '--digest', digest])}\n`)
  return 0
}

const named = async (
  input: Input,
  io: Io,
  place: Place,
  open: Parameters<PlainCommand>[2]
): Promise<E.Either<number, string | undefined>> => {
  const [, name] = input.args
  if (name === undefined) return E.right(undefined)
  let threadId: string | undefined
  const code = await withEngine(input, io, open, place, async (engine, quiet) => {
    const found = await engine.resolve(name)()
    if (E.isLeft(found)) return reportError(found.left, input.json, quiet)
    threadId = found.right
    return 0
  })
  return threadId === undefined ? E.left(code) : E.right(threadId)
}

const plan: Run = async (input, io, place, open) => {
  const thread = await named(input, io, place, open)
  if (E.isLeft(thread)) return thread.left
  const made = await planned(place, thread.right, io)
  const out = textOf(input, 'out')
  if (out === undefined) return printPlanned(made, null, input, io)
  writeFileSync(resolve(io.cwd, out), made.bytes, { flag: 'wx', mode: 0o600 })
  return printPlanned(made, out, input, io)
}

/** What to type to have it otherwise, and what that does. */
type Back = readonly [what: string, words: ReadonlyArray<string>]

const printDone = async (
  done: RepairDone,
  [what, words]: Back,
  input: Input,
  io: Io
): Promise<number> => {
  if (input.json) return printJson(done, io)
  await io.out(done.files.map((path) => `${oneLine(path)}\n`).join(''))
  const next = typed(input, io, ['repair', 'undo', ...words])
  io.err(`operation ${done.operationId ?? ''}; ${what}: ${next}\n`)
  return 0
}

const apply: Run = async (input, io, place, open) => {
  const [, file] = input.args
  const digest = textOf(input, 'digest')
  if (file === undefined || digest === undefined)
    return report(usage('apply needs the file of a plan and --digest DIGEST', SEE), input.json, io)
  const path = resolve(io.cwd, file)
  if (statSync(path).size > PLAN_BYTES_MAX)
    return reportError(notPossible('the plan is too large', SEE), input.json, io)
  const work = repairWork(place.home, readFileSync(path), digest)
  if (E.isLeft(work)) return reportError(work.left, input.json, io)
  return withEngine(input, io, open, place, async (engine, quiet) => {
    const done = await engine.repair(work.right)()
    return E.isLeft(done)
      ? reportError(done.left, input.json, quiet)
      : printDone(done.right, ['take it back', []], input, quiet)
  })
}

const isRepair = ({ began }: Operation): boolean => began.relocation?.exchanges !== undefined

const repairsOf = async (engine: Engine) =>
  E.map((all: ReadonlyArray<Operation>) => all.filter(isRepair))(
    await engine.operations({ limit: LISTED_MAX })()
  )

const undo: Run = (input, io, place, open) =>
  withEngine(input, io, open, place, async (engine, quiet) => {
    const repairs = await repairsOf(engine)
    if (E.isLeft(repairs)) return reportError(repairs.left, input.json, quiet)
    const [, id] = input.args
    const found = repairs.right.filter(({ began, state }) =>
      id === undefined
        ? state === 'done' && began.operation === 'repair'
        : began.id.startsWith(id.toLowerCase())
    )
    const [first] = found
    if (first === undefined) {
      const reason =
        id === undefined ? 'there is no repair to take back' : `there is no repair ${id}`
      return reportError(notPossible(reason, 'see "unroll repair list"'), input.json, quiet)
    }
    const done = await engine.undo(first.began.id)()
    if (E.isLeft(done)) return reportError(done.left, input.json, quiet)
    const files = first.began.relocation?.exchanges?.map(({ path }) => path) ?? []
    const { operationId } = done.right
    const { threadIds } = first.began
    const answer = { operationId, threadIds, files: [...new Set(files)] }
    return printDone(answer, ['do it again', [operationId ?? '']], input, quiet)
  })

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'OPERATION', max: 36 },
  { head: 'TIME', max: 16 },
  { head: 'WHAT', max: 8 },
  { head: 'STATE', max: 10 },
  { head: 'FILES', max: 6 },
  { head: 'THREAD', max: 36, from: 100 }
]

const cells = ({ began, state }: Operation, time: string): ReadonlyArray<string> => [
  began.id,
  time,
  began.operation,
  state,
  String(began.relocation?.exchanges?.length ?? 0),
  oneLine(began.threadIds[0] ?? '')
]

const list: Run = (input, io, place, open) =>
  withEngine(input, io, open, place, async (engine, quiet) => {
    const repairs = await repairsOf(engine)
    if (E.isLeft(repairs)) return reportError(repairs.left, input.json, quiet)
    const all = repairs.right
    if (input.json) await quiet.out(all.map((one) => `${safeJson(JSON.stringify(one))}\n`).join(''))
    else if (!quiet.outIsTty) await quiet.out(tsv(all.map((one) => cells(one, one.began.at))))
    else if (all.length === 0) quiet.err('no repairs\n')
    else {
      const rows = all.map((one) => cells(one, localMinute(Date.parse(one.began.at) / 1000)))
      await quiet.out(table(COLUMNS, rows, quiet.columns, painter(input, quiet)))
    }
    return 0
  })

const WAYS: Readonly<Record<string, Run>> = { plan, apply, undo, list }

/** Plans and does repairs; see the command table. */
export const repairCommand: PlainCommand = async (input, io, open) => {
  const [what = '', , more] = input.args
  const run = Object.hasOwn(WAYS, what) ? WAYS[what] : undefined
  if (run === undefined || more !== undefined)
    return report(usage('repair takes plan, apply, undo or list', SEE), input.json, io)
  return withHomeFiles(input, io, 'add --store file to repair the files of the home', (home) =>
    run(input, io, withIndex(input, io, home), open)
  )
}
