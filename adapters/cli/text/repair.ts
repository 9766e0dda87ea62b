/**
 * A repair plan as people read it.
 */
import type {
  Edit,
  FindingRef,
  PlanStep,
  RepairPlan,
  Unrepaired
} from '../../../domain/repair/plan.ts'
import { cut, oneLine, plural } from './text.ts'
import type { Paint } from './style.ts'

const EDITS_SHOWN_MAX = 6
const TEXT_SHOWN_MAX = 60

const number = (value: number): string => value.toLocaleString('en-US')

const found = ({ kind, range, revision }: FindingRef): string => {
  const line = revision === null ? '' : ` line ${number(revision)}`
  const { offsetBytes = 0, bytes = 0 } = range ?? {}
  return range === null
    ? `${kind}${line}`
    : `${kind}${line} bytes ${number(offsetBytes)}–${number(offsetBytes + bytes)}`
}

const edited = ({ offsetBytes, bytes, spaces, text }: Edit): string => {
  const put = [
    ...(spaces > 0 ? [spaces === 1 ? 'a space' : `${number(spaces)} spaces`] : []),
    ...(text === '' ? [] : [cut(JSON.stringify(text), TEXT_SHOWN_MAX)])
  ].join(' and ')
  if (bytes === 0) return `at ${number(offsetBytes)} comes ${put}`
  return `${plural(bytes, 'byte')} at ${number(offsetBytes)} ${put === '' ? 'go' : `become ${put}`}`
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
    ...why.map((each) => `  -> ${oneLine(each)}`),
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
export const planText = ({ steps, unrepaired }: RepairPlan, paint: Paint): string => {
  const left = reasons(unrepaired)
  const lines = [
    ...steps.flatMap((step) => stepLines(step, paint)),
    ...(left.length === 0 ? [] : ['not repaired:', ...left, '']),
    steps.length === 0 ? 'nothing to repair' : `${plural(steps.length, 'file')} to repair`
  ]
  return `${lines.join('\n')}\n`
}
