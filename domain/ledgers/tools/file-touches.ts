/**
 * What a patch does to which files, and how many lines it adds and deletes: from what Codex recorded of it, or from the text
 * of the patch itself.
 *
 * *** Begin Patch / *** Add File: P | *** Delete File: P | *** Update File: P [/ *** Move to: Q] / +LINE | -LINE | … /
 * *** End Patch
 *
 * Shape:  a diff counts `+` and `-` inside hunks, which begin with `@@`; the content of an added or deleted file counts
 *         its lines.
 */
import type { RecordedFileChange } from '../../log/payload-parts.ts'
import { absoluteIn, pathOfUrl } from '../../thread/items/file-url.ts'
import type { PatchCounts, FileTouch } from './tool-call.ts'

/** Visits the lines of a text; a last one without its newline is one too. */
const eachLine = (text: string, visit: (from: number, until: number) => void): void => {
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf('\n', from)
    const until = newline < 0 ? text.length : newline
    visit(from, until)
    from = until + 1
  }
}

export const lineCount = (text: string): number => {
  let lines = 0
  eachLine(text, () => (lines += 1))
  return lines
}

/** Lines a unified diff adds and deletes. */
export const diffLines = (diff: string): { readonly added: number; readonly deleted: number } => {
  let added = 0
  let deleted = 0
  let inHunk = false
  eachLine(diff, (from) => {
    if (diff.startsWith('@@', from)) inHunk = true
    else if (diff.startsWith('diff --git', from)) inHunk = false
    else if (inHunk && diff[from] === '+') added += 1
    else if (inHunk && diff[from] === '-') deleted += 1
  })
  return { added, deleted }
}

const touch = (path: string, change: RecordedFileChange): FileTouch => {
  const own = pathOfUrl(path)
  if (change.type === 'update') {
    const { added, deleted } = diffLines(change.unified_diff)
    const movedTo = change.move_path ?? null
    return {
      path: own,
      operation: movedTo === null ? 'update' : 'move',
      movedTo: movedTo === null ? null : pathOfUrl(movedTo),
      linesAdded: added,
      linesDeleted: deleted
    }
  }
  const lines = lineCount(change.content)
  const isAdd = change.type === 'add'
  return {
    path: own,
    operation: change.type,
    movedTo: null,
    linesAdded: isAdd ? lines : 0,
    linesDeleted: isAdd ? 0 : lines
  }
}

/** The touches of a recorded patch, in the order of the record. */
export const recordedTouches = (
  changes: Readonly<Record<string, RecordedFileChange>>
): ReadonlyArray<FileTouch> => Object.entries(changes).map(([path, change]) => touch(path, change))

const OPERATIONS = [
  ['*** Add File: ', 'add'],
  ['*** Update File: ', 'update'],
  ['*** Delete File: ', 'delete']
] as const
const MOVE = '*** Move to: '

interface OpenTouch {
  readonly path: string
  readonly operation: 'add' | 'update' | 'delete'
  movedTo: string | null
  added: number
  deleted: number
}

const closed = (open: OpenTouch | null): ReadonlyArray<FileTouch> =>
  open === null
    ? []
    : [
        {
          path: open.path,
          operation: open.movedTo === null ? open.operation : 'move',
          movedTo: open.movedTo,
          linesAdded: open.operation === 'delete' ? null : open.added,
          // The patch does not hold the lines of a file it deletes.
          linesDeleted: open.operation === 'delete' ? null : open.deleted
        }
      ]

/** The touches a patch asks for; none for a text that is no patch. Relative paths start at the directory. */
export const askedTouches = (patch: string, directory: string): ReadonlyArray<FileTouch> => {
  const done: Array<FileTouch> = []
  let open: OpenTouch | null = null
  eachLine(patch, (from, until) => {
    if (!patch.startsWith('*** ', from)) {
      if (open !== null && patch[from] === '+') open.added += 1
      else if (open !== null && patch[from] === '-') open.deleted += 1
      return
    }
    const text = patch.slice(from, until)
    const named = (head: string): string => absoluteIn(directory, text.slice(head.length).trim())
    const header = OPERATIONS.find(([head]) => text.startsWith(head))
    if (header !== undefined) {
      done.push(...closed(open))
      const [head, operation] = header
      open = { path: named(head), operation, movedTo: null, added: 0, deleted: 0 }
    } else if (open !== null && text.startsWith(MOVE)) open.movedTo = named(MOVE)
  })
  done.push(...closed(open))
  return done
}

export const fileCounts = (touches: ReadonlyArray<FileTouch>): PatchCounts => {
  const count = (operation: FileTouch['operation']): number =>
    touches.filter((one) => one.operation === operation).length
  return {
    adds: count('add'),
    updates: count('update'),
    deletes: count('delete'),
    moves: count('move')
  }
}

const sum = (values: ReadonlyArray<number | null>): number | null =>
  values.reduce((total, value) => (total === null || value === null ? null : total + value), 0)

/** Lines added and deleted in total; null when one touch lacks its count. */
export const lineTotals = (
  touches: ReadonlyArray<FileTouch>
): { readonly linesAdded: number | null; readonly linesDeleted: number | null } => ({
  linesAdded: sum(touches.map(({ linesAdded }) => linesAdded)),
  linesDeleted: sum(touches.map(({ linesDeleted }) => linesDeleted))
})
