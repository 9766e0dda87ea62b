/**
 * unroll storage: what threads take on disk, and making it less.
 */
import type { PlainCommand } from '../session.ts'

const WORDS: Readonly<Record<string, () => Promise<PlainCommand>>> = {
  compress: async () => (await import('./storage-change.ts')).compressCommand,
  expand: async () => (await import('./storage-change.ts')).expandCommand
}

/** Tells what threads take on disk; see the command table. */
export const storageCommand: PlainCommand = async (input, io, open) => {
  const load = WORDS[input.args[0] ?? '']
  if (load !== undefined) return (await load())(input, io, open)
  return (await import('./storage-report.ts')).storageReport(input, io, open)
}
