/**
 * A thread as JSON, in one object or in lines. Turns and items are those of the protocol, whole.
 */
import type { ThreadItem } from '../protocol.ts'
import {
  EXPORT_SCHEMA,
  type ExportEnd,
  type ExportFormat,
  type ExportHead,
  type ItemAt,
  type ThreadSection,
  type TurnSection
} from './shape.ts'

/** Members of an object without its braces. */
const members = (value: object): string => JSON.stringify(value).slice(1, -1)

const redactionOf = ({ redaction }: ExportHead, { hidden }: ExportEnd) =>
  redaction === null ? null : { rules: redaction, hidden }

const itemText = (item: ThreadItem, at: ItemAt | null): string => JSON.stringify({ ...item, at })

/** Puts a comma before everything but the first. */
const commas = (): { readonly next: () => string } => {
  let isFirst = true
  return {
    next: () => {
      const comma = isFirst ? '' : ','
      isFirst = false
      return comma
    }
  }
}

/** `{…thread, turns: […], related: [{…}], …}`. */
export const jsonFormat = (): ExportFormat => {
  let opened: ExportHead = { exportedAt: null, generator: '', redaction: null }
  let threads = 0
  let turns = commas()
  let items = commas()
  return {
    head: (head) => {
      opened = head
      const { exportedAt, generator } = head
      const about = { schema: EXPORT_SCHEMA, generator }
      return `{${members(exportedAt === null ? about : { ...about, exportedAt })},\n`
    },
    thread: (section) => {
      threads += 1
      turns = commas()
      const text = `${members(section)},"turns":[`
      if (threads === 1) return text
      return `${threads === 2 ? '],\n"included":[\n' : ',\n'}{${text}`
    },
    turn: ({ number, turn }: TurnSection) => {
      items = commas()
      return `${turns.next()}\n{${members({ number, ...turn })},"items":[`
    },
    item: (item, at) => `${items.next()}${itemText(item, at)}`,
    turnEnd: () => ']}',
    threadEnd: () => (threads === 1 ? '' : ']}'),
    end: (end) => {
      const { sha256: _, hidden: __, ...counts } = end
      const closed = threads === 1 ? '],\n"included":[]' : '\n]'
      return `${closed},\n${members({ redaction: redactionOf(opened, end), counts })}}\n`
    },
    cut: null
  }
}

/** A head, a line for each thread and each turn, and an end that tells a cut file from a whole one. */
export const jsonLinesFormat = (): ExportFormat => {
  let opened: ExportHead = { exportedAt: null, generator: '', redaction: null }
  let section: ThreadSection | null = null
  let items = commas()
  return {
    head: (head) => {
      opened = head
      const { exportedAt, generator } = head
      const about = { type: 'head', schema: EXPORT_SCHEMA, generator }
      return `${JSON.stringify(exportedAt === null ? about : { ...about, exportedAt })}\n`
    },
    thread: (next) => {
      section = next
      return `${JSON.stringify({ type: 'thread', ...next })}\n`
    },
    turn: ({ number, turn }) => {
      items = commas()
      const threadId = section?.thread.id ?? ''
      return `{${members({ type: 'turn', threadId, number, ...turn })},"items":[`
    },
    item: (item, at) => `${items.next()}${itemText(item, at)}`,
    turnEnd: () => ']}\n',
    threadEnd: () => '',
    end: (end) => {
      const { sha256, hidden: _, ...counts } = end
      const redaction = redactionOf(opened, end)
      return `${JSON.stringify({ type: 'end', ...counts, redaction, sha256 })}\n`
    },
    cut: null
  }
}
