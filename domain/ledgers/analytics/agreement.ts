/**
 * A comparison in numbers: how often each event, and each field of it, came out how.
 */
import { grouped } from '../../grouped.ts'
import {
  isUnexplained,
  type AgreementVerdict,
  type CaptureComparison,
  type ComparedEvent
} from './compare.ts'

export type Verdicts = Readonly<Record<AgreementVerdict, number>>

/** How one field of the events of a type agrees. */
interface FieldAgreement {
  readonly field: string
  readonly verdicts: Verdicts
  /** Every reason that was given for a difference, once. */
  readonly reasons: ReadonlyArray<string>
  /** Differences without a reason. */
  readonly unexplained: number
}

/** How the events of one type agree. */
export interface EventAgreement {
  readonly eventType: string
  /** Events that stand on both sides. */
  readonly paired: number
  readonly verdicts: Verdicts
  readonly reasons: ReadonlyArray<string>
  /** Differences without a reason, in fields and of whole events. */
  readonly unexplained: number
  readonly fields: ReadonlyArray<FieldAgreement>
}

type Judged = Pick<ComparedEvent, 'verdict' | 'reason'>

const verdictsOf = (all: ReadonlyArray<Judged>): Verdicts => {
  const count = (verdict: AgreementVerdict): number =>
    all.filter((one) => one.verdict === verdict).length
  return {
    equal: count('equal'),
    differs: count('differs'),
    only_in_capture: count('only_in_capture'),
    only_reconstructed: count('only_reconstructed'),
    not_reconstructable: count('not_reconstructable')
  }
}

const reasonsOf = (all: ReadonlyArray<Judged>): ReadonlyArray<string> => [
  ...new Set(all.flatMap(({ reason }) => (reason === null ? [] : [reason])))
]

/** The agreement of one or several comparisons, by event type and field, in alphabetical order of the types. */
export const agreementOf = (
  comparisons: ReadonlyArray<Pick<CaptureComparison, 'events'>>
): ReadonlyArray<EventAgreement> => {
  const events = comparisons.flatMap((one) => one.events)
  return [...grouped(events, ({ eventType }) => eventType)]
    .map(([eventType, group]) => {
      const pairs = group.filter(({ fields }) => fields.length > 0)
      const fields = [
        ...grouped(
          pairs.flatMap((pair) => pair.fields),
          ({ field }) => field
        )
      ].map(([field, all]) => ({
        field,
        verdicts: verdictsOf(all),
        reasons: reasonsOf(all),
        unexplained: all.filter(isUnexplained).length
      }))
      const single = group.filter((one) => one.fields.length === 0)
      return {
        eventType,
        paired: pairs.length,
        verdicts: verdictsOf(group),
        reasons: reasonsOf(group),
        unexplained:
          single.filter(isUnexplained).length +
          fields.reduce((sum, field) => sum + field.unexplained, 0),
        fields
      }
    })
    .sort((a, b) => (a.eventType < b.eventType ? -1 : 1))
}
