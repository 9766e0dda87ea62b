/**
 * Lines a unified diff adds and deletes, counted as Codex counts accepted lines.
 *
 * `diff --git` begins a file, `@@ ` a hunk; `+++ ` and `--- ` are headers only before the first hunk of a file, so that
 * an added line that begins with `++ ` counts.
 */

export interface DiffLines {
  readonly added: number
  readonly deleted: number
}

export const diffLines = (diff: string): DiffLines => {
  let added = 0
  let deleted = 0
  let inHunk = false
  for (const line of diff.split('\n')) {
    if (line.startsWith('diff --git ')) inHunk = false
    else if (line.startsWith('@@ ')) inHunk = true
    else if (!inHunk && (line.startsWith('+++ ') || line.startsWith('--- '))) continue
    else if (line.startsWith('+')) added += 1
    else if (line.startsWith('-')) deleted += 1
  }
  return { added, deleted }
}
