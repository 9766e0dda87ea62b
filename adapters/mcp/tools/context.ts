/** `read_context`: what the model would be told if the thread went on. */
import { isJsonObject, type Json, type JsonObject } from '../../../domain/json.ts'
import { NEWEST_ERA, eraOf } from '../../../domain/log/profile.ts'
import type { ContextPoint } from '../../../replay/past/context/context.ts'
import { asSent } from '../../../replay/past/context/sent-context.ts'
import { filled } from '../budget.ts'
import { got, threadNamed } from '../history.ts'
import { z, type Infer } from '../sdk.ts'
import { clean, maxCharsArg, noticeOut, threadArg, tool } from '../tool.ts'
import { code, NOTICE, quoted } from '../words.ts'

/** The texts in a value, one below the other. */
const textIn = (value: Json | undefined): string => {
  if (typeof value === 'string') return value
  if (Array.isArray(value))
    return value
      .map(textIn)
      .filter((text) => text !== '')
      .join('\n')
  if (!isJsonObject(value)) return ''
  return typeof value['text'] === 'string' ? value['text'] : ''
}

const itemOut = z.object({
  kind: z.string().describe('A role, or the type of the item.'),
  tokens: z.number().int().nullable(),
  text: z.string()
})
type ContextOut = Infer<typeof itemOut>

const wordsOf = (item: JsonObject): string =>
  ['name', 'arguments', 'input', 'summary', 'content', 'output']
    .map((member) => textIn(item[member]))
    .filter((text) => text !== '')
    .join('\n')

const kindOf = ({ type, role }: JsonObject): string => {
  const kind = type === 'message' ? role : type
  return typeof kind === 'string' ? kind : 'unknown'
}

const pointOf = (at: string | undefined): ContextPoint | undefined => {
  if (at === undefined) return undefined
  return /^\d+$/.test(at) ? { revision: Number(at) } : { turnId: at }
}

const line = ({ kind, tokens, text }: ContextOut): string =>
  `**${code(kind)}** ${tokens ?? '?'} tokens\n${quoted(text)}`

export const readContext = tool({
  name: 'read_context',
  title: 'Read the context',
  description:
    'The context the model would get if the thread were resumed: messages after compactions and rollbacks, newest last, with an estimate of tokens.',
  input: z.object({
    thread: threadArg,
    at: z.string().optional().describe('A turn id (its end) or a revision. Default: now.'),
    from: z.number().int().min(0).default(0).describe('`next_from` of the answer before.'),
    max_chars: maxCharsArg
  }),
  output: z.object({
    notice: noticeOut,
    thread: z.string(),
    model: z.string().nullable(),
    total_items: z.number().int(),
    estimated_tokens: z.number().int(),
    items: z.array(itemOut),
    next_from: z.number().int().nullable()
  }),
  answer: async (history, { thread, at, from, max_chars }) => {
    const threadId = await threadNamed(history, thread)
    const recorded = got(await (await history.engine()).context(threadId, pointOf(at))())
    const { items, itemTokens, estimatedTokens, settings } = asSent(
      recorded,
      eraOf(NEWEST_ERA, false)
    )
    const max = max_chars ?? history.maxChars
    const each = Math.floor(max / 4)
    const all = items.slice(from).map((item, place) => ({
      kind: kindOf(item),
      tokens: itemTokens[from + place] ?? null,
      text: clean(history, wordsOf(item), each)
    }))
    const { rows, left } = filled(all, max, line)
    const next = left === 0 ? null : from + rows.length
    const head = `${items.length} items, about ${estimatedTokens} tokens${settings === null ? '' : `, model ${code(settings.model)}`}`
    return {
      data: {
        notice: NOTICE,
        thread: threadId,
        model: settings?.model ?? null,
        total_items: items.length,
        estimated_tokens: estimatedTokens,
        items: [...rows],
        next_from: next
      },
      text: [head, ...rows.map(line), ...(next === null ? [] : [`More: from ${next}`])].join('\n\n')
    }
  }
})
