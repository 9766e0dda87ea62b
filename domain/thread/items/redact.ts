/**
 * Secrets in the commands a client sees, as Codex 0.169 takes them out: in the command line, in the actions read from it, and
 * in what it searched for. Outputs, paths and arguments of tools are left as they are.
 *
 * Source: what 0.169.0 shows of commands made for the purpose, pattern by pattern.
 */

const GONE = '[REDACTED_SECRET]'
const WORD = '[\\p{L}\\p{M}\\p{N}_]'

const OPENAI_KEY = /sk-[A-Za-z0-9]{20,}/g
const AWS_KEY = new RegExp(`(?<!${WORD})AKIA[0-9A-Z]{16}(?!${WORD})`, 'gu')
const BEARER = new RegExp(`(?<!${WORD})bearer[ \\t]+[A-Za-z0-9._~+/-]{16,}=*`, 'giu')
const ASSIGNED = new RegExp(
  `(?<!${WORD})(api[_-]?key|token|secret|password)(?!${WORD})(\\s*[:=]\\s*)(["']?)[^\\s"']{8,}`,
  'giu'
)

/** A text with a mark in place of what looks like a key, a token or a password. */
export const withoutSecrets = (text: string): string =>
  text
    .replace(OPENAI_KEY, GONE)
    .replace(AWS_KEY, GONE)
    .replace(BEARER, `Bearer ${GONE}`)
    .replace(ASSIGNED, `$1$2$3${GONE}`)
