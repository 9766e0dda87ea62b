/**
 * How `unroll tail` reports: lines for people or JSON, a command per event, and the bell.
 */
import { spawn } from 'node:child_process'
import type { ThreadItem, Turn } from '../../../../domain/protocol.ts'
import type { ThreadChange } from '../../../../replay/engine.ts'
import { flagOf, textOf, type Input } from '../../args.ts'
import type { Io } from '../../io.ts'
import { spinner } from '../../terminal/spinner.ts'
import { clockOf } from '../../text/clock.ts'
import { jsonLine } from '../../text/print.ts'
import { warn } from '../../text/report.ts'
import type { TranscriptView } from '../../text/item-rows.ts'
import { painter, type Paint } from '../../text/style.ts'
import {
  changeLine,
  doing,
  isRunning,
  itemLines,
  tailView,
  turnLine,
  type TailDetail
} from './text.ts'
import { harmless, wrap } from '../../text/text.ts'
import type { TailedThread, TailNews, ThreadFate } from './thread.ts'

const BELL = '\u0007'
const SHORT_ID = 13
/** Items whose last words are remembered, so that they are not printed twice. */
const PRINTED_MAX = 512

/** One object per event, as JSON has it and as `--exec` gets it. */
type TailEvent = Readonly<Record<string, unknown>>

const bareTurn = (turn: Turn): object => ({ ...turn, items: undefined, itemsView: undefined })

const itemEvent = (
  threadId: string,
  turnId: string,
  item: ThreadItem,
  revision: number | null
): TailEvent => ({ $: 'item', threadId, turnId, item, revision })

const changeEvent = (threadId: string, change: ThreadChange): TailEvent | null => {
  switch (change.type) {
    case 'item_added':
      return change.grows
        ? null
        : itemEvent(threadId, change.turnId, change.item, change.revision ?? null)
    case 'item_changed':
      return itemEvent(threadId, change.turnId, change.item, change.revision ?? null)
    case 'turn_started':
      return { $: 'turn', threadId, event: 'started', turn: bareTurn(change.turn) }
    case 'turn_ended':
      return { $: 'turn', threadId, event: 'ended', turn: bareTurn(change.turn) }
    case 'rewound':
      return { $: 'thread', threadId, event: 'rewound' }
    default:
      return null
  }
}

/** What a piece of news is to programs; null for what they are not told. */
export const eventOf = (threadId: string, news: TailNews): TailEvent | null => {
  switch (news.kind) {
    case 'change':
      return changeEvent(threadId, news.change)
    case 'past':
      return news.item === null ? null : itemEvent(threadId, news.turn.id, news.item, null)
    case 'thread':
      return { $: 'thread', threadId, event: news.event, path: news.path }
  }
}

const WORDS: Readonly<Record<ThreadFate, string>> = {
  archived: 'the thread was archived',
  unarchived: 'the thread was unarchived',
  moved: 'the thread continues in another file',
  compressed: 'the rollout was compressed',
  deleted: 'the thread was deleted; waiting for it to be restored',
  restored: 'the thread was restored'
}

const COLOURS = [31, 32, 33, 34, 35, 36]

/** The same colour for the same thread, always. */
const colourOf = (threadId: string): number => {
  let sum = 0
  for (const char of threadId) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 65_536
  return COLOURS[sum % COLOURS.length] ?? 36
}

/** Runs a command with an event on its stdin, to its end. */
const execute = (command: string, event: TailEvent, io: Io, isJson: boolean): Promise<void> =>
  new Promise((resolve) => {
    const child = spawn(command, {
      shell: true,
      cwd: io.cwd,
      env: io.env,
      stdio: ['pipe', isJson ? 2 : 'inherit', 'inherit']
    })
    const kill = (): void => void child.kill()
    io.stop.addEventListener('abort', kill, { once: true })
    const end = (trouble: string | null): void => {
      io.stop.removeEventListener('abort', kill)
      if (trouble !== null && !io.stop.aborted) warn(`--exec ${trouble}`, io)
      resolve()
    }
    child.on('error', ({ message }) => end(`cannot run: ${message}`))
    child.on('close', (code, signal) =>
      end(code === 0 ? null : `ended with ${signal ?? `exit code ${code}`}`)
    )
    // A command that does not read its input is no failure.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(jsonLine(event))
  })

/** True for a text that was said under the same key before. */
type Repeats = (key: string, text: string) => boolean

const repeats = (): Repeats => {
  const printed = new Map<string, string>()
  return (key, text) => {
    if (printed.get(key) === text) return true
    printed.delete(key)
    printed.set(key, text)
    const [oldest] = printed.keys()
    if (printed.size > PRINTED_MAX && oldest !== undefined) printed.delete(oldest)
    return false
  }
}

/** News as lines for people; none for what was said already, or is left out. */
const inWords = (detail: TailDetail, view: TranscriptView, paint: Paint, isKnown: Repeats) => {
  const itemShown = (threadId: string, turnId: string, item: ThreadItem): ReadonlyArray<string> => {
    if (isRunning(item)) return []
    const texts = itemLines(item, view, paint)
    return isKnown(`${threadId} ${turnId} ${item.id}`, texts.join('\n')) ? [] : texts
  }

  const shownChange = (threadId: string, change: ThreadChange): ReadonlyArray<string> => {
    if (detail === 'events') return [changeLine(change, view.clock)]
    if (change.type === 'item_changed' || (change.type === 'item_added' && !change.grows))
      return itemShown(threadId, change.turnId, change.item)
    if (change.type === 'rewound') return [paint('yellow', '  turns were rolled back or replaced')]
    const line = turnLine(change, paint, view)
    return line === '' ? [] : [line]
  }

  const shown = (threadId: string, news: TailNews): ReadonlyArray<string> => {
    if (news.kind === 'change') return shownChange(threadId, news.change)
    if (news.kind === 'thread')
      return wrap(`  ${WORDS[news.event]}`, 2, view.width)
        .split('\n')
        .map((line) => paint('yellow', line))
    const { turn, item } = news
    if (item !== null) return itemShown(threadId, turn.id, item)
    const head = turnLine({ type: 'turn_started', turn }, paint, view)
    return [head]
  }
  return shown
}

const isTurnHead = (news: TailNews): boolean =>
  news.kind === 'past'
    ? news.item === null
    : news.kind === 'change' && news.change.type === 'turn_started'

/** False for an item that is as it was when it was printed last. */
const isNews = (isKnown: Repeats, threadId: string, news: TailNews): boolean => {
  const event = eventOf(threadId, news)
  if (event === null) return false
  if (event['$'] !== 'item') return true
  const { id } = event['item'] as ThreadItem
  const key = `json ${threadId} ${String(event['turnId'])} ${id}`
  return !isKnown(key, JSON.stringify(event['item']))
}

export interface TailReport {
  readonly take: (threadId: string, news: ReadonlyArray<TailNews>) => Promise<void>
  /** Shows what runs in one of the threads. */
  readonly spin: (threads: Iterable<TailedThread>) => void
  readonly clear: () => void
}

/** Reports in the form a command line asks for; `many`: every line says its thread. */
export const tailReport = (input: Input, io: Io, many: boolean): TailReport => {
  const detail = (textOf(input, 'detail') ?? 'normal') as TailDetail
  const paint = painter(input, io)
  const isColoured = paint('bold', '') !== ''
  const spinning = spinner(io)
  const command = textOf(input, 'exec')
  const isKnown = repeats()
  let hasPrinted = false

  const mark = (threadId: string): string => {
    if (!many) return ''
    const id = harmless(threadId.slice(0, SHORT_ID))
    return `${isColoured ? `\u001b[${colourOf(threadId)}m${id}\u001b[0m` : id}  `
  }
  const width = io.outIsTty ? io.columns - (many ? SHORT_ID + 2 : 0) : Infinity

  const view = tailView(detail, width, isColoured, clockOf(input, io))
  const textsOf = inWords(detail, view, paint, isKnown)
  const takeOne = async (threadId: string, news: TailNews): Promise<void> => {
    const forPrograms = input.json || command !== undefined
    const event = forPrograms && isNews(isKnown, threadId, news) ? eventOf(threadId, news) : null
    if (!input.json) {
      const texts = textsOf(threadId, news)
      if (texts.length > 0) spinning.clear()
      const begin = mark(threadId)
      // Turns stand apart where a person reads one thread.
      const isApart = io.outIsTty && !many && detail !== 'events' && isTurnHead(news)
      if (texts.length > 0 && isApart && hasPrinted) await io.out('\n')
      if (texts.length > 0) hasPrinted = true
      if (texts.length > 0) await io.out(texts.map((text) => `${begin}${text}\n`).join(''))
    } else if (event !== null) await io.out(jsonLine(event))
    if (event !== null && command !== undefined) {
      spinning.clear()
      await execute(command, event, io, input.json)
    }
    const isEnd = news.kind === 'change' && news.change.type === 'turn_ended'
    if (isEnd && flagOf(input, 'bell')) io.err(BELL)
  }

  return {
    take: async (threadId, all) => {
      for (const news of all) {
        if (io.stop.aborted) return
        await takeOne(threadId, news)
      }
    },
    spin: (threads) => {
      const running = [...threads].flatMap((thread) => thread.running() ?? [])
      const newest = running.sort((a, b) => b.sinceMs - a.sinceMs)[0]
      if (newest === undefined) return spinning.show(null)
      const what = newest.item === null ? 'working' : doing(newest.item)
      spinning.show({ what, sinceMs: newest.sinceMs })
    },
    clear: spinning.clear
  }
}
