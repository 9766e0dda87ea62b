/**
 * The command of a hook, in which scripts of the other agent's `hooks` folder are named by where they will stand.
 */

/** Folder of scripts, as commands spell it. */
const FOLDER = '.claude/hooks/'

/** Paths are only told from the rest of a command where a shell of Unix reads it. */
const WINDOWS = ['.claude\\hooks\\', '%CLAUDE_PROJECT_DIR%', '$env:CLAUDE_PROJECT_DIR']

const isBoundary = (character: string): boolean => /[\p{White_Space}=;|&<>()]/u.test(character)

const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`

/** A path as it will be, or null for one that a shell would still have to fill in. */
const moved = (path: string, at: number, scripts: string): string | null => {
  const before = path.slice(0, at)
  const rest = path.slice(at + FOLDER.length)
  const isPath = before === '' || before === './' || before.endsWith('/')
  if (!isPath || Array.from(before).some(isBoundary)) return null
  if (rest === '' || /[\\$`*?[{}]/.test(rest)) return null
  return quoted(rest.startsWith('/') ? rest : `${scripts}/${rest}`)
}

/** Paths between two quotes of a kind. */
const inQuotes = (command: string, quote: string, scripts: string): string => {
  let text = command
  for (let from = 0; ;) {
    const start = text.indexOf(quote, from)
    const end = start === -1 ? -1 : text.indexOf(quote, start + 1)
    if (end === -1) return text
    const content = text.slice(start + 1, end)
    const at = content.indexOf(FOLDER)
    const path = at === -1 ? null : moved(content, at, scripts)
    if (path !== null) text = text.slice(0, start) + path + text.slice(end + 1)
    from = path === null ? end + 1 : start + path.length
  }
}

/** The next place of the folder outside of quotes; −1 when there is none. */
const unquoted = (text: string, from: number): number => {
  let open: string | null = null
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (open !== "'" && character === '\\') at += 1
    else if (open === null && (character === "'" || character === '"')) open = character
    else if (character === open) open = null
    else if (open === null && text.startsWith(FOLDER, at)) return at
  }
  return -1
}

const startOf = (text: string, at: number): number => {
  let start = at
  while (start > 0 && !isBoundary(text[start - 1] ?? '')) start -= 1
  return start
}

const endOf = (text: string, from: number): number => {
  let end = from
  while (end < text.length && !isBoundary(text[end] ?? '')) end += text[end] === '\\' ? 2 : 1
  return Math.min(end, text.length)
}

const outsideQuotes = (command: string, scripts: string): string => {
  let text = command
  for (let from = 0; ;) {
    const at = unquoted(text, from)
    if (at === -1) return text
    const start = startOf(text, at)
    const end = endOf(text, at + FOLDER.length)
    const isValue = text[start - 1] === '='
    const path = isValue ? null : moved(text.slice(start, end), at - start, scripts)
    if (path !== null) text = text.slice(0, start) + path + text.slice(end)
    from = path === null ? at + FOLDER.length : start + path.length
  }
}

/** A command that finds its scripts where an import puts them. */
export const hookCommand = (command: string, scripts: string): string => {
  if (WINDOWS.some((part) => command.includes(part))) return command
  const single = inQuotes(command, "'", scripts)
  return outsideQuotes(inQuotes(single, '"', scripts), scripts)
}
