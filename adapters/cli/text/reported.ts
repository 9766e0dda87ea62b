/**
 * How a command that failed says so: two lines for people, one envelope of JSON for programs.
 */
import type { Io } from '../io.ts'
import { meantText } from './meant.ts'
import { note, tellHint, warn, type CommandFailure } from './report.ts'
import { safeJson } from './text.ts'

/** What leads to the threads that are meant. */
const MEANT: Readonly<Record<string, string>> = { thread_not_found: '; near matches:' }

export const report = async (
  { kind, message, meant, hint: next, retryable, exit }: CommandFailure,
  json: boolean,
  io: Io
): Promise<number> => {
  if (json) {
    const error = { $: 'error', kind, message, ...meant, hint: next, retryable }
    await io.out(`${safeJson(JSON.stringify(error))}\n`)
    return exit
  }
  if (kind === 'internal') note(`unroll: ${message}`, io)
  else warn(meant === undefined ? message : `${message}${MEANT[kind] ?? ':'}`, io)
  if (meant !== undefined) note(meantText(meant, io), io)
  if (next !== '') tellHint(next, io)
  return exit
}
