/**
 * A session that was imported before and says more since: the rest is appended to its thread, as long as that is what was imported and
 * nothing else.
 */
import * as E from 'fp-ts/lib/Either.js'
import { closeSync, fstatSync } from 'node:fs'
import type { NewEvent } from '../../domain/changes/new-event.ts'
import { describe } from '../../domain/errors.ts'
import { afterImport, importEnd, importMessage, NO_MESSAGES } from '../../domain/imports/events.ts'
import { importedLine, type ThreadMessage } from '../../domain/imports/prefix.ts'
import type { ImportedMessage } from '../../domain/imports/source.ts'
import { isJsonObject, parsedObject, textIn } from '../../domain/json.ts'
import { openPlain } from '../home/plain-file.ts'
import { keepSource, type ImportTarget } from './importing.ts'
import { linesOf } from './lines.ts'
import type { SessionFile } from './place.ts'
import { sessionLines, timed, type Reading, type Survey } from './survey.ts'

/** What became of a thread whose session says more. */
export type Grown =
  /** The thread has the rest now. */
  | { readonly kind: 'appended'; readonly events: number }
  /** Nothing that was said is missing. */
  | { readonly kind: 'same' }
  /** There is no such thread any more. */
  | { readonly kind: 'gone' }
  /** It cannot be appended to, and why. */
  | { readonly kind: 'refused'; readonly why: string }

/** More than this is not appended in one piece. */
const APPENDED_BYTES_MAX = 256 * 1024 * 1024

/** What a session says that becomes part of a thread. */
async function* counted(
  file: number,
  survey: Survey,
  reading: Reading,
  session: SessionFile
): AsyncGenerator<ImportedMessage> {
  let hasUser = false
  for await (const lines of sessionLines(file, survey.sizeBytes, reading))
    for (const { line } of lines) {
      const { message } = line
      if (message === undefined) continue
      hasUser ||= message.role === 'user'
      if (hasUser) yield timed(message, reading, session)
    }
}

/** What was said in a thread; ends with `later` where something stands that no import writes. */
async function* saidIn(
  rollout: number,
  count: { lines: number }
): AsyncGenerator<ThreadMessage | 'later'> {
  for await (const lines of linesOf(rollout, fstatSync(rollout).size))
    for (const { text } of lines) {
      if (text.trim() === '') continue
      count.lines += 1
      const line = parsedObject(text)
      const payload = line?.['payload']
      const said = isJsonObject(payload) ? importedLine(textIn(line?.['type']), payload) : 'later'
      if (said === 'besides') continue
      yield said
      if (said === 'later') return
    }
}

type Difference = 'rewritten' | 'later' | { readonly events: ReadonlyArray<NewEvent> }

/** The events that a thread lacks. */
const missingEvents = async (
  said: AsyncGenerator<ThreadMessage | 'later'>,
  messages: AsyncGenerator<ImportedMessage>,
  { era }: Reading,
  timestamp: string
): Promise<Difference> => {
  let fold = NO_MESSAGES
  let isPrefix = true
  let bytes = 0
  const missing: Array<NewEvent> = []
  for await (const message of messages) {
    if (isPrefix) {
      const next = await said.next()
      if (next.done === true) {
        isPrefix = false
        fold = afterImport(fold)
      } else if (next.value === 'later') return 'later'
      else if (next.value.role !== message.role || next.value.text !== message.text)
        return 'rewritten'
    }
    const [next, events] = importMessage(fold, message, era, timestamp)
    fold = next
    if (isPrefix) continue
    bytes += message.text.length
    if (bytes > APPENDED_BYTES_MAX) return 'rewritten'
    missing.push(...events)
  }
  if (isPrefix) {
    const rest = await said.next()
    if (rest.done !== true) return rest.value === 'later' ? 'later' : 'rewritten'
  }
  return {
    events: missing.length === 0 ? [] : [...missing, ...importEnd(fold, era, timestamp, true)]
  }
}

/** Appends what a session says since it was imported. */
export const growThread = async (
  target: ImportTarget,
  reading: Reading,
  session: SessionFile,
  source: { readonly file: number; readonly survey: Survey },
  threadId: string
): Promise<Grown> => {
  const engine = await target.engine()
  const found = await engine.locate(threadId)()
  if (E.isLeft(found))
    return found.left._tag === 'StreamNotFound'
      ? { kind: 'gone' }
      : { kind: 'refused', why: describe(found.left) }
  const { path, archived, compressed } = found.right
  const wentOn = {
    kind: 'refused',
    why: `thread ${threadId} was continued since it was imported`
  } as const
  if (archived || compressed) return wentOn
  const rollout = openPlain(path)
  try {
    const count = { lines: 0 }
    const said = saidIn(rollout, count)
    const messages = counted(source.file, source.survey, reading, session)
    const at = new Date(target.nowMs()).toISOString()
    const missing = await missingEvents(said, messages, reading, at)
    if (missing === 'later') return wentOn
    if (missing === 'rewritten')
      return {
        kind: 'refused',
        why: `source was rewritten since it was imported as thread ${threadId}`
      }
    if (missing.events.length === 0) return { kind: 'same' }
    keepSource(target, reading, session, source.survey, threadId)
    target.step?.()
    const options = { actor: target.actor }
    const done = await engine.append(threadId, missing.events, count.lines, options)()
    if (E.isLeft(done)) return { kind: 'refused', why: describe(done.left) }
    target.step?.()
    return { kind: 'appended', events: missing.events.length }
  } finally {
    closeSync(rollout)
  }
}
