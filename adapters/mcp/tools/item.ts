/** `read_item`: one item whole, in pages. */
import { got, Refused, refusalOf, threadNamed } from '../history.ts'
import { z } from '../sdk.ts'
import { maxCharsArg, noticeOut, threadArg, tool } from '../tool.ts'
import { code, clipped, NOTICE, partsOf, quoted } from '../words.ts'

export const readItem = tool({
  name: 'read_item',
  title: 'Read an item',
  description:
    'Reads one item of a turn whole: a long message, the output of a command, a diff, the result of a tool. Continue with next_offset.',
  input: z.object({
    thread: threadArg,
    turn: z.string().min(1).describe('Id of the turn.'),
    item: z.string().min(1).describe('Id of the item in that turn.'),
    offset: z.number().int().min(0).default(0).describe('`next_offset` of the answer before.'),
    max_chars: maxCharsArg
  }),
  output: z.object({
    notice: noticeOut,
    thread: z.string(),
    turn: z.string(),
    item: z.string(),
    type: z.string(),
    text: z.string(),
    length: z.number().int().describe('Characters of the whole text.'),
    next_offset: z.number().int().nullable()
  }),
  answer: async (history, { thread, turn, item, offset, max_chars }) => {
    const threadId = await threadNamed(history, thread)
    const [found] = got(await (await history.engine()).readItems(threadId, turn, [item])())
    if (found === undefined)
      throw new Refused(
        refusalOf({ _tag: 'ItemNotFound', streamId: threadId, turnId: turn, itemId: item })
      )
    const { said, gave } = partsOf(found.item)
    const whole = history.redact(gave === '' ? said : `${said}\n\n${gave}`)
    // In JSON a character may take two, in a quote a line takes two more.
    const room = Math.floor(((max_chars ?? history.maxChars) - 600) / 2)
    const { text, left } = clipped(whole.slice(offset), Math.max(400, room))
    const next = left === 0 ? null : offset + text.length
    const more = next === null ? '' : `\n\n${left} characters more: offset ${next}`
    return {
      data: {
        notice: NOTICE,
        thread: threadId,
        turn: found.turnId,
        item: found.item.id,
        type: found.item.type,
        text,
        length: whole.length,
        next_offset: next
      },
      text: `${found.item.type} ${code(item)}\n\n${quoted(text)}${more}`
    }
  }
})
