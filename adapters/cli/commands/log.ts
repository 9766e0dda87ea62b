/**
 * unroll log: what was done to a home.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Operation } from '../../../domain/changes/operations.ts'
import { numberOf } from '../args.ts'
import { reportError } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { painter, table, type Column } from '../text/style.ts'
import { localMinute, oneLine, safeJson, tsvField } from '../text/text.ts'

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'OPERATION', max: 36 },
  { head: 'TIME', max: 16 },
  { head: 'WHAT', max: 12 },
  { head: 'STATE', max: 10 },
  { head: 'THREAD', max: 36, from: 100 },
  { head: 'BY', max: 0, from: 120 }
]

const seconds = (at: string): number => Date.parse(at) / 1000

const human = ({ began, state }: Operation): ReadonlyArray<string> => [
  began.id,
  localMinute(seconds(began.at)),
  oneLine(began.operation),
  state,
  began.threadIds[0] ?? '',
  oneLine(`${began.by.user} ${began.by.actor}`)
]

const tsv = ({ began, ended, state }: Operation): string =>
  [
    began.id,
    began.at,
    began.operation,
    state,
    began.threadIds[0] ?? '',
    began.by.user,
    began.by.actor,
    ended?.reason ?? ended?.noInverse ?? ''
  ]
    .map(tsvField)
    .join('\t')

/** Lists operations; see the command table. */
export const logCommand: EngineCommand = async (input, io, engine) => {
  const [named] = input.args
  const found = named === undefined ? null : await engine.resolve(named)()
  // A thread that was deleted cannot be found, but what was done to it can.
  const threadId = found === null || E.isLeft(found) ? named?.toLowerCase() : found.right
  const listed = await engine.operations({ threadId, limit: numberOf(input, 'limit') })()
  if (E.isLeft(listed)) return reportError(listed.left, input.json, io)
  const operations = listed.right
  if (operations.length === 0 && found !== null && E.isLeft(found))
    return reportError(found.left, input.json, io)
  if (input.json) {
    await io.out(operations.map((each) => `${safeJson(JSON.stringify(each))}\n`).join(''))
  } else if (!io.outIsTty) {
    await io.out(operations.map((each) => `${tsv(each)}\n`).join(''))
  } else if (operations.length === 0) io.err('no operations\n')
  else await io.out(table(COLUMNS, operations.map(human), io.columns, painter(input, io)))
  return 0
}
