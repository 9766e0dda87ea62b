// Lines for the specs of rich mode, and the plainest list that obeys the changes they make.
import { toRolloutLine, type RolloutLine } from '../../domain/log/event.ts'
import { PROFILES } from '../../domain/log/profile.ts'
import type { ThreadItem } from '../../domain/protocol.ts'
import { richChange, richContext, type RichChange } from '../../domain/thread/rich/items.ts'
import { NO_CONTEXT, type RichContext } from '../../domain/thread/rich/types.ts'

/** When every line was written. */
export const TIMESTAMP = '2026-05-01T10:00:00.000Z'

/** A line as 0.142 reads it. */
export const lineOf = (value: unknown): RolloutLine => {
  const line = toRolloutLine(value, PROFILES['0.142'])
  if (typeof line === 'string') throw new Error(`${line}: ${JSON.stringify(value)}`)
  return line
}

/** The plainest list that obeys the changes. */
const apply = (items: ThreadItem[], followed: Map<string, string>, change: RichChange): void => {
  const place = (id: string) => items.findIndex((item) => item.id === id)
  switch (change.op) {
    case 'begin':
      if (place(change.item.id) < 0 && !items.some((item) => change.unless?.(item) === true))
        items.push(change.item)
      return
    case 'put':
      if (place(change.item.id) < 0) items.push(change.item)
      else items[place(change.item.id)] = change.item
      return
    case 'follow': {
      const command = items.findLast(
        (item) => item.type === 'commandExecution' && item.processId === change.processId
      )
      if (command !== undefined) followed.set(change.id, command.id)
      return
    }
    case 'finish': {
      const index = place(followed.get(change.id) ?? change.id)
      const item = items[index]
      if (item === undefined) return
      const next = change.update(item)
      items.splice(index, 1, ...(next === null ? [] : [next]))
    }
  }
}

/** The rich items of lines, in one list whatever their turn. */
export const fold = (
  lines: ReadonlyArray<RolloutLine>,
  before: RichContext = NO_CONTEXT
): ReadonlyArray<ThreadItem> => {
  const items: ThreadItem[] = []
  const followed = new Map<string, string>()
  let context = before
  for (const line of lines) {
    context = richContext(context, line)
    const change = richChange(line, context)
    if (change !== null) apply(items, followed, change)
  }
  return items
}

export const response = (payload: object) =>
  lineOf({ timestamp: TIMESTAMP, type: 'response_item', payload })
export const event = (type: string, members: object) =>
  lineOf({ timestamp: TIMESTAMP, type: 'event_msg', payload: { type, ...members } })
/** A function call `c` by the model. */
export const call = (name: string, args: unknown, members: object = {}) =>
  response({
    type: 'function_call',
    name,
    arguments: JSON.stringify(args),
    call_id: 'c',
    ...members
  })
/** What call `c`, or another, answered. */
export const output = (text: unknown, id = 'c') =>
  response({ type: 'function_call_output', call_id: id, output: text })
export const user = (text: string) =>
  response({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] })
