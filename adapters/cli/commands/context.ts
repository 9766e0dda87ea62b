/**
 * unroll context: what the model knows when a thread is loaded again.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ContextSettings, ThreadContext } from '../../../replay/engine.ts'
import { itemTokens } from '../../../domain/context/estimate.ts'
import { sentItems } from '../../../domain/context/sent.ts'
import { eraOf } from '../../../domain/profile.ts'
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { reportError } from '../text/report.ts'
import { answers, type EngineCommand } from '../session.ts'
import { painter, table, type Column, type Paint } from '../text/style.ts'
import { oneLine, plural, safeJson } from '../text/text.ts'

const COLUMNS: ReadonlyArray<Column> = [
  { head: 'KIND', max: 24 },
  { head: 'BYTES', max: 10, from: 60 },
  { head: 'TOKENS', max: 8 },
  { head: 'TEXT', max: 0 }
]

/** Texts of a message, an output or a summary. */
const words = (value: Json | undefined): string => {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return ''
  return value
    .filter(isJsonObject)
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : `[${textIn(part['type'])}]`))
    .join(' ')
}

const itemWords = (item: JsonObject): string =>
  [
    words(item['name']),
    words(item['arguments'] ?? item['input']),
    words(item['summary']),
    words(item['content'] ?? item['output'])
  ]
    .filter((text) => text !== '')
    .join(' ')

const kindOf = ({ type, role }: JsonObject): string =>
  oneLine(textIn(type === 'message' ? role : type))

const spelled = (value: Json): string => {
  const named = isJsonObject(value) && typeof value['type'] === 'string' ? value['type'] : value
  return oneLine(typeof named === 'string' ? named : JSON.stringify(named))
}

const settingsLines = (settings: ContextSettings): ReadonlyArray<readonly [string, string]> => {
  const { model, effort, cwd, approvalPolicy, sandboxPolicy } = settings
  return [
    ['model', oneLine(effort === null ? model : `${model}, effort ${effort}`)],
    ['cwd', oneLine(cwd)],
    ['approval', spelled(approvalPolicy)],
    ['sandbox', spelled(sandboxPolicy)]
  ]
}

const NAME_WIDTH = 10

const facts = (context: ThreadContext, paint: Paint): string => {
  const { items, estimatedTokens, settings, turnContext, tokenUsage } = context
  const next = turnContext === null ? ', and the surroundings again with the next turn' : ''
  const usage = tokenUsage?.info
  const counted =
    usage === undefined
      ? 'none counted'
      : `${usage.last_token_usage.total_tokens} in the last answer, ${usage.total_token_usage.total_tokens} in all`
  const lines: ReadonlyArray<readonly [string, string]> = [
    ['context', `${plural(items.length, 'item')}, about ${estimatedTokens} tokens${next}`],
    ['tokens', counted],
    ...(settings === null ? [] : settingsLines(settings))
  ]
  return lines.map(([name, text]) => `${paint('dim', name.padEnd(NAME_WIDTH))}${text}\n`).join('')
}

const print = async (context: ThreadContext, input: Input, io: Io): Promise<number> => {
  if (input.json) {
    await io.out(`${safeJson(JSON.stringify(context))}\n`)
    return 0
  }
  const paint = painter(input, io)
  const rows = context.items.map((item, i) => [
    kindOf(item),
    String(Buffer.byteLength(JSON.stringify(item))),
    String(context.itemTokens[i]),
    oneLine(itemWords(item))
  ])
  const listed = rows.length === 0 ? '' : `\n${table(COLUMNS, rows, io.columns, paint)}`
  await io.out(facts(context, paint) + listed)
  return 0
}

/** The context with the items as a request carries them, and the estimate of each of these. */
const asSent = (context: ThreadContext, input: Input): ThreadContext => {
  const { profile, strict } = answers(input)
  const era = eraOf(profile, strict)
  const items = sentItems(context.items, era)
  return { ...context, items, itemTokens: items.map((item) => itemTokens(item, era)) }
}

/** Shows the context of a thread; see the command table. */
export const contextCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const context = await engine.context(found.right)()
  return E.isLeft(context)
    ? reportError(context.left, input.json, io)
    : print(flagOf(input, 'raw') ? context.right : asSent(context.right, input), input, io)
}
