/**
 * unroll context: the context the model gets when a thread is resumed.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject, textIn, type Json, type JsonObject } from '../../../domain/json.ts'
import type { ContextSettings, ThreadContext } from '../../../replay/engine.ts'
import { eraOf } from '../../../domain/log/profile.ts'
import { asSent } from '../../../replay/past/context/sent-context.ts'
import { flagOf } from '../args.ts'
import { ofThread } from '../naming/threads.ts'
import { answers } from '../session.ts'
import { clockOf } from '../text/clock.ts'
import { printJson } from '../text/print.ts'
import { shown, type Columns } from '../text/rows.ts'
import { factLines, painter, type Paint } from '../text/style.ts'
import { table } from '../text/table.ts'
import { plural } from '../text/text.ts'

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

interface ContextItem {
  readonly item: JsonObject
  readonly tokens: number | undefined
}

const ITEMS: Columns<ContextItem> = [
  shown({
    head: 'KIND',
    max: 24,
    cell: ({ item: { type, role } }) => textIn(type === 'message' ? role : type)
  }),
  shown({
    head: 'BYTES',
    align: 'right',
    drop: 1,
    cell: ({ item }) => String(Buffer.byteLength(JSON.stringify(item)))
  }),
  shown({ head: 'TOKENS', align: 'right', cell: ({ tokens }) => String(tokens) }),
  shown({ head: 'TEXT', flex: 20, cell: ({ item }) => itemWords(item) })
]

const policyText = (value: Json): string => {
  const named = isJsonObject(value) && typeof value['type'] === 'string' ? value['type'] : value
  return typeof named === 'string' ? named : JSON.stringify(named)
}

const settingFacts = ({
  model,
  effort,
  cwd,
  approvalPolicy,
  sandboxPolicy
}: ContextSettings): ReadonlyArray<readonly [string, string]> => [
  ['model', effort === null ? model : `${model}, effort ${effort}`],
  ['cwd', cwd],
  ['approval', policyText(approvalPolicy)],
  ['sandbox', policyText(sandboxPolicy)]
]

const NAME_WIDTH = 10

const counts = (tokens: number): string => tokens.toLocaleString('en')

const facts = (context: ThreadContext, columns: number, paint: Paint): string => {
  const { items, estimatedTokens, settings, turnContext, tokenUsage } = context
  const next = turnContext === null ? ', and the environment again with the next turn' : ''
  const usage = tokenUsage?.info
  const counted =
    usage === undefined
      ? 'none counted'
      : `${counts(usage.last_token_usage.total_tokens)} in the last answer, ${counts(usage.total_token_usage.total_tokens)} in all`
  const lines: ReadonlyArray<readonly [string, string]> = [
    ['context', `${plural(items.length, 'item')}, about ${counts(estimatedTokens)} tokens${next}`],
    ['tokens', counted],
    ...(settings === null ? [] : settingFacts(settings))
  ]
  return factLines(lines, NAME_WIDTH, paint, columns)
}

export const contextCommand = ofThread(async (id, input, io, engine) => {
  const recorded = await engine.context(id)()
  if (E.isLeft(recorded)) return recorded
  const { profile, strict } = answers(input)
  const context = flagOf(input, 'raw')
    ? recorded.right
    : asSent(recorded.right, eraOf(profile, strict))
  if (input.json) return printJson(context, io)
  const paint = painter(input, io)
  const rows = context.items.map((item, at) => ({ item, tokens: context.itemTokens[at] }))
  const listed =
    rows.length === 0 ? '' : `\n${table(ITEMS, rows, io.columns, paint, clockOf(input, io))}`
  await io.out(facts(context, io.columns, paint) + listed)
  return 0
})
