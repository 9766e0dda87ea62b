/**
 * Reading a plan file, which anybody may have written: every member is checked, and a path that could lead anywhere but to a
 * rollout, the names file or a file left behind is refused.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isHomePath } from '../../changes/relocation.ts'
import { isProblemKind } from '../check/kinds.ts'
import { parsedJson } from '../../json.ts'
import { PLAN_VERSION, putBytes, type Edit, type PlanStep, type RepairPlan } from './plan.ts'

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0
const Count = t.refinement(t.number, isCount, 'Count')
const Sha256 = t.refinement(t.string, (text) => /^[0-9a-f]{64}$/.test(text), 'Sha256')
const orNull = <C extends t.Mixed>(codec: C) => t.union([codec, t.null])

const ContentCodec = t.strict({ bytes: Count, sha256: Sha256 })
const EditCodec = t.strict({ offsetBytes: Count, bytes: Count, spaces: Count, text: t.string })
const SpanCodec = t.strict({ offsetBytes: Count, bytes: Count })
const RefCodec = t.strict({
  kind: t.refinement(t.string, isProblemKind, 'ProblemKind'),
  threadId: orNull(t.string),
  path: orNull(t.string),
  range: orNull(SpanCodec),
  revision: orNull(Count)
})
const StepCodec = t.strict({
  threadId: orNull(t.string),
  path: t.string,
  before: ContentCodec,
  to: orNull(t.string),
  decompressedBytes: orNull(Count),
  edits: t.array(EditCodec),
  after: orNull(ContentCodec),
  why: t.array(t.string),
  findings: t.array(RefCodec)
})
const PlanCodec = t.strict({
  unrollRepairPlan: t.literal(PLAN_VERSION),
  home: t.string,
  steps: t.array(StepCodec),
  unrepaired: t.array(t.intersection([RefCodec, t.strict({ reason: t.string })]))
})

const PATH_BYTES_MAX = 1024
const ROLLOUT = /^rollout-[^/]+\.jsonl$/

/** True for a path of the home that a plan may name. */
export const staysInside = (path: string): boolean =>
  path.length <= PATH_BYTES_MAX && !/[\r\n]/.test(path) && isHomePath(path)

const ROOTS = /^(sessions|archived_sessions)\//
/** Names that only a process gives that has not finished. */
const LEFT_BEHIND = /^\.unroll\/([^/]+\/)*[^/]+(\.tmp|\.lock\.\d+|\.lock\.next)$/

/** True for a file that a repair may change or move away. */
export const mayBeRepaired = (path: string): boolean =>
  staysInside(path) &&
  (ROOTS.test(path) || path === 'session_index.jsonl' || LEFT_BEHIND.test(path))

/** True for a path at which a repair may put a file. */
export const mayBeMade = (path: string): boolean =>
  staysInside(path) &&
  ((ROOTS.test(path) && ROLLOUT.test(path.slice(path.lastIndexOf('/') + 1))) ||
    path === 'session_index.jsonl')

const isInOrder = (edits: ReadonlyArray<Edit>, contentBytes: number): boolean => {
  let at = 0
  for (const edit of edits) {
    if (edit.offsetBytes < at || edit.spaces > edit.bytes) return false
    at = edit.offsetBytes + edit.bytes
  }
  return at <= contentBytes
}

/** What is wrong with a step; null when it may be done. */
const flaw = (step: PlanStep): string | null => {
  const { path, to, after, edits, before, decompressedBytes } = step
  if (!mayBeRepaired(path)) return `${JSON.stringify(path)} is no file that a repair may change`
  // A file that is changed in place may have any name there is already.
  if (to !== null && to !== path && !mayBeMade(to))
    return `${JSON.stringify(to)} is no place for a rollout`
  if ((to === null) !== (after === null)) return `the step for ${path} says two things`
  if (to === null && edits.length > 0) return `the step for ${path} changes what it takes away`
  if (decompressedBytes !== null && (!path.endsWith('.zst') || to === path))
    return `${path} cannot be expanded in its place`
  const content = decompressedBytes ?? before.bytes
  if (!isInOrder(edits, content)) return `the edits of ${path} are not in order`
  const grown = edits.reduce((sum, edit) => sum + putBytes(edit) - edit.bytes, content)
  return after !== null && after.bytes !== grown ? `the sizes of ${path} do not fit` : null
}

const flawOf = (plan: RepairPlan): string | null => {
  const touched = plan.steps.flatMap(({ path, to }) => (to === path ? [path] : [path, to]))
  const paths = touched.filter((path) => path !== null).map((path) => path.toLowerCase())
  if (new Set(paths).size < paths.length) return 'a file is named twice'
  return plan.steps.map(flaw).find((reason) => reason !== null) ?? null
}

/** Parses a plan; the text says why it is none, or may not be one. */
export const readPlan = (text: string): E.Either<string, RepairPlan> => {
  const value = parsedJson(text)
  if (value === undefined) return E.left('it is not JSON')
  const decoded = PlanCodec.decode(value)
  if (E.isLeft(decoded)) {
    const [first] = decoded.left
    const where = first?.context.map(({ key }) => key).join('.') ?? ''
    return E.left(`it is no plan of version ${PLAN_VERSION}${where === '' ? '' : ` (at ${where})`}`)
  }
  const plan = decoded.right as unknown as RepairPlan
  const reason = flawOf(plan)
  return reason === null ? E.right(plan) : E.left(reason)
}
