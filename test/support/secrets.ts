// Secrets that are none, made from the examples of the rules, and the places where people leave them.
import { RULES, type SecretRule } from '../../domain/redact/rules.ts'

const LETTERS: Readonly<Record<string, string>> = {
  a: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  h: '0123456789abcdef',
  d: '0123456789',
  u: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
}

/** Fills the places of an example: `{a20}` are twenty letters and digits. The same seed gives the same text. */
export const filled = (example: string, seed = 7): string => {
  let state = seed
  const next = (size: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >> 8) % size
  }
  return example.replace(/\{([ahdu])(\d+)\}/g, (_, kind: string, count: string) =>
    Array.from({ length: Number(count) }, (__, at) => {
      const letters = LETTERS[kind] ?? ''
      // The first two are no chance, so that every text has a letter and a digit.
      if (kind === 'a' && at < 2) return at === 0 ? 'k' : '7'
      return letters[next(letters.length)]
    }).join('')
  )
}

/** A text that holds a secret, and the secret itself. */
export interface Planted {
  readonly rule: SecretRule
  readonly text: string
  readonly secret: string
}

/** What a rule hides in its own example. */
export const secretOf = (rule: SecretRule, text: string): string => {
  const [match] = text.matchAll(rule.pattern)
  return match?.groups?.['s'] ?? match?.[0] ?? ''
}

export const plantedIn = (rule: SecretRule, seed = 7): Planted => {
  const text = filled(rule.yes, seed)
  return { rule, text, secret: secretOf(rule, text) }
}

export const everySecret = (): ReadonlyArray<Planted> => RULES.map((rule) => plantedIn(rule))

/** Where a secret is found. Texts that have a name in front of the secret keep it. */
export const PLACEMENTS: Readonly<Record<string, (text: string) => string>> = {
  argument: (text) => `$ deploy --now ${text}`,
  environment: (text) => `PATH=/usr/bin\nX_VALUE=${text}\nHOME=/root\n`,
  json: (text) => JSON.stringify({ a: [1, { value: text }], b: null }),
  yaml: (text) => `service:\n  value: ${text}\n  port: 80\n`,
  dotenv: (text) => `# settings\nVALUE="${text}"\n`,
  diff: (text) => `@@ -1 +1 @@\n-old\n+${text.replaceAll('\n', '\n+')}\n`,
  table: (text) => `| name | value |\n|---|---|\n| x | ${text} |\n`,
  url: (text) => `see https://example.com/callback?value=${text}&next=1`,
  coloured: (text) => `\u001b[32m${text}\u001b[0m`,
  json_in_json: (text) => JSON.stringify({ arguments: JSON.stringify({ cmd: `echo\n${text}` }) }),
  code: (text) => `Use \`${text}\` for it.`,
  file_name: (text) => `/tmp/${text}.txt`
}
