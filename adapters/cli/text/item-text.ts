/**
 * Items in words: one line for tables, and whole messages for reading.
 */
import type { FileUpdate, ThreadItem, UserContent } from '../../../domain/protocol.ts'

const media = (what: 'image' | 'audio', place: string): string =>
  place.startsWith('data:') ? `[${what}]` : `[${what} ${place}]`

const userPart = (part: UserContent): string => {
  switch (part.type) {
    case 'text':
      return part.text
    case 'image':
    case 'audio':
      return media(part.type, 'url' in part ? part.url : part.fileId)
    case 'localImage':
      return media('image', part.path)
    case 'localAudio':
      return media('audio', part.path)
    case 'skill':
    case 'mention':
      return `[${part.type} ${part.name}]`
  }
}

const LETTER = { add: 'A', delete: 'D', update: 'M' } as const

const fileLine = ({ path, kind }: FileUpdate): string => {
  const moved = kind.type === 'update' && kind.move_path !== null ? ` -> ${kind.move_path}` : ''
  return `${LETTER[kind.type]} ${path}${moved}`
}

const unlessDone = (status: string): string => (status === 'completed' ? '' : ` [${status}]`)

/** What an item says, without its type. Texts are as recorded: the printer makes them harmless. */
export const itemText = (item: ThreadItem): string => {
  switch (item.type) {
    case 'userMessage':
      return item.content.map(userPart).join('\n')
    case 'agentMessage':
    case 'plan':
      return item.text
    case 'reasoning':
      return [...item.summary, ...item.content].join('\n')
    case 'contextCompaction':
      return 'earlier messages were replaced by a summary'
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return item.review
    case 'sleep':
      return `${item.durationMs} ms`
    case 'fileChange':
      return `${item.changes.map(fileLine).join(', ')}${unlessDone(item.status)}`
    case 'mcpToolCall': {
      const failed = item.error === null ? '' : `: ${item.error.message}`
      const call = `${item.server}.${item.tool} ${JSON.stringify(item.arguments)}`
      return `${call}${unlessDone(item.status)}${failed}`
    }
    case 'commandExecution': {
      const code = item.exitCode === null || item.exitCode === 0 ? '' : ` [exit ${item.exitCode}]`
      return `${item.command}${unlessDone(item.status)}${code}`
    }
    case 'dynamicToolCall':
      return `${item.tool} ${JSON.stringify(item.arguments)}${unlessDone(item.status)}`
    case 'collabAgentToolCall': {
      const to = item.receiverThreadIds.join(', ')
      return `${[item.tool, item.prompt ?? '', to].filter((part) => part !== '').join(' ')}${unlessDone(item.status)}`
    }
    case 'imageView':
      return item.path
    case 'functionCallOutput':
      return `${item.name} ${JSON.stringify(item.output)}`
    case 'webSearch':
      return item.query
    case 'imageGeneration':
      return `${item.savedPath ?? item.revisedPrompt ?? ''}${unlessDone(item.status)}`
    case 'subAgentActivity':
      return `${item.kind} ${item.agentPath} ${item.agentThreadId}`
    case 'hookPrompt':
      return item.fragments.map(({ text }) => text).join('\n')
  }
}

/** What is said of an item or a turn that was shortened, in front of its text; empty for a whole one. */
export const cutNote = (truncated: { readonly bytes: number } | undefined): string =>
  truncated === undefined ? '' : `[shortened, ${truncated.bytes} bytes whole] `

/** Who speaks, where an item is a message to be read in full; null for everything else. */
export const speaker = (item: ThreadItem): 'you' | 'codex' | null =>
  item.type === 'userMessage' ? 'you' : item.type === 'agentMessage' ? 'codex' : null
