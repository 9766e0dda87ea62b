/**
 * The sample home in which every text is hostile: wide, combined, right to left, endless, and full of commands for a terminal.
 */
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySample } from './fixture-home.ts'

const HOSTILE =
  '漢字かな交じり文 👩‍👩‍👧‍👦🇩🇪✂️ क्षत्रिय e\u0301\u0302 שלום עולם\u202e\u001b[31mred\u0007\u009b2J\ttab\r\nline ' +
  'x'.repeat(300)

/** Members whose texts are replaced; ids, types and times keep a thread what it is. */
const TEXTS = new Set(
  `text message cwd model model_provider title query stdout stderr aggregated_output output
  server tool originator cli_version branch repository_url last_agent_message thread_name`.split(
    /\s+/
  )
)

const poisoned = (value: unknown, key: string): unknown => {
  if (typeof value === 'string') {
    if (key === 'call_id') return `${value}-漢字-${'y'.repeat(40)}`
    return TEXTS.has(key) ? `${HOSTILE} ${value}` : value
  }
  if (Array.isArray(value)) return value.map((one) => poisoned(one, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poisoned(one, name)]))
}

/** A copy of the sample with hostile texts; one rollout ends in the middle of a line. */
export const hostileSample = (): string => {
  const home = copySample()
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
  for (const name of files.filter((one) => one.endsWith('.jsonl'))) {
    const path = join(home, name)
    const { mtimeMs } = statSync(path)
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    const texts = lines.map((line) => `${JSON.stringify(poisoned(JSON.parse(line), ''))}\n`)
    const torn = name.includes('01a1fcef-e4ea') ? '{"timestamp":"2026' : ''
    writeFileSync(path, texts.join('') + torn)
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000)
  }
  return home
}
