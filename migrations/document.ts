/**
 * Rollouts of the TypeScript client (spring 2025): one JSON document, `{"session": {…}, "items": […]}`, written anew with every
 * item. Here it becomes lines as a client that appends would have written them: the session, then each item.
 *
 * The client did not wait for one write before the next, so a shorter document may stand over the beginning of a longer
 * one. Both begin alike and are laid out alike, so that what is left of the longer one begins with the next item: the items
 * go on there.
 *
 * Shape:  text in, lines out; pure and total. White space outside of texts may be lost, nothing else is. What cannot be
 *         told apart becomes one line, which no reader takes for an event.
 */

const QUOTE = '"'
const SPACE = /[\s,]/

const pastSpace = (text: string, from: number): number => {
  let at = from
  while (at < text.length && SPACE.test(text.charAt(at))) at += 1
  return at
}

const pastText = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '\\') at += 1
    else if (character === QUOTE) return at + 1
  }
  return -1
}

/** Where the value that begins here ends; -1 when the text ends first. */
const pastValue = (text: string, from: number): number => {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === QUOTE) {
      const end = pastText(text, at)
      if (end === -1 || depth === 0) return end
      at = end - 1
    } else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') {
      if (depth === 0) return at
      depth -= 1
      if (depth === 0) return at + 1
    } else if (depth === 0 && SPACE.test(character)) return at
  }
  return -1
}

/** In JSON a newline never stands inside a text. */
const oneLine = (json: string): string => json.replace(/[\r\n]+\s*/g, ' ')

/** The items from a place on, each a line; what is left of them at the end of the text has no newline. */
const itemLines = (text: string, from: number): string => {
  const lines: Array<string> = []
  let at = pastSpace(text, from)
  while (at < text.length) {
    if (text.charAt(at) === ']') {
      const end = pastSpace(text, at + 1)
      at = pastSpace(text, text.charAt(end) === '}' ? end + 1 : end)
      continue
    }
    const end = pastValue(text, at)
    if (end <= at) return [...lines, oneLine(text.slice(at))].join('\n')
    lines.push(oneLine(text.slice(at, end)))
    at = pastSpace(text, end)
  }
  return lines.map((line) => `${line}\n`).join('')
}

const MEMBER = /^\s*"(session|items)"\s*:\s*/

/** The lines of a document. */
export const linesOfDocument = (document: string): string => {
  const text = document.replace(/^\uFEFF/, '')
  let at = pastSpace(text, 0)
  if (text.charAt(at) !== '{') return oneLine(text)
  at += 1
  let lines = ''
  for (;;) {
    at = pastSpace(text, at)
    const member = MEMBER.exec(text.slice(at, at + 64))
    if (member === null) return lines === '' ? oneLine(text) : lines + oneLine(text.slice(at))
    at += member[0].length
    if (member[1] === 'items' && text.charAt(at) === '[') return lines + itemLines(text, at + 1)
    const end = pastValue(text, at)
    if (end <= at) return lines + oneLine(text.slice(at))
    lines += `${oneLine(text.slice(at, end))}\n`
    at = end
  }
}
