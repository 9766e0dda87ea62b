/**
 * Markdown of a transcript as HTML, without a sanitiser: every kind of token is written by the functions here, which let no HTML of the
 * transcript through, load nothing, and link only to addresses of the web and of mail.
 */
import { Marked, type Tokens } from 'marked'
import { escapeHtml } from '../markdown-text.ts'
import { visible } from '../plain.ts'

/** Text beyond this many characters is shown as it is. */
const LENGTH_MAX = 256 * 1024
const SAFE_LINK = /^(?:https?:\/\/|mailto:)[^\s]+$/i
/** Headings of messages stand below those of turns. */
const SHIFT = 2
const HEADING_MAX = 6

/** Entities of Markdown stay what they are. */
const escapeText = (text: string): string =>
  escapeHtml(text).replace(/&amp;(#\d{1,7};|#x[\da-f]{1,6};|[a-z]\w{1,30};)/gi, '&$1')

/** A quotation or list in so many others is read as often again. */
const NESTED = /^[ \t]*(?:(?:>|[-*+]|\d{1,9}[.)])[ \t]*){24}/m

/** Marked takes the square of the signs of a paragraph, so one that has more of them has no emphasis … */
const SIGNS_MAX = 400
/** … and where so many stand without an empty line between them, nothing is read as Markdown. */
const BLOCK_SIGNS_MAX = 4000

const signsIn = (text: string): number => text.match(/[*_~`[\]<&\\|(]/g)?.length ?? 0

const isTooMuch = (text: string): boolean =>
  text.length > LENGTH_MAX ||
  NESTED.test(text) ||
  (text.length > BLOCK_SIGNS_MAX &&
    text.split(/\n\s*\n/).some((block) => signsIn(block) > BLOCK_SIGNS_MAX))

let counted = { text: '', isCrowded: false }

/** The same text is asked about at each of its signs. */
const isCrowded = (text: string): boolean => {
  if (counted.text !== text) counted = { text, isCrowded: signsIn(text) > SIGNS_MAX }
  return counted.isCrowded
}

const linkTo = (href: string, inner: string): string =>
  SAFE_LINK.test(href)
    ? `<a href="${escapeHtml(href)}" rel="noopener noreferrer nofollow">${inner}</a>`
    : inner

const parser = new Marked({
  gfm: true,
  async: false,
  tokenizer: {
    emStrong: (_: string, whole: string) => (isCrowded(whole) ? undefined : false),
    del: (_: string, whole: string) => (isCrowded(whole) ? undefined : false)
  },
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
    code: ({ text }: Tokens.Code) => `<pre><code>${escapeHtml(text)}</code></pre>\n`,
    codespan: ({ text }: Tokens.Codespan) => `<code>${escapeHtml(text)}</code>`,
    image: ({ href, text }: Tokens.Image) =>
      `<code>![${escapeHtml(text)}](${escapeHtml(href)})</code>`,
    link({ href, tokens }: Tokens.Link) {
      return linkTo(href, this.parser.parseInline(tokens))
    },
    heading({ depth, tokens }: Tokens.Heading) {
      const level = Math.min(HEADING_MAX, depth + SHIFT)
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`
    },
    text(token: Tokens.Text | Tokens.Escape) {
      return 'tokens' in token && token.tokens !== undefined
        ? this.parser.parseInline(token.tokens)
        : escapeText(token.text)
    },
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? '☑ ' : '☐ ')
  }
})

const asItIs = (text: string): string => `<pre tabindex="0">${escapeHtml(text)}</pre>`

const parsed = (text: string): string | null => {
  try {
    return parser.parse(text, { async: false })
  } catch (thrown) {
    // What is nested too deep is not read to its end.
    if (thrown instanceof RangeError) return null
    throw thrown
  }
}

export const htmlOf = (markdown: string): string => {
  const text = visible(markdown)
  if (isTooMuch(text)) return asItIs(text)
  const html = parsed(text)
  if (html === null) return asItIs(text)
  // Long tables and lines of code scroll by themselves, also by keys.
  return html
    .replaceAll('<pre>', '<pre tabindex="0">')
    .replaceAll('<table>', '<div class="wide" tabindex="0" role="group" aria-label="table"><table>')
    .replaceAll('</table>', '</table></div>')
}
