/**
 * Hook prompts: user messages a hook wrote, the one kind of response item that is shown.
 *
 * A message is a hook prompt when every part, trimmed, is exactly
 * `<hook_prompt hook_run_id="ID">TEXT</hook_prompt>`; one other part and it is an ordinary message.
 */
import type { Message } from '../../log/response-item.ts'
import { trimmed } from '../../white-space.ts'

/** The bytes every hook prompt line contains: what a reader looks for before it parses a response item. */
export const HOOK_PROMPT_MARK = '<hook_prompt'

const FRAGMENT = /^<hook_prompt\s+hook_run_id="([^"]*)"\s*>([\s\S]*)<\/hook_prompt>$/

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&'
}

const decode = (text: string): string =>
  text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity)

/** The fragments of a hook prompt, or null when the message is not one. */
export const hookPromptFragments = (
  message: Message
): ReadonlyArray<{ readonly text: string; readonly hookRunId: string }> | null => {
  if (message.role !== 'user' || message.content.length === 0) return null
  const fragments: Array<{ text: string; hookRunId: string }> = []
  for (const part of message.content) {
    const match = part.type === 'input_text' ? FRAGMENT.exec(trimmed(part.text)) : null
    if (match === null) return null
    fragments.push({ hookRunId: decode(match[1] ?? ''), text: decode(match[2] ?? '') })
  }
  return fragments
}
