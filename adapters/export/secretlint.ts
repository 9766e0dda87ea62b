/**
 * The rules of secretlint, as one more way to find secrets. They are half a megabyte, so they are loaded when something is redacted.
 */
import { merged, type FoundSecret } from '../../domain/redact/find.ts'
import type { SecretFinder } from '../../domain/redact/value.ts'

/** Shorter texts hold no secret that has a form. */
const CHARS_MIN = 12
const BETWEEN = '\n\n'
/** Some of its patterns take the square of the length of such a run; no secret is one line of it, keys of several lines are. */
const ENDLESS = /\S{320,}/g
/** It takes the square of the number of what it finds, so it gets so many characters at once. */
const WINDOW = 32 * 1024
/** Windows of a text share so many characters: no secret that only secretlint knows is longer. */
const SHARED = 8 * 1024

/** A part of a text, as secretlint reads it. */
interface TextWindow {
  /** The place of the text among the others. */
  readonly at: number
  /** Where the part begins in its text. */
  readonly from: number
  readonly text: string
}

const windowsOf = function* (texts: ReadonlyArray<string>): Generator<TextWindow> {
  for (const [at, text] of texts.entries()) {
    if (text.length < CHARS_MIN) continue
    const read = text.replace(ENDLESS, (run) => '\n'.repeat(run.length))
    for (let from = 0; ; from += WINDOW - SHARED) {
      yield { at, from, text: read.slice(from, from + WINDOW) }
      if (from + WINDOW >= read.length) break
    }
  }
}

/** Windows that are read together. */
const groupsOf = function* (windows: Iterable<TextWindow>): Generator<ReadonlyArray<TextWindow>> {
  let group: Array<TextWindow> = []
  let chars = 0
  for (const window of windows) {
    if (chars > 0 && chars + window.text.length > WINDOW) {
      yield group
      group = []
      chars = 0
    }
    group.push(window)
    chars += window.text.length
  }
  if (chars > 0) yield group
}

const wordOf = (ruleId: string): string =>
  ruleId.replace('@secretlint/secretlint-rule-', '').replaceAll(/[^a-z0-9-]/g, '') || 'secret'

/** Its rules run over many texts at once, because a run has a cost of its own. The work grows with the texts and no faster. */
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
    const found: Array<Array<FoundSecret>> = texts.map(() => [])
    for (const group of groupsOf(windowsOf(texts))) {
      const begins: Array<number> = []
      let content = ''
      for (const { text } of group) {
        begins.push(content.length)
        content += text + BETWEEN
      }
      let place = 0
      for (const { word, from, until } of await rangesIn(content)) {
        while ((begins[place + 1] ?? Infinity) <= from) place += 1
        const window = group[place]
        const start = begins[place] ?? 0
        if (window === undefined || from - start >= window.text.length) continue
        const end = Math.min(until - start, window.text.length)
        found[window.at]?.push({ word, from: window.from + from - start, until: window.from + end })
      }
    }
    return found.map((one) => (one.length < 2 ? one : merged(one)))
  }
}
