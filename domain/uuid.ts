/**
 * UUIDs as Codex reads them: hyphenated, bare, in braces or as a URN, in any case; with the words of Rust's `uuid`
 * crate for what is none of these.
 */
import * as E from 'fp-ts/lib/Either.js'

const BARE = /^[0-9a-f]{32}$/i
const HYPHENATED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const URN = 'urn:uuid:'
const GROUPS = [8, 4, 4, 4, 12] as const
const GROUP_STARTS = [0, 9, 14, 19, 24] as const

const bytesOf = (text: string): number => Buffer.byteLength(text)

/** The part between the wrapping, and the number of bytes before it. */
const unwrap = (
  text: string
): { readonly body: string; readonly offset: number; readonly bare: boolean } => {
  if (text.length >= 2 && text.startsWith('{') && text.endsWith('}')) {
    return { body: text.slice(1, -1), offset: 1, bare: false }
  }
  if (text.startsWith(URN)) return { body: text.slice(URN.length), offset: URN.length, bare: false }
  return { body: text, offset: 0, bare: true }
}

const wrongGroup = (group: number, found: number): string =>
  `invalid group length in group ${group}: expected ${GROUPS[group]}, found ${found}`

const explain = (text: string): string => {
  const { body, offset, bare } = unwrap(text)
  const hyphens: Array<number> = []
  let at = 0
  for (const character of body) {
    if (character === '-') hyphens.push(at)
    else if (!/^[0-9a-f]$/i.test(character)) {
      return `invalid character: expected an optional prefix of \`urn:uuid:\` followed by [0-9a-fA-F-], found \`${character}\` at ${at + offset + 1}`
    }
    at += bytesOf(character)
  }
  if (hyphens.length === 0 && bare) {
    return `invalid length: expected length 32 for simple format, found ${bytesOf(text)}`
  }
  if (hyphens.length !== 4) return `invalid group count: expected 5, found ${hyphens.length + 1}`
  for (const [group, end] of hyphens.entries()) {
    const start = GROUP_STARTS[group] ?? 0
    if (end !== start + (GROUPS[group] ?? 0)) return wrongGroup(group, end - start)
  }
  return wrongGroup(4, bytesOf(text) - GROUP_STARTS[4])
}

/** Reads a UUID to its lowercase hyphenated form; `Left` is the reason it is none. */
export const parseUuid = (text: string): E.Either<string, string> => {
  if (BARE.test(text)) {
    const hex = text.toLowerCase()
    const ends = [8, 12, 16, 20, 32]
    return E.right(
      ends.map((end, group) => hex.slice(group === 0 ? 0 : ends[group - 1], end)).join('-')
    )
  }
  const { body } = unwrap(text)
  return HYPHENATED.test(body) ? E.right(body.toLowerCase()) : E.left(explain(text))
}

const AROUND = /^\p{White_Space}+|\p{White_Space}+$/gu

/** The id in the text of `installation_id`; null where it has none and Codex makes a new one. */
export const installationIdIn = (text: string): string | null => {
  const id = parseUuid(text.replace(AROUND, ''))
  return E.isRight(id) ? id.right : null
}
