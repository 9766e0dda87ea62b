/**
 * Claude Code: `~/.claude/projects/<project>/<session>.jsonl`, a record per line.
 *
 * A record of the type `user` or `assistant` is a message, unless it is meta or belongs to a side chain; titles have records of
 * their own. An answer is written once per block, each time with what it spent so far.
 *
 * Source: what Codex 0.130.0, 0.142.5 and 0.169.0 make of planted files, every case of which is in `test/fixtures/imports`.
 */
import { isJsonObject, textOrNull, type Json, type JsonObject } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'
import { trimmed } from '../white-space.ts'
import { saidIn } from './blocks.ts'
import type { ImportedMessage, ImportedSpending, SessionLine, SessionSource } from './source.ts'
import { secondsOf } from './time.ts'
import { unwrappedQuery } from './title.ts'

const messageOf = (record: JsonObject, era: ProfileName): ImportedMessage | undefined => {
  const { type, message } = record
  if (type !== 'user' && type !== 'assistant') return undefined
  if (record['isMeta'] === true || record['isSidechain'] === true) return undefined
  if (!isJsonObject(message)) return undefined
  const said = saidIn(message['content'])
  if (said === null) return undefined
  const role = said.isResults ? 'assistant' : type
  const text = era === '0.169' && role === 'user' ? unwrappedQuery(said.text) : said.text
  return { role, text, at: secondsOf(record, era) }
}

const titleOf = (record: JsonObject): SessionLine['title'] => {
  const { type } = record
  if (type !== 'custom-title' && type !== 'ai-title') return undefined
  const member = type === 'custom-title' ? 'customTitle' : 'aiTitle'
  const text = trimmed(textOrNull(record[member]) ?? '')
  if (text === '') return undefined
  return { by: type === 'custom-title' ? 'person' : 'agent', text }
}

const count = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0

const spendingOf = (record: JsonObject, era: ProfileName): ImportedSpending | undefined => {
  const { message } = record
  if (record['type'] !== 'assistant' || !isJsonObject(message)) return undefined
  const { usage, id, model } = message
  if (!isJsonObject(usage)) return undefined
  const cachedInputTokens = count(usage['cache_read_input_tokens'])
  const cacheWriteInputTokens = count(usage['cache_creation_input_tokens'])
  const answer = textOrNull(id)
  return {
    key: answer === null ? null : `${answer} ${textOrNull(record['requestId']) ?? ''}`,
    model: textOrNull(model),
    at: secondsOf(record, era),
    inputTokens: count(usage['input_tokens']) + cacheWriteInputTokens + cachedInputTokens,
    cachedInputTokens,
    cacheWriteInputTokens,
    outputTokens: count(usage['output_tokens'])
  }
}

/** What a record of Claude Code says. */
const parse = (record: Json, era: ProfileName): SessionLine | null => {
  if (!isJsonObject(record)) return null
  const message = messageOf(record, era)
  const title = titleOf(record)
  const spending = spendingOf(record, era)
  const cwd = textOrNull(record['cwd'])
  return {
    ...(message === undefined ? {} : { message }),
    ...(title === undefined ? {} : { title }),
    ...(spending === undefined ? {} : { spending }),
    ...(cwd === null ? {} : { cwd })
  }
}

/** Sessions of Claude Code. */
export const CLAUDE: SessionSource = {
  name: 'claude',
  root: '.claude/projects',
  select: (path) => /^[^/]+\/[^/]+\.jsonl$/.test(path),
  depthMax: 1,
  fallbackCwd: () => null,
  needsDirectory: true,
  fallbackTime: 'none',
  parse
}
