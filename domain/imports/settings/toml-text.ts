/**
 * Texts as Codex writes them in TOML: in the plainest quotes that need no escapes.
 */

/** Longest run of a character. */
const runOf = (text: string, character: string): number =>
  Math.max(0, ...Array.from(text.matchAll(new RegExp(`${character}+`, 'g')), ([run]) => run.length))

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\'
}

const escaped = (character: string): string =>
  ESCAPES[character] ??
  `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f]/

/** Between quotes of one line, with escapes. */
const basic = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  `"${text
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f\\]/g, escaped)
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')}"`

/** Quotes of several lines; the text begins on a line of its own when it has any. */
const between = (quotes: string, text: string): string =>
  `${quotes}${text.includes('\n') ? '\n' : ''}${text}${quotes}`

/** Between quotes of several lines, with escapes; of three quotes in a row the third is escaped. */
const severalLines = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  between(
    '"""',
    text.replace(/[\u0000-\u0009\u000b-\u001f\u007f\\]/g, escaped).replaceAll('"""', '""\\"')
  )

/** A text as a value. */
export const tomlText = (text: string): string => {
  const [single, double] = [runOf(text, "'"), runOf(text, '"')]
  const isEscaped = CONTROLS.test(text)
  const hasLines = text.includes('\n')
  const needsEscapes = isEscaped || text.includes('\\')
  if (!needsEscapes && double === 0 && !hasLines) return `"${text}"`
  if (!isEscaped && single === 0 && !hasLines) return `'${text}'`
  if (!needsEscapes && double <= 2) return between('"""', text)
  if (!isEscaped && single <= 2) return between("'''", text)
  return hasLines ? severalLines(text) : basic(text)
}
