/**
 * A comparison of analytics events for people and for scripts.
 */
import { agreementOf, type EventAgreement } from '../../../domain/analytics/agreement.ts'
import type { ComparedEvent, ComparedField, Comparison } from '../../../domain/analytics/compare.ts'
import type { Json } from '../../../domain/json.ts'
import { table, type Column, type Paint } from './style.ts'
import { oneLine } from './text.ts'

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'EVENT', max: 42 },
  { head: 'PAIRED', max: 8 },
  { head: 'CAPTURE ONLY', max: 12, from: 80 },
  { head: 'REBUILT ONLY', max: 12, from: 80 },
  { head: 'FIELDS', max: 8 },
  { head: 'EQUAL', max: 8 },
  { head: 'NOT IN LOG', max: 10, from: 80 },
  { head: 'EXPLAINED', max: 9, from: 80 },
  { head: 'UNEXPLAINED', max: 11 }
]

const isOpen = ({ verdict, reason }: Pick<ComparedField, 'verdict' | 'reason'>): boolean =>
  verdict !== 'equal' && verdict !== 'not_reconstructable' && reason === null

const aligned = (count: number, head: string): string => String(count).padStart(head.length)

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, one) => all + one, 0)

const row = ({ eventType, paired, verdicts, fields, unexplained }: EventAgreement) => {
  const count = (verdict: keyof typeof verdicts): number =>
    sum(fields.map((field) => field.verdicts[verdict]))
  const total = sum(fields.map((field) => sum(Object.values(field.verdicts))))
  const captureOnly = verdicts.only_in_capture + verdicts.not_reconstructable
  const notInLog = count('not_reconstructable') + verdicts.not_reconstructable
  const differing = total - count('equal') + captureOnly + verdicts.only_reconstructed
  const numbers = [
    ...[paired, captureOnly, verdicts.only_reconstructed, total, count('equal'), notInLog],
    ...[differing - notInLog - unexplained, unexplained]
  ]
  return [oneLine(eventType), ...numbers.map((n, i) => aligned(n, COLUMNS[i + 1]?.head ?? ''))]
}

const shown = (value: Json | undefined): string =>
  value === undefined ? '(not there)' : JSON.stringify(value)

const idText = ({ ids }: ComparedEvent): string =>
  Object.entries(ids)
    .map(
      ([name, value]) =>
        `${name.replace(/_id$/, '')} ${typeof value === 'string' ? value : shown(value)}`
    )
    .join(', ')

const openLines = (event: ComparedEvent): ReadonlyArray<string> => {
  const name = `${event.eventType} (${idText(event)})`
  if (event.fields.length === 0) return isOpen(event) ? [`${name}: ${SIDES[event.verdict]}`] : []
  return event.fields
    .filter(isOpen)
    .map(
      ({ field, captured, reconstructed }) =>
        `${name}: ${field}: captured ${shown(captured)}, rebuilt ${shown(reconstructed)}`
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
export const diffText = (comparison: Comparison, width: number, paint: Paint): string => {
  const agreement = agreementOf([comparison])
  const part = (head: string, lines: ReadonlyArray<string>): string =>
    lines.length === 0
      ? ''
      : `\n${paint('bold', head)}\n${lines.map((line) => `  ${line}\n`).join('')}`
  return (
    table(COLUMNS, agreement.map(row), width, paint) +
    part('Without a reason', comparison.events.flatMap(openLines).map(oneLine)) +
    part('Explained', reasonLines(agreement))
  )
}

const idOf = ({ ids }: ComparedEvent, name: string): string => {
  const value = ids[name]
  return typeof value === 'string' ? value : ''
}

/** A line per difference for scripts. */
export function* diffFields({ events }: Comparison): Generator<ReadonlyArray<string>> {
  for (const event of events) {
    const head = [
      event.eventType,
      ...['thread_id', 'turn_id', 'item_id'].map((id) => idOf(event, id))
    ]
    if (event.fields.length === 0) yield [...head, '', event.verdict, '', '', event.reason ?? '']
    for (const { field, verdict, captured, reconstructed, reason } of event.fields)
      if (verdict !== 'equal')
        yield [
          ...head,
          field,
          verdict,
          captured === undefined ? '' : JSON.stringify(captured),
          reconstructed === undefined ? '' : JSON.stringify(reconstructed),
          reason ?? ''
        ]
  }
}

/** An object per compared event, and one that sums up. */
export function* diffObjects(
  comparison: Comparison,
  facts: Readonly<Record<string, unknown>>
): Generator<object> {
  for (const { fields, ...event } of comparison.events) {
    const other = fields.filter(({ verdict }) => verdict !== 'equal')
    yield { ...event, equalFields: fields.length - other.length, fields: other }
  }
  const agreement = agreementOf([comparison])
  yield { ...facts, unexplained: comparison.unexplained, agreement }
}
