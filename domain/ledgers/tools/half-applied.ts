/**
 * Which files a patch changed that failed while Codex applied it.
 *
 * Codex first checks a whole patch, and records it only when it fits. Then it changes file by file in the order of the text, ends
 * at the first failure, and takes nothing back. The error names the file it failed at; the record holds the files in any order.
 */
import type { FileTouch } from './tool-call.ts'

/** Errors that name the file they happened at, and whether that file is unchanged then. */
const ERRORS: ReadonlyArray<{ readonly says: RegExp; readonly isUntouched: boolean }> = [
  { says: /^Failed to write file (.+)$/, isUntouched: false },
  { says: /^Failed to remove original (.+)$/, isUntouched: false },
  { says: /^Failed to create parent directories for (.+)$/, isUntouched: true },
  { says: /^Failed to delete file (.+)$/, isUntouched: true },
  { says: /^Failed to read file to update (.+)$/, isUntouched: true },
  { says: /^Failed to find expected lines in (.+?):?$/, isUntouched: true }
]

interface PatchFailure {
  readonly path: string
  readonly isUntouched: boolean
}

const failureIn = (stderr: string): PatchFailure | null => {
  const [line = ''] = stderr.split('\n')
  for (const { says, isUntouched } of ERRORS) {
    const path = says.exec(line)?.[1]
    if (path !== undefined) return { path, isUntouched }
  }
  return null
}

/**
 * The recorded touches of a failed patch, each with what is known of it: `applied` is true, false, or null for what the log does
 * not hold. `asked` are those of the text of the patch, in its order; none where that is not known.
 */
export const halfApplied = (
  touches: ReadonlyArray<FileTouch>,
  asked: ReadonlyArray<FileTouch>,
  stderr: string
): ReadonlyArray<FileTouch> => {
  const failure = failureIn(stderr)
  const isFailing = ({ path, movedTo }: FileTouch): boolean =>
    path === failure?.path || movedTo === failure?.path
  const first = asked.findIndex(isFailing)
  const last = asked.findLastIndex(isFailing)
  const fate = (touch: FileTouch): boolean | null => {
    const from = asked.findIndex(({ path }) => path === touch.path)
    const until = asked.findLastIndex(({ path }) => path === touch.path)
    if (failure === null || first === -1 || from === -1) return null
    if (until < first) return true
    if (from > last) return false
    return from === first && until === last && failure.isUntouched ? false : null
  }
  return touches.map((touch) => ({ ...touch, applied: fate(touch) }))
}
