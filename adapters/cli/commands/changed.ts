/**
 * What is said to people after a change: what happened, and how to take it back. Programs get ids.
 */
import type { Engine } from '../../../replay/engine.ts'
import * as E from 'fp-ts/lib/Either.js'
import { flagOf, nextCommand, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { title } from '../naming/threads.ts'
import { note } from '../text/report.ts'
import { cut, oneLine } from '../text/text.ts'

const TITLE_WIDTH = 40

/** What a thread is called in a sentence, in quotes; its id where nobody knows more. */
export const calledName = async (engine: Engine, threadId: string): Promise<string> => {
  const thread = await engine.readThread(threadId, false)()
  const name = E.isRight(thread) ? oneLine(title(thread.right)) : ''
  return name === '' ? threadId : `"${cut(name, TITLE_WIDTH)}"`
}

export interface Change {
  /** A sentence without its full stop. */
  readonly did: string
  /** The command that takes it back, in words; null where nothing does. */
  readonly undo?: ReadonlyArray<string> | null
  /** How often that is typed to take all of it back; default: once. */
  readonly times?: number
  readonly more?: string
  /** What a pipe gets. */
  readonly lines: ReadonlyArray<string>
}

/** Tells what a change came to on stderr, so that a pipe gets its lines and nothing else. */
export const printChange = async (change: Change, input: Input, io: Io): Promise<number> => {
  const { did, undo = ['undo'], times = 1, more, lines } = change
  if (!io.outIsTty) await io.out(lines.map((line) => `${line}\n`).join(''))
  if (flagOf(input, 'quiet')) return 0
  const often = times > 1 ? `, ${times} times` : ''
  const back = undo === null ? [] : [`undo: ${nextCommand(input, io, undo)}${often}`]
  for (const line of [`${did}.`, ...(more === undefined ? [] : [more]), ...back]) note(line, io)
  return 0
}
