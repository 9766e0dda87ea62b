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

const linkTo = (href: string, inner: string): string =>
  SAFE_LINK.test(href)
    ? `<a href="${escapeHtml(href)}" rel="noopener noreferrer nofollow">${inner}</a>`
    : inner

const parser = new Marked({
  gfm: true,
  async: false,
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

export const htmlOf = (markdown: string): string => {
  const text = visible(markdown)
  if (text.length > LENGTH_MAX) return `<pre>${escapeHtml(text)}</pre>`
  const html = parser.parse(text, { async: false })
  // Long tables and lines of code scroll by themselves, also by keys.
  return html
    .replaceAll('<pre>', '<pre tabindex="0">')
    .replaceAll('<table>', '<div class="wide" tabindex="0" role="group" aria-label="table"><table>')
    .replaceAll('</table>', '</table></div>')
}
