/**
 * What unroll makes of a session file, without a home, and lines as they can be compared with those of a real Codex.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsedJson, type JsonObject } from '../../domain/json.ts'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import { importEnd, importMessage, NO_MESSAGES } from '../../domain/imports/events.ts'
import { readLine } from '../../domain/imports/line.ts'
import type { SessionSource } from '../../domain/imports/source.ts'
import { evolveTitle, NO_TITLE, titleOf } from '../../domain/imports/title.ts'
import type { ProfileName } from '../../domain/log/profile.ts'

const textOf = ({ type, payload }: Pick<NewEvent, 'type' | 'payload'>): string =>
  JSON.stringify({ type, payload })

/** The lines of a rollout behind its metadata, without their times. */
export const comparable = (rollout: string): ReadonlyArray<string> =>
  rollout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parsedJson(line) as JsonObject)
    .filter(({ type }) => type !== 'session_meta')
    .map(({ type, payload }) => textOf({ type, payload } as unknown as NewEvent))

/** The same of what unroll makes of a session, and its title. */
export const importedLines = (
  session: string,
  source: SessionSource,
  era: ProfileName
): { readonly lines: ReadonlyArray<string>; readonly title: string | null } => {
  let fold = NO_MESSAGES
  let title = NO_TITLE
  const events: Array<NewEvent> = []
  for (const text of session.split('\n')) {
    const line = readLine(text, source, era)
    if (line === null) continue
    title = evolveTitle(title, line, era)
    if (line.message === undefined) continue
    const [next, more] = importMessage(fold, line.message, era, '')
    fold = next
    events.push(...more)
  }
  events.push(...importEnd(fold, era, ''))
  return { lines: events.map(textOf), title: titleOf(title, era) }
}

/** The rollouts of a home without metadata and times of lines, in the order of what they say. */
export const importedRollouts = (home: string): ReadonlyArray<string> =>
  (readdirSync(join(home, 'sessions'), { recursive: true }) as Array<string>)
    .filter((path) => path.endsWith('.jsonl'))
    .map((path) => comparable(readFileSync(join(home, 'sessions', path), 'utf8')).join('\n'))
    .map((text) => text.replace(/"((?:started|completed)_at)":\d+/g, '"$1":0'))
    .toSorted()
