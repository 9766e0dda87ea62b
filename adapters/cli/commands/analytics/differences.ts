/**
 * A comparison of analytics events for people and for scripts.
 */
import { agreementOf, type EventAgreement } from '../../../../domain/ledgers/analytics/agreement.ts'
import type {
  ComparedEvent,
  ComparedField,
  CaptureComparison
} from '../../../../domain/ledgers/analytics/compare.ts'
import type { Json } from '../../../../domain/json.ts'
import { column, shown, type Columns } from '../../text/rows.ts'
import type { Clock } from '../../text/clock.ts'
import type { Paint } from '../../text/style.ts'
import { table } from '../../text/table.ts'
import { oneLine, wrap } from '../../text/text.ts'

const isOpen = ({ verdict, reason }: Pick<ComparedField, 'verdict' | 'reason'>): boolean =>
  verdict !== 'equal' && verdict !== 'not_reconstructable' && reason === null

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, one) => all + one, 0)

const fieldsWith =
  (verdict: ComparedField['verdict']) =>
  ({ fields }: EventAgreement): number =>
    sum(fields.map(({ verdicts }) => verdicts[verdict]))

const fieldCount = ({ fields }: EventAgreement): number =>
  sum(fields.map(({ verdicts }) => sum(Object.values(verdicts))))

const captureOnly = ({ verdicts }: EventAgreement): number =>
  verdicts.only_in_capture + verdicts.not_reconstructable

const notInLog = (agreement: EventAgreement): number =>
  fieldsWith('not_reconstructable')(agreement) + agreement.verdicts.not_reconstructable

const explained = (agreement: EventAgreement): number => {
  const differing = fieldCount(agreement) - fieldsWith('equal')(agreement)
  const oneSided = captureOnly(agreement) + agreement.verdicts.only_reconstructed
  return differing + oneSided - notInLog(agreement) - agreement.unexplained
}

const count = (head: string, drop: number, of: (one: EventAgreement) => number) =>
  shown<EventAgreement>({ head, drop, align: 'right', cell: (one) => String(of(one)) })

const AGREEMENT: Columns<EventAgreement> = [
  shown({ head: 'EVENT', flex: 20, cell: ({ eventType }) => eventType }),
  count('PAIRED', 1, ({ paired }) => paired),
  count('CAPTURE ONLY', 5, captureOnly),
  count('REBUILT ONLY', 6, ({ verdicts }) => verdicts.only_reconstructed),
  count('FIELDS', 2, fieldCount),
  count('EQUAL', 3, fieldsWith('equal')),
  count('NOT IN LOG', 7, notInLog),
  count('EXPLAINED', 4, explained),
  count('UNEXPLAINED', 0, ({ unexplained }) => unexplained)
]

const valueText = (value: Json | undefined): string =>
  value === undefined ? '(absent)' : JSON.stringify(value)

const idText = ({ ids }: ComparedEvent): string =>
  Object.entries(ids)
    .map(
      ([name, value]) =>
        `${name.replace(/_id$/, '')} ${typeof value === 'string' ? value : valueText(value)}`
    )
    .join(', ')

const openLines = (event: ComparedEvent): ReadonlyArray<string> => {
  const name = `${event.eventType} (${idText(event)})`
  if (event.fields.length === 0) return isOpen(event) ? [`${name}: ${SIDES[event.verdict]}`] : []
  return event.fields
    .filter(isOpen)
    .map(
      ({ field, captured, reconstructed }) =>
        `${name}: ${field}: captured ${valueText(captured)}, rebuilt ${valueText(reconstructed)}`
    )
}

const SIDES: Readonly<Record<ComparedEvent['verdict'], string>> = {
  equal: 'equal',
  differs: 'differs',
  only_in_capture: 'only in the capture',
  only_reconstructed: 'only rebuilt',
  not_reconstructable: 'only in the capture'
}

/** Each reason with its places: a field of several events by its name alone. */
const reasonLines = (agreement: ReadonlyArray<EventAgreement>): ReadonlyArray<string> => {
  const places = new Map<string, Map<string, Set<string>>>()
  const note = (reasons: ReadonlyArray<string>, field: string, event: string): void => {
    for (const reason of reasons) {
      const fields = places.get(reason) ?? new Map<string, Set<string>>()
      places.set(reason, fields.set(field, (fields.get(field) ?? new Set()).add(event)))
    }
  }
  for (const { eventType, reasons, fields } of agreement) {
    note(reasons, '', eventType)
    for (const one of fields) note(one.reasons, one.field, eventType)
  }
  const place = ([field, events]: readonly [string, ReadonlySet<string>]): string => {
    if (field === '') return [...events].join(', ')
    return events.size === 1 ? `${[...events].join('')}.${field}` : field
  }
  return [...places].flatMap(([reason, fields]) => [
    oneLine(reason),
    `  ${oneLine([...fields].map(place).join(', '))}`
  ])
}

/** What people read: the table, what nobody can explain, and the reasons of the rest. */
export const comparisonText = (
  comparison: CaptureComparison,
  width: number,
  paint: Paint,
  clock: Clock
): string => {
  const agreement = agreementOf([comparison])
  const part = (head: string, lines: ReadonlyArray<string>): string =>
    lines.length === 0
      ? ''
      : `\n${paint('bold', head)}\n${lines.map((line) => `  ${wrap(line, 4, width)}\n`).join('')}`
  return (
    table(AGREEMENT, agreement, width, paint, clock) +
    part('Without a reason', comparison.events.flatMap(openLines).map(oneLine)) +
    part('Explained', reasonLines(agreement))
  )
}

/** A difference for scripts; without a field it is of the whole event. */
interface EventDifference {
  readonly event: ComparedEvent
  readonly field: ComparedField | null
}

const idOf = ({ event: { ids } }: EventDifference, name: string): string => {
  const value = ids[name]
  return typeof value === 'string' ? value : ''
}

const jsonOf = (value: Json | undefined): string =>
  value === undefined ? '' : JSON.stringify(value)

export const DIFFERENCES: Columns<EventDifference> = [
  column('eventType', ({ event }) => event.eventType),
  column('threadId', (one) => idOf(one, 'thread_id')),
  column('turnId', (one) => idOf(one, 'turn_id')),
  column('itemId', (one) => idOf(one, 'item_id')),
  column('field', ({ field }) => field?.field ?? ''),
  column('verdict', ({ event, field }) => (field ?? event).verdict),
  column('captured', ({ field }) => jsonOf(field?.captured)),
  column('reconstructed', ({ field }) => jsonOf(field?.reconstructed)),
  column('reason', ({ event, field }) => (field ?? event).reason)
]

/** Every difference of a comparison. */
export function* differencesOf({ events }: CaptureComparison): Generator<EventDifference> {
  for (const event of events) {
    if (event.fields.length === 0) yield { event, field: null }
    for (const field of event.fields) if (field.verdict !== 'equal') yield { event, field }
  }
}

/** An object per compared event. */
export function* jsonRows(comparison: CaptureComparison): Generator<object> {
  for (const { fields, ...event } of comparison.events) {
    const other = fields.filter(({ verdict }) => verdict !== 'equal')
    yield { ...event, equalFields: fields.length - other.length, fields: other }
  }
}

/** One that sums up. */
export const jsonTotal = (comparison: CaptureComparison, facts: object): object => ({
  ...facts,
  unexplained: comparison.unexplained,
  agreement: agreementOf([comparison])
})
