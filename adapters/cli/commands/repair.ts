/**
 * unroll repair: plans, applying one, and undoing it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Operation } from '../../../domain/changes/operations.ts'
import { notPossible } from '../../../domain/errors.ts'
import type {
  Edit,
  FindingRef,
  PlanStep,
  RepairPlan,
  Unrepaired
} from '../../../domain/upkeep/repair/plan.ts'
import type { Engine } from '../../../replay/engine.ts'
import type { RepairDone } from '../../../replay/change/life/repair.ts'
import { type FiledPlan, planHome } from '../../upkeep/repair/plan-home.ts'
import { repairWork } from '../../upkeep/repair/repair.ts'
import { type Input, nextCommand, textOf } from '../args.ts'
import { refusedBy } from '../terminal/confirm.ts'
import type { Io } from '../io.ts'
import { shortCells, threadIdIn } from '../naming/threads.ts'
import { pathOf } from '../options.ts'
import {
  type CommandEnd,
  type HomeCommand,
  type OpenEngine,
  type CommandPlace,
  withEngine,
  withHomeFiles,
  withIndex
} from '../session.ts'
import { printChange } from './changed.ts'
import { printJson } from '../text/print.ts'
import { withProgress } from '../text/progress.ts'
import { note, usage } from '../text/report.ts'
import { formOf, printRows } from '../text/row-form.ts'
import { column, timeColumn, type Columns } from '../text/rows.ts'
import { type Paint, painter } from '../text/style.ts'
import { cut, grouped, oneLine, plural } from '../text/text.ts'

const EDITS_SHOWN_MAX = 6
const TEXT_SHOWN_MAX = 60

const found = ({ kind, range, revision }: FindingRef): string => {
  const line = revision === null ? '' : ` line ${grouped(revision)}`
  const { offsetBytes = 0, bytes = 0 } = range ?? {}
  return range === null
    ? `${kind}${line}`
    : `${kind}${line} bytes ${grouped(offsetBytes)}–${grouped(offsetBytes + bytes)}`
}

const edited = ({ offsetBytes, bytes, spaces, text }: Edit): string => {
  const put = [
    ...(spaces > 0 ? [spaces === 1 ? 'a space' : `${grouped(spaces)} spaces`] : []),
    ...(text === '' ? [] : [cut(JSON.stringify(text), TEXT_SHOWN_MAX)])
  ].join(' and ')
  if (bytes === 0) return `at ${grouped(offsetBytes)} comes ${put}`
  return `${plural(bytes, 'byte')} at ${grouped(offsetBytes)} ${put === '' ? 'go' : `become ${put}`}`
}

const stepLines = (step: PlanStep, paint: Paint): ReadonlyArray<string> => {
  const { path, to, threadId, findings, why, edits } = step
  const shown = edits.slice(0, EDITS_SHOWN_MAX).map((edit) => `    ${oneLine(edited(edit))}`)
  const more = edits.length - shown.length
  return [
    paint('bold', oneLine(path)),
    ...(threadId === null ? [] : [`  thread ${oneLine(threadId)}`]),
    ...findings.slice(0, EDITS_SHOWN_MAX).map((one) => `  ${found(one)}`),
    ...(findings.length > EDITS_SHOWN_MAX
      ? [`  and ${findings.length - EDITS_SHOWN_MAX} more`]
      : []),
    ...why.map((each) => `  → ${oneLine(each)}`),
    ...shown,
    ...(more > 0 ? [`    and ${plural(more, 'edit')} more`] : []),
    ...(to === null ? ['    the file goes to quarantine'] : []),
    ''
  ]
}

const reasons = (unrepaired: ReadonlyArray<Unrepaired>): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const { kind, reason } of unrepaired) {
    const words = `${kind}: ${oneLine(reason)}`
    counts.set(words, (counts.get(words) ?? 0) + 1)
  }
  return [...counts].map(([words, count]) => `  ${count} × ${words}`)
}

/** What a plan does and what it leaves. */
const planText = ({ steps, unrepaired }: RepairPlan, paint: Paint): string => {
  const left = reasons(unrepaired)
  const lines = [
    ...steps.flatMap((step) => stepLines(step, paint)),
    ...(left.length === 0 ? [] : ['not repaired:', ...left, '']),
    steps.length === 0 ? 'nothing to repair' : `${plural(steps.length, 'file')} to repair`
  ]
  return `${lines.join('\n')}\n`
}

const SEE = 'see "unroll help repair"'
const PLAN_BYTES_MAX = 256 * 1024 * 1024
const LISTED_MAX = 1000

export const STEPS: Columns<PlanStep> = [
  column('path', ({ path }) => path),
  column('to', ({ to }) => to),
  column('kinds', ({ findings }) => [...new Set(findings.map(({ kind }) => kind))].join(' ')),
  column('why', ({ why }) => why.join('; '))
]

const printPlan = async (
  { plan: { steps, unrepaired }, digest, plan }: FiledPlan,
  file: string | null,
  input: Input,
  io: Io
): Promise<CommandEnd> => {
  if (input.json && !input.values.has('fields')) return printJson({ digest, file, plan }, io)
  if (formOf(input, io) === 'people') await io.out(planText(plan, painter(input, io)))
  else {
    const printed = await printRows(
      { columns: STEPS, nothing: 'nothing to repair' },
      steps,
      input,
      io
    )
    if (E.isLeft(printed)) return printed
    if (unrepaired.length > 0)
      note(`${plural(unrepaired.length, 'finding')} not repaired; see the reasons with --json`, io)
  }
  if (file === null) {
    if (steps.length > 0) note('write it to a file to apply it: add --out FILE', io)
    return 0
  }
  note(`digest ${digest}`, io)
  const apply = nextCommand(input, io, ['repair', 'apply', file, '--digest', digest])
  if (steps.length > 0) note(`apply it: ${apply}`, io)
  return 0
}

type RepairWord = (
  input: Input,
  io: Io,
  place: CommandPlace,
  open: OpenEngine
) => Promise<CommandEnd>

const plan: RepairWord = async (input, io, place, open) => {
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
const printDone = async (done: RepairDone, verb: string, input: Input, io: Io): Promise<number> => {
  if (input.json) return printJson(done, io)
  const lines = done.files.map((path) => oneLine(path))
  // A person sees the files, too.
  if (io.outIsTty) await io.out(lines.map((path) => `${path}\n`).join(''))
  const undo = ['undo', ...(done.operationId === null ? [] : [done.operationId])]
  return printChange({ did: `${verb} ${plural(lines.length, 'file')}`, undo, lines }, input, io)
}

const apply: RepairWord = async (input, io, place, open) => {
  const [, file = ''] = input.args
  const digest = textOf(input, 'digest')
  const path = resolve(io.cwd, file)
  if (statSync(path).size > PLAN_BYTES_MAX) return E.left(notPossible('the plan is too large', SEE))
  if (digest === undefined) {
    const { planDigest } = await import('../../upkeep/repair/repair.ts')
    const own = `the file has the digest ${planDigest(readFileSync(path))}`
    const shown = `${own}; compare it with the one that "unroll repair plan" printed`
    return E.left(usage('repair apply needs --digest DIGEST', shown))
  }
  const work = repairWork(place.home, readFileSync(path), digest)
  if (E.isLeft(work)) return work
  const text = `Repair ${plural(Number(work.right.arguments['steps']), 'file')} of ${place.home}?`
  const refused = await refusedBy({ text }, input, io)
  if (refused !== null) return E.left(refused)
  return withEngine(input, io, open, place, async (engine, quiet) => {
    const done = await engine.repair(work.right)()
    return E.isLeft(done) ? done : printDone(done.right, 'Repaired', input, quiet)
  })
}

const isRepair = ({ began }: Operation): boolean => began.relocation?.exchanges !== undefined

const repairsOf = async (engine: Engine) =>
  E.map((all: ReadonlyArray<Operation>) => all.filter(isRepair))(
    await engine.operations({ limit: LISTED_MAX })()
  )

const undo: RepairWord = (input, io, place, open) =>
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
    return printDone(undone, 'Restored', input, quiet)
  })

export const REPAIRS: Columns<Operation> = [
  column('operationId', ({ began }) => began.id, {
    head: 'OPERATION',
    max: 36,
    cells: shortCells(({ began }) => began.id)
  }),
  timeColumn(
    'at',
    ({ began }) => began.at,
    ({ began }) => Date.parse(began.at),
    { head: 'TIME' }
  ),
  column('operation', ({ began }) => began.operation, { head: 'WHAT', max: 8 }),
  column('state', ({ state }) => state, { head: 'STATE', max: 10, drop: 1 }),
  column('files', ({ began }) => began.relocation?.exchanges?.length ?? 0, {
    head: 'FILES',
    align: 'right',
    drop: 2
  }),
  column('threadId', ({ began }) => began.threadIds[0] ?? '', {
    head: 'THREAD',
    max: 36,
    drop: 3,
    cells: shortCells(({ began }) => began.threadIds[0] ?? '')
  })
]

const list: RepairWord = (input, io, place, open) =>
  withEngine(input, io, open, place, async (engine, quiet) => {
    const repairs = await repairsOf(engine)
    if (E.isLeft(repairs)) return repairs
    return printRows({ columns: REPAIRS, nothing: 'no repairs' }, repairs.right, input, quiet)
  })

const WORK: Readonly<Record<string, RepairWord>> = { plan, apply, undo, list }

export const repairCommand: HomeCommand = async (input, io, place, open) => {
  const [what = ''] = input.args
  const work = WORK[what] ?? plan
  const instead = 'add --store file to repair the files of the home'
  return withHomeFiles(input, place, instead, (home) =>
    work(input, io, withIndex(input, io, home), open)
  )
}
