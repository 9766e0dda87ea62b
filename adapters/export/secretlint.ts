/**
 * The rules of secretlint, as one more way to find secrets. They are half a megabyte, so they are loaded when something is redacted.
 */
import type { FoundSecret } from '../../domain/redact/find.ts'
import type { SecretFinder } from '../../domain/redact/value.ts'

/** Shorter texts hold no secret that has a form. */
const CHARS_MIN = 12
const BETWEEN = '\n\n'
/** Some of its patterns take the square of the length of such a run; no secret is one line of it, keys of several lines are. */
const ENDLESS = /\S{512,}/g

const wordOf = (ruleId: string): string =>
  ruleId.replace('@secretlint/secretlint-rule-', '').replaceAll(/[^a-z0-9-]/g, '') || 'secret'

/** Its rules run over many texts at once, because a run has a cost of its own. */
export const secretlintFinder = async (): Promise<SecretFinder> => {
  const { lintSource } = await import('@secretlint/core')
  const { creator } = await import('@secretlint/secretlint-rule-preset-recommend')
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] }
  const rangesIn = async (content: string): Promise<ReadonlyArray<FoundSecret>> => {
    const { messages } = await lintSource({
      source: { filePath: 'text', content, contentType: 'text', ext: '' },
      options: { config, locale: 'en', maskSecrets: true, noPhysicFilePath: true }
    })
    return messages
      .filter(({ type }) => type === 'message')
      .map(({ ruleId, range: [from, until] }) => ({ word: wordOf(ruleId), from, until }))
      .filter(({ from, until }) => !content.slice(from, until).includes('[REDACTED '))
      .sort((a, b) => a.from - b.from)
  }
  return async (texts) => {
    const places: Array<{ readonly at: number; readonly from: number }> = []
    let content = ''
    for (const [at, text] of texts.entries()) {
      if (text.length < CHARS_MIN) continue
      places.push({ at, from: content.length })
      content += text.replace(ENDLESS, (run) => '\n'.repeat(run.length)) + BETWEEN
    }
    const found: Array<Array<FoundSecret>> = texts.map(() => [])
    let place = 0
    for (const { word, from, until } of content === '' ? [] : await rangesIn(content)) {
      while ((places[place + 1]?.from ?? Infinity) <= from) place += 1
      const { at, from: begins } = places[place] ?? { at: 0, from: 0 }
      const end = Math.min(until - begins, texts[at]?.length ?? 0)
      if (from - begins < end) found[at]?.push({ word, from: from - begins, until: end })
    }
    return found
  }
}
