/**
 * The text of an item, as somebody would copy it.
 */
import type { ThreadItem, UserContent } from '../../domain/protocol.ts'

const json = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null, null, 2)

const partText = (part: UserContent): string => {
  if (part.type === 'text') return part.text
  if ('path' in part) return part.path
  return 'url' in part ? part.url : part.fileId
}

const lines = (...parts: ReadonlyArray<string | null | undefined>): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '').join('\n')

export const textOf = (item: ThreadItem): string => {
  switch (item.type) {
    case 'userMessage':
      return lines(...item.content.map(partText))
    case 'agentMessage':
    case 'plan':
      return item.text
    case 'reasoning':
      return lines(...item.summary, ...item.content)
    case 'commandExecution':
      return lines(`$ ${item.command}`, item.aggregatedOutput)
    case 'fileChange':
      return lines(...item.changes.map(({ path, diff }) => `${path}\n${diff}`))
    case 'mcpToolCall':
      return lines(`${item.server}.${item.tool}`, json(item.arguments), json(item.result))
    case 'webSearch':
      return item.query
    case 'imageView':
      return item.path
    case 'enteredReviewMode':
    case 'exitedReviewMode':
      return item.review
    case 'collabAgentToolCall':
      return lines(item.tool, item.prompt)
    case 'hookPrompt':
      return lines(...item.fragments.map(({ text }) => text))
    default:
      return json(item)
  }
}
