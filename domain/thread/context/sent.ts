/**
 * What the model is sent: the items of the context in pairs and without what only files keep.
 */
import { isJsonObject, parsedObject, textIn, textOrNull, type JsonObject } from '../../json.ts'
import type { Profile } from '../../log/profile.ts'
import { sentItem } from './item.ts'
import { own } from '../../own.ts'

/** Which kinds of outputs answer a kind of call, and what stands in for a missing one. */
interface Pairing {
  readonly output: string
  readonly missing: (callId: string) => JsonObject
}

const ABORTED = 'aborted'

const functionOutput: Pairing = {
  output: 'function_call_output',
  missing: (call_id) => ({ type: 'function_call_output', call_id, output: ABORTED })
}

const PAIRINGS: Readonly<Record<string, Pairing>> = {
  function_call: functionOutput,
  local_shell_call: functionOutput,
  custom_tool_call: {
    output: 'custom_tool_call_output',
    missing: (call_id) => ({ type: 'custom_tool_call_output', call_id, output: ABORTED })
  },
  tool_search_call: {
    output: 'tool_search_output',
    missing: (call_id) => ({
      type: 'tool_search_output',
      call_id,
      status: 'completed',
      execution: 'client',
      tools: []
    })
  }
}

const OUTPUTS: ReadonlySet<string> = new Set(Object.values(PAIRINGS).map(({ output }) => output))

const callIdOf = ({ call_id }: JsonObject): string | null => textOrNull(call_id)

const pairKey = (output: string, callId: string): string => `${output} ${callId}`

const SHELL_NAMES: ReadonlySet<unknown> = new Set(['shell', 'container.exec'])

const isShellCall = ({ type, name }: JsonObject): boolean =>
  type === 'local_shell_call' ||
  (type === 'custom_tool_call' && name === 'apply_patch') ||
  (type === 'function_call' && SHELL_NAMES.has(name))

/** The text of what a shell printed, recorded as JSON; null for any other output. */
const shellText = (output: unknown): string | null => {
  const read = typeof output === 'string' && output.startsWith('{') ? parsedObject(output) : null
  const metadata = read?.['metadata']
  const text = read?.['output']
  if (!isJsonObject(metadata) || typeof text !== 'string') return null
  const { exit_code: code, duration_seconds: seconds } = metadata
  if (typeof code !== 'number' || typeof seconds !== 'number') return null
  return `Exit code: ${code}\nWall time: ${seconds} seconds\nOutput:\n${text}`
}

/** Until 0.142 what shells and patches printed was kept as JSON and sent as text. */
const withShellText = (items: ReadonlyArray<JsonObject>): ReadonlyArray<JsonObject> => {
  const shells = new Set(items.filter(isShellCall).map(callIdOf))
  return items.map((item) => {
    const isOutput = OUTPUTS.has(textIn(item['type'])) && shells.has(callIdOf(item))
    const text = isOutput ? shellText(item['output']) : null
    return text === null ? item : { ...item, output: text }
  })
}

const paired = (items: ReadonlyArray<JsonObject>, profile: Profile): ReadonlyArray<JsonObject> => {
  const answered = new Set<string>()
  const called = new Set<string>()
  for (const item of items) {
    const type = textIn(item['type'])
    const callId = callIdOf(item)
    const pairing = own(PAIRINGS, type)
    if (callId === null) continue
    if (OUTPUTS.has(type)) answered.add(pairKey(type, callId))
    if (pairing !== undefined) called.add(pairKey(pairing.output, callId))
  }
  return items.flatMap((item) => {
    const type = textIn(item['type'])
    const callId = callIdOf(item)
    const pairing = own(PAIRINGS, type)
    if (callId === null) return [sentItem(item, profile)]
    if (pairing !== undefined && !answered.has(pairKey(pairing.output, callId)))
      return [sentItem(item, profile), pairing.missing(callId)]
    const isOrphan =
      OUTPUTS.has(type) && item['execution'] !== 'server' && !called.has(pairKey(type, callId))
    return isOrphan ? [] : [sentItem(item, profile)]
  })
}

/**
 * The items of a context as a request carries them: a call without an output gets one that says it was cut short, an
 * output without its call is left out, and ids of items and what is passed through are dropped.
 *
 * Codex also shortens tool outputs to the limit of the model that is asked, and replaces images it cannot use; both
 * depend on the model, so they are left as they are here.
 */
export const sentItems = (
  items: ReadonlyArray<JsonObject>,
  profile: Profile
): ReadonlyArray<JsonObject> => {
  const sent = paired(items, profile)
  return profile.members142 ? sent : withShellText(sent)
}
