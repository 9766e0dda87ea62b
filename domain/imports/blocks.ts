/**
 * What was said in a message of another agent, as one text: its texts, and its tool calls and results in brackets.
 *
 * Source: threads that Codex 0.130.0, 0.142.5 and 0.169.0 made of such messages; the three agree.
 */
import { isJsonObject, textIn, textOrNull, type Json, type JsonObject } from '../json.ts'
import { printExact } from '../log/exact-json.ts'
import { isBlank } from '../white-space.ts'

const INPUT_CHARACTERS_MAX = 2000
const RESULT_CHARACTERS_MAX = 4000

/** The first characters of a text that is too long, counted in Unicode scalars. */
export const shortened = (text: string, most: number): string => {
  // A character is one or two units.
  if (text.length <= most) return text
  const first = [...text.slice(0, 2 * (most + 1))]
  return first.length <= most ? text : `${first.slice(0, most - 3).join('')}...`
}

const lineOf = (label: string, value: Json | undefined): ReadonlyArray<string> =>
  typeof value === 'string' ? [`${label}: ${value}`] : []

const inputLines = (input: Json | undefined): ReadonlyArray<string> => {
  if (input === undefined) return []
  const known = isJsonObject(input)
    ? [
        ...lineOf('description', input['description']),
        ...lineOf('command', input['command']),
        ...lineOf('file', input['file_path'] ?? input['file'])
      ]
    : []
  return known.length > 0 ? known : [`input: ${shortened(printExact(input), INPUT_CHARACTERS_MAX)}`]
}

const callText = ({ name, input }: JsonObject): string =>
  [
    `[external_agent_tool_call: ${typeof name === 'string' ? name : 'unknown'}]`,
    ...inputLines(input),
    '[/external_agent_tool_call]'
  ].join('\n')

const resultContent = (content: Json | undefined): string => {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return (content as ReadonlyArray<Json>)
    .flatMap((part) => (isJsonObject(part) ? [textIn(part['text'])] : []))
    .filter((text) => text !== '')
    .join('\n')
}

const resultText = ({ content, is_error: isError }: JsonObject): string => {
  const said = resultContent(content)
  return [
    isError === true ? '[external_agent_tool_result: error]' : '[external_agent_tool_result]',
    ...(said === '' ? [] : [shortened(said, RESULT_CHARACTERS_MAX)]),
    '[/external_agent_tool_result]'
  ].join('\n')
}

/** What a block says; null for one that says nothing and counts for nothing. */
const partOf = (block: Json): string | null => {
  if (!isJsonObject(block)) return null
  const { type } = block
  switch (type) {
    case 'text':
      return block['text'] === '' ? null : textOrNull(block['text'])
    case 'thinking':
      return null
    case 'tool_use':
      return callText(block)
    case 'tool_result':
      return resultText(block)
    default:
      return typeof type === 'string' ? `[external unsupported block: ${type}]` : null
  }
}

/** A message as one text, and whether it holds nothing but results of tools. */
export interface SaidText {
  readonly text: string
  readonly isResults: boolean
}

/** What was said in the content of a message; null for nothing. */
export const saidIn = (content: Json | undefined): SaidText | null => {
  if (typeof content === 'string')
    return isBlank(content) ? null : { text: content, isResults: false }
  if (!Array.isArray(content)) return null
  const parts: Array<string> = []
  let isResults = true
  for (const block of content as ReadonlyArray<Json>) {
    const part = partOf(block)
    if (part === null) continue
    // A blank text beside results is left out, and makes the message one of the user all the same.
    isResults &&= isJsonObject(block) && block['type'] === 'tool_result'
    if (!isBlank(part)) parts.push(part)
  }
  return parts.length === 0 ? null : { text: parts.join('\n\n'), isResults }
}
