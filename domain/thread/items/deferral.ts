/**
 * Items without their output, for a client that shows a turn first and fetches outputs when somebody looks (0.169).
 *
 * Only the output of what went well is left out: commands that ended with 0, and MCP calls that answered in plain text.
 */
import { isJsonObject, type Json, type JsonObject } from '../../json.ts'
import type { ThreadItem, ThreadItemOf } from '../../protocol.ts'

/** Which outputs are left out. */
export interface OutputDeferral {
  readonly commandExecution: boolean
  readonly mcpToolCall: boolean
}

const withoutCommandOutput = (item: ThreadItemOf<'commandExecution'>): ThreadItem | null => {
  const { status, exitCode, aggregatedOutput } = item
  const hasOutput = aggregatedOutput !== null && aggregatedOutput !== ''
  return hasOutput && status === 'completed' && exitCode === 0
    ? { ...item, aggregatedOutput: null }
    : null
}

/** The text of a part that is nothing but text; null for any other part. */
const plainText = (part: Json): string | null => {
  if (!isJsonObject(part) || part['type'] !== 'text' || Object.keys(part).length !== 2) return null
  const { text } = part as { readonly text?: Json }
  return typeof text === 'string' ? text : null
}

const isPlain = (result: JsonObject): boolean => {
  const content = result['content']
  if (!Array.isArray(content) || result['structuredContent'] !== null) return false
  const texts = (content as ReadonlyArray<Json>).map(plainText)
  return result['_meta'] === null && !texts.includes(null) && texts.join('') !== ''
}

const withoutToolResult = (item: ThreadItemOf<'mcpToolCall'>): ThreadItem | null => {
  const { status, result, error } = item
  const hasScreen = item.mcpAppResourceUri !== undefined || (item.mcpAppUi ?? null) !== null
  return status === 'completed' && error === null && !hasScreen && isJsonObject(result)
    ? isPlain(result)
      ? { ...item, result: { ...result, content: [] } }
      : null
    : null
}

/** The item without its output; null when it keeps it. */
export const withoutOutput = (item: ThreadItem, deferral: OutputDeferral): ThreadItem | null => {
  if (item.type === 'commandExecution' && deferral.commandExecution)
    return withoutCommandOutput(item)
  return item.type === 'mcpToolCall' && deferral.mcpToolCall ? withoutToolResult(item) : null
}
