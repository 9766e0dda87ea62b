/**
 * Items as blocks that every format for people shows: messages, folded work, notes and pictures.
 */
import type { Json } from '../json.ts'
import type { FileUpdate, ThreadItem, ThreadItemOf, UserContent } from '../protocol.ts'
import { durationText, firstLines, lineOf, printed, shortened } from './plain.ts'
import type { ExportView } from './shape.ts'

/** Text that is shown as it is. */
export interface CodePart {
  readonly language: 'text' | 'sh' | 'json' | 'diff'
  readonly text: string
}

export type Block =
  | {
      readonly type: 'message'
      readonly who: 'you' | 'codex' | 'plan' | 'review'
      readonly markdown: string
    }
  | {
      readonly type: 'fold'
      readonly kind: 'tool' | 'diff' | 'reasoning'
      readonly title: string
      /** What went wrong, empty otherwise. */
      readonly problem: string
      readonly parts: ReadonlyArray<CodePart>
    }
  | { readonly type: 'note'; readonly text: string }
  /** `source` is a `data:` address, or that of a file beside the export; null where the picture is not in the file. */
  | { readonly type: 'image'; readonly name: string; readonly source: string | null }

const LINES_NORMAL = 20
const LINES_DIFF = 80
/** Characters of an embedded picture; 256 kB of bytes. */
const IMAGE_CHARS_MAX = 350_000
const IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/

const note = (text: string): Block => ({ type: 'note', text: lineOf(text) })

const image = (url: string, name: string, { images }: ExportView): Block => {
  const isEmbedded = images === 'embed' && url.length <= IMAGE_CHARS_MAX && IMAGE.test(url)
  const given = typeof images === 'function' && IMAGE.test(url) ? images(url) : null
  return { type: 'image', name: lineOf(name), source: isEmbedded ? url : given }
}

const cut = (text: string, { detail, outputMax }: ExportView, lines = LINES_NORMAL): string =>
  shortened(detail === 'full' ? text : firstLines(text, lines), outputMax)

const output = (text: string, view: ExportView): CodePart => ({
  language: 'text',
  text: cut(printed(text), view)
})

const json = (value: Json | undefined, view: ExportView): ReadonlyArray<CodePart> => {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string') return [output(value, view)]
  return [{ language: 'json', text: cut(printed(JSON.stringify(value, null, 2)), view) }]
}

const userBlocks = (
  { content }: ThreadItemOf<'userMessage'>,
  view: ExportView
): ReadonlyArray<Block> =>
  content.map((part: UserContent): Block => {
    switch (part.type) {
      case 'text':
        return { type: 'message', who: 'you', markdown: part.text }
      case 'image':
        return 'url' in part
          ? image(part.url, part.url.startsWith('data:') ? 'picture' : part.url, view)
          : note(`picture ${part.fileId}`)
      case 'localImage':
        return note(`picture ${part.path}`)
      case 'audio':
        return note('audio')
      case 'localAudio':
        return note(`audio ${part.path}`)
      case 'skill':
      case 'mention':
        return note(`${part.type} ${part.name}: ${part.path}`)
    }
  })

const problemOf = (status: string, exitCode: number | null = null): string => {
  if (exitCode !== null && exitCode !== 0) return `exit ${exitCode}`
  return ['completed', 'success'].includes(status) ? '' : status
}

/** Shells that run one text are left out: `bash -lc 'ls'` is `ls`. */
const commandOf = (command: string): string =>
  /^(?:\S*\/)?(?:ba|z|da)?sh -l?c (['"])([\s\S]*)\1$/.exec(command)?.[2] ?? command

const commandBlock = (item: ThreadItemOf<'commandExecution'>, view: ExportView): Block => {
  const command = printed(commandOf(item.command))
  const [first = ''] = command.split('\n', 1)
  const isLong = command !== lineOf(first)
  const took = durationText(item.durationMs)
  const printedText = item.aggregatedOutput ?? ''
  return {
    type: 'fold',
    kind: 'tool',
    title: `$ ${lineOf(first)}${command.includes('\n') ? ' …' : ''}${took === '' ? '' : ` · ${took}`}`,
    problem: problemOf(item.status, item.exitCode),
    parts: [
      ...(isLong ? [{ language: 'sh' as const, text: cut(command, view) }] : []),
      ...(printedText === '' ? [] : [output(printedText, view)])
    ]
  }
}

const SIGN = { add: 'A', delete: 'D', update: 'M' } as const

const fileBlock = ({ path, kind, diff }: FileUpdate, status: string, view: ExportView): Block => {
  const moved = kind.type === 'update' && kind.move_path !== null ? ` → ${kind.move_path}` : ''
  const text = printed(diff)
  const signed =
    kind.type === 'update' || /^[@+-]/.test(text)
      ? text
      : text.replace(/^(?=.)/gm, kind.type === 'add' ? '+' : '-')
  return {
    type: 'fold',
    kind: 'diff',
    title: lineOf(`${SIGN[kind.type]} ${path}${moved}`),
    problem: problemOf(status),
    parts: signed === '' ? [] : [{ language: 'diff', text: cut(signed, view, LINES_DIFF) }]
  }
}

const tool = (
  title: string,
  problem: string,
  parts: ReadonlyArray<ReadonlyArray<CodePart>>
): Block => ({ type: 'fold', kind: 'tool', title: lineOf(title), problem, parts: parts.flat() })

const named = (namespace: string | null, name: string): string =>
  namespace === null ? name : `${namespace}.${name}`

const generated = (item: ThreadItemOf<'imageGeneration'>, view: ExportView): Block =>
  item.result === undefined || item.result === ''
    ? note(`picture made: ${item.savedPath ?? item.revisedPrompt ?? item.status}`)
    : image(`data:image/png;base64,${item.result}`, item.revisedPrompt ?? 'picture made', view)

/** The work of a turn. */
const workBlocks = (item: ThreadItem, view: ExportView): ReadonlyArray<Block> => {
  switch (item.type) {
    case 'commandExecution':
      return [commandBlock(item, view)]
    case 'fileChange':
      return item.changes.map((change) => fileBlock(change, item.status, view))
    case 'mcpToolCall':
      return [
        tool(`${item.server}.${item.tool}`, item.error?.message ?? problemOf(item.status), [
          json(item.arguments, view),
          json(item.result, view)
        ])
      ]
    case 'dynamicToolCall':
      return [
        tool(named(item.namespace, item.tool), problemOf(item.status), [
          json(item.arguments, view),
          json(item.contentItems, view)
        ])
      ]
    case 'functionCallOutput':
      return [tool(`output of ${named(item.namespace, item.name)}`, '', [json(item.output, view)])]
    case 'hookPrompt':
      return [
        tool(
          'hook',
          '',
          item.fragments.map(({ text }) => [output(text, view)])
        )
      ]
    case 'reasoning': {
      const text = [...item.summary, ...item.content].join('\n\n')
      if (view.detail !== 'full' || text === '') return []
      const parts = [output(text, view)]
      return [{ type: 'fold', kind: 'reasoning', title: 'Reasoning', problem: '', parts }]
    }
    case 'webSearch':
      return [note(`searched the web: ${item.query}`)]
    case 'imageView':
      return [note(`looked at ${item.path}`)]
    case 'imageGeneration':
      return [generated(item, view)]
    case 'collabAgentToolCall':
      return [
        tool(
          `agent: ${item.tool} ${item.receiverThreadIds.join(', ')}`,
          problemOf(item.status),
          item.prompt === null ? [] : [[output(item.prompt, view)]]
        )
      ]
    case 'subAgentActivity':
      return [note(`agent ${item.agentPath} ${item.kind} (${item.agentThreadId})`)]
    case 'contextCompaction':
      return [note('Earlier messages were replaced by a summary.')]
    case 'enteredReviewMode':
      return [note(`Review began: ${item.review}`)]
    case 'sleep':
      return [note(`waited ${durationText(item.durationMs)}`)]
    default:
      return []
  }
}

/** An item as blocks; none where the detail leaves it out. */
export const blocksOf = (item: ThreadItem, view: ExportView): ReadonlyArray<Block> => {
  switch (item.type) {
    case 'userMessage':
      return userBlocks(item, view)
    case 'agentMessage':
      return [{ type: 'message', who: 'codex', markdown: item.text }]
    case 'plan':
      return [{ type: 'message', who: 'plan', markdown: item.text }]
    case 'exitedReviewMode':
      return [{ type: 'message', who: 'review', markdown: item.review }]
    default:
      return view.detail === 'chat' ? [] : workBlocks(item, view)
  }
}
