/**
 * Takes the vendor's texts out of recorded lines and messages; everything else keeps its bytes.
 */

/** Texts of these tags are data of the run, not prose. */
const DATA_TAGS =
  /^<(user_shell_command|subagent_notification|image|INSTRUCTIONS|skill|proposed_plan)\b/
/** Frames around what an automatic reviewer is shown. */
const FRAMES = /^(>>>|The Codex agent )/
const OPENING = /^\s*<([a-zA-Z_][\w-]*)((?: [\w-]+="[^"]*")*)[^>]*>/
const SUMMARY = 'Another language model'
/** Own texts of a run are shorter, or are what tools and the model said. */
const OWN_LENGTH_MAX = 60

const summarised = (text: string): string | null => {
  if (!text.startsWith(SUMMARY)) return null
  const end = text.indexOf('\n')
  return `[scrubbed summary prefix]${end === -1 ? '' : text.slice(end)}`
}

const injected = (text: string): string => {
  const [open, name] = OPENING.exec(text) ?? []
  if (open === undefined || name === undefined) return '[scrubbed]'
  const cwd = /<cwd>[^<]*<\/cwd>/.exec(text)?.[0]
  const kept = name === 'environment_context' && cwd !== undefined ? `  ${cwd}` : '[scrubbed]'
  const close = `</${name}>`
  return text.trimEnd().endsWith(close) ? `${open}\n${kept}\n${close}` : `${open}[scrubbed]`
}

interface Place {
  readonly key: string
  readonly role: string | null
  readonly above: ReadonlyArray<string>
}

const INSTRUCTIONS = new Set(['developer_instructions', 'user_instructions', 'base_instructions'])

const shortened = (text: string, { key, role, above }: Place): string => {
  const summary = summarised(text)
  if (summary !== null) return summary
  if (INSTRUCTIONS.has(key) || (key === 'text' && above.includes('base_instructions')))
    return '[scrubbed]'
  if (above.includes('state') && key === 'body') return '[scrubbed]'
  if (role === null || !['text', 'message'].includes(key) || DATA_TAGS.test(text)) return text
  if (role === 'developer') return injected(text)
  if (FRAMES.test(text)) return '[scrubbed]'
  const isPlain = !OPENING.test(text) && text.length <= OWN_LENGTH_MAX
  return isPlain || text.startsWith('{') ? text : injected(text)
}

const roleOf = (node: Readonly<Record<string, unknown>>, role: string | null): string | null => {
  if (typeof node['role'] === 'string')
    return ['user', 'developer'].includes(node['role']) ? node['role'] : null
  if (['UserMessage', 'userMessage', 'user_message'].includes(String(node['type']))) return 'user'
  return ['AgentMessage', 'agentMessage', 'agent_message'].includes(String(node['type']))
    ? null
    : role
}

const visit = (
  node: unknown,
  place: Place,
  found: (before: string, after: string) => void
): void => {
  if (typeof node === 'string') {
    const after = shortened(node, place)
    if (after !== node) found(node, after)
  } else if (Array.isArray(node)) {
    for (const one of node) visit(one, place, found)
  } else if (typeof node === 'object' && node !== null) {
    const record = node as Readonly<Record<string, unknown>>
    const role = roleOf(record, place.role)
    const { above } = place
    for (const [key, value] of Object.entries(record))
      visit(value, { key, role, above: [...above, key] }, found)
  }
}

/** A line of JSON without the vendor's texts. */
export const scrubbed = (line: string): string => {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return line
  }
  const changes = new Map<string, string>()
  visit(value, { key: '', role: null, above: [] }, (before, after) => changes.set(before, after))
  let result = line
  for (const [before, after] of changes) {
    const written = JSON.stringify(before)
    if (!result.includes(written))
      throw new Error(`written in another way: ${written.slice(0, 80)}`)
    result = result.replaceAll(written, () => JSON.stringify(after))
  }
  return result
}
