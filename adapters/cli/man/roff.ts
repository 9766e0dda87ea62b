/**
 * Pages for man, in the macros of man(7).
 */

const SIGNS: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '^': '\\(ha',
  '~': '\\(ti'
}

/** A text as it is: nothing in it is a request, and signs that are typed are not made typographic; a long word may be broken behind some of them. */
const asIs = (text: string): string =>
  text.replace(/[\\\-'^~]/g, (sign) => SIGNS[sign] ?? sign).replace(/[,|}/](?=[^\s])/g, '$&\\:')

/** One line of a text that cannot be a request. */
const line = (text: string): string => text.replace(/\s+/g, ' ').replace(/^\./, '\\&.')

export const bold = (text: string): string => `\\fB${asIs(text)}\\fP`

/** A text in which what stands between backticks is typed. */
export const prose = (text: string): string =>
  line(
    text
      .split('`')
      .map((part, at) => (at % 2 === 1 ? bold(part) : asIs(part).replace(/`/g, '\\(ga')))
      .join('')
  )

/** What is typed: placeholders in italics, the rest bold. */
export const typed = (text: string): string =>
  line(
    text
      .split(/(<[^>]+>|\[[^\]]+\])/)
      .map((part, at) => (part === '' ? '' : at % 2 === 1 ? `\\fI${asIs(part)}\\fP` : bold(part)))
      .join('')
  )

export const title = (name: string, version: string): string =>
  `.TH ${name.toUpperCase()} 1 "" "unroll ${version}" "unroll"\n.nh\n.ad l\n`

/** A section; nothing without a body. */
export const section = (name: string, body: string): string =>
  body === '' ? '' : `.SH ${name}\n${body}`

export const subsection = (name: string, body: string): string => `.SS ${typed(name)}\n${body}`

export const paragraphs = (texts: ReadonlyArray<string>): string =>
  texts.map((text) => `.PP\n${prose(text)}\n`).join('')

/** Heads, each with a text that is indented below it. */
export const items = (rows: ReadonlyArray<readonly [head: string, text: string]>): string =>
  rows.map(([head, text]) => `.TP\n${head}\n${prose(text)}\n`).join('')

/** Lines that are printed as they are, and what each does. */
export const examples = (rows: ReadonlyArray<readonly [typed: string, what: string]>): string =>
  rows.map(([command, what]) => `.TP\n${bold(command)}\n${prose(what)}\n`).join('')
