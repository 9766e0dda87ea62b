/**
 * Questions before what cannot be taken back, or costs much: asked on a terminal, and refused in a pipe unless `--yes` is given.
 */
import { flagOf, type Input } from '../args.ts'
import type { Io } from '../io.ts'
import { ownFailure, type CommandFailure } from '../text/report.ts'
import { oneLine } from '../text/text.ts'

interface Question {
  /** What is about to happen, as a question. */
  readonly text: string
  /** What has to be typed; without it `y` is enough. */
  readonly typed?: string
}

const isYes = (answer: string, { typed }: Question): boolean =>
  typed === undefined ? /^y(?:es)?$/i.test(answer.trim()) : answer.trim() === typed

/** Null when the person agrees, else why the command ends. */
export const refusedBy = async (
  question: Question,
  input: Input,
  io: Io
): Promise<CommandFailure | null> => {
  if (flagOf(input, 'yes') || flagOf(input, 'dry-run')) return null
  const { typed } = question
  const text = oneLine(question.text)
  const answer = await io.ask(`${text} ${typed === undefined ? '[y/N]' : `Type ${typed}:`} `)
  if (answer === null)
    return ownFailure('confirmation_needed', `not confirmed: ${text}`, 'add --yes to confirm it')
  return isYes(answer, question)
    ? null
    : ownFailure('confirmation_needed', 'not confirmed; nothing was changed', '')
}
