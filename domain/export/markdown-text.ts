/**
 * A message, which is Markdown, as a part of a larger Markdown file: headings below those around it, HTML and pictures as text.
 *
 * Where it is not certain that a text is code, it counts as none: a sign too many is ugly, and HTML that gets through is worse.
 */
import { visible } from './plain.ts'

const FENCE = /^([ \t>]*)(`{3,}|~{3,})(.*)$/
const HEADING = /^( {0,3}(?:>[ ]?){0,8})(#{1,6})(?=\s|$)/
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/
const MARKER = /^\s*(?:[>#|*+-]|\d+[.)]|$)/

const HEADING_MAX = 6

/** `<` that would begin a tag, and `![` that would load a picture. */
const escapeTags = (text: string): string =>
  text
    .replace(/<(?!(?:https?:\/\/|mailto:)[^\s<>]+>)(?=[A-Za-z/!?])/g, '&lt;')
    .replace(/!\[/g, '!\\[')

/** Runs of backticks of a line: code between pairs of equal length. Null where one has no partner. */
const spansOf = (line: string): ReadonlyArray<{ isCode: boolean; text: string }> | null => {
  const spans: Array<{ isCode: boolean; text: string }> = []
  let from = 0
  for (let at = line.indexOf('`'); at !== -1; at = line.indexOf('`', from)) {
    let end = at
    while (line[end] === '`') end += 1
    const run = line.slice(at, end)
    if (line[at - 1] === '\\') return null
    let close = line.indexOf(run, end)
    while (close !== -1 && line[close + run.length] === '`') {
      let next = close
      while (line[next] === '`') next += 1
      close = line.indexOf(run, next)
    }
    if (close === -1) return null
    spans.push({ isCode: false, text: line.slice(from, at) })
    from = close + run.length
    spans.push({ isCode: true, text: line.slice(at, from) })
  }
  spans.push({ isCode: false, text: line.slice(from) })
  return spans
}

/** Lines that belong together, so that a code span of one can end in the next. */
const escapeParagraph = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const spans = lines.map(spansOf)
  if (spans.includes(null)) return lines.map(escapeTags)
  return spans.map((line) =>
    (line ?? []).map(({ isCode, text }) => (isCode ? text : escapeTags(text))).join('')
  )
}

interface OpenFence {
  readonly mark: string
  /** At the beginning of its line: no list or quotation can end it. */
  readonly isSure: boolean
}

const closes = (line: string, { mark }: OpenFence): boolean => {
  const [, , run = '', rest = ''] = FENCE.exec(line) ?? []
  return run.startsWith(mark) && rest.trim() === ''
}

/** The message with its headings `shift` levels lower. */
export const embedded = (markdown: string, shift: number): string => {
  const out: Array<string> = []
  let paragraph: Array<string> = []
  let fence: OpenFence | null = null
  const flush = (): void => {
    out.push(...escapeParagraph(paragraph))
    paragraph = []
  }
  for (const line of visible(markdown).split('\n')) {
    if (fence !== null) {
      out.push(fence.isSure ? line : escapeTags(line))
      if (closes(line, fence)) fence = null
      continue
    }
    const [, indent = '', mark = '', info = ''] = FENCE.exec(line) ?? []
    if (mark !== '' && !(mark.startsWith('`') && info.includes('`'))) {
      flush()
      out.push(line)
      fence = { mark, isSure: indent === '' }
      continue
    }
    if (UNDERLINE.test(line) && paragraph.length > 0) {
      flush()
      out.push(line.includes('=') ? '' : '\n---')
      continue
    }
    if (MARKER.test(line)) flush()
    paragraph.push(
      line.replace(
        HEADING,
        (_, before: string, marks: string) =>
          before + '#'.repeat(Math.min(HEADING_MAX, marks.length + shift))
      )
    )
  }
  flush()
  if (fence !== null) out.push(fence.mark)
  return out.join('\n')
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;'
}

/** Text as HTML shows it. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => HTML[char] ?? char)

/** Text that Markdown shows as it is. */
export const escapeMarkdown = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>#|~&]/g, (char) => `\\${char}`)

/** Text as code, whatever is in it. */
export const fenced = (language: string, text: string): string => {
  const runs = text.match(/~{3,}/g) ?? []
  const mark = '~'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)))
  return `${mark}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${mark}`
}
