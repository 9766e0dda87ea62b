/**
 * What is read from stdin, which may be a person at a terminal who sees nothing happen.
 */
import type { Io } from './io.ts'
import { note } from './text/report.ts'

/** Everything on stdin; says on a terminal what is awaited. */
export const typedInput = (what: string, io: Io): Promise<Buffer> => {
  if (io.inIsTty) note(`reading ${what} from the terminal; Ctrl-D on a line of its own ends it`, io)
  return io.input()
}
