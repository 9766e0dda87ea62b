/**
 * unroll index changes: what happened to the files of a home.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { HomeChange } from '../../../domain/home-change.ts'
import type { Engine } from '../../../replay/use-cases.ts'
import { numberOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { reportError } from '../text/report.ts'
import { painter, table, type Column } from '../text/style.ts'
import { localMinute, oneLine, safeJson, size, tsvField } from '../text/text.ts'

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'NOTICED', max: 16 },
  { head: 'WHAT', max: 14 },
  { head: 'THREAD', max: 36 },
  { head: 'SIZE', max: 22, from: 120 },
  { head: 'FROM → TO', max: 0 }
]

const sizes = ({ bytesBefore, bytes }: HomeChange): string =>
  [bytesBefore, bytes].map((one) => (one === null ? '' : size(one))).join(' → ')

const human = (change: HomeChange): ReadonlyArray<string> => [
  localMinute(change.noticedAtMs / 1000),
  change.reason.replaceAll('_', ' '),
  oneLine(change.threadId),
  sizes(change),
  oneLine(
    change.from === change.to
      ? (change.from ?? '')
      : `${change.from ?? ''} → ${change.to ?? 'nowhere'}`
  )
]

const tsv = (change: HomeChange): string =>
  [
    new Date(change.noticedAtMs).toISOString(),
    change.reason,
    change.threadId,
    change.from ?? '',
    change.to ?? '',
    String(change.bytesBefore ?? ''),
    String(change.bytes ?? '')
  ]
    .map(tsvField)
    .join('\t')

const json = ({ noticedAtMs, ...rest }: HomeChange): string =>
  safeJson(JSON.stringify({ noticedAt: new Date(noticedAtMs).toISOString(), ...rest }))

/** Prints the changes that are kept; see the command table. */
export const printChanges = async (input: Input, io: Io, engine: Engine): Promise<number> => {
  const found = await engine.homeChanges(numberOf(input, 'limit'))()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const changes = found.right
  if (input.json) await io.out(changes.map((each) => `${json(each)}\n`).join(''))
  else if (!io.outIsTty) await io.out(changes.map((each) => `${tsv(each)}\n`).join(''))
  else if (changes.length === 0) io.err('nothing was noticed\n')
  else await io.out(table(COLUMNS, changes.map(human), io.columns, painter(input, io)))
  return 0
}
