/**
 * The title of an imported thread: what a person called the session, else what the agent did, else how it begins.
 *
 * Source: titles that Codex 0.130.0, 0.142.5 and 0.169.0 give; see `test/fixtures/imports`.
 */
import type { ProfileName } from '../log/profile.ts'
import { isBlank, trimmed, trimmedStart } from '../white-space.ts'
import { shortened } from './blocks.ts'
import type { SessionLine } from './source.ts'

const TITLE_CHARACTERS_MAX = 120

/** Elements that agents put before what a person says. */
const WRAPPERS = [
  'command-name',
  'command-args',
  'command-message',
  'local-command-stdout',
  'local-command-caveat',
  'ide_selection',
  'ide_opened_file',
  'system-reminder',
  'task-notification'
]

const QUERY = 'user_query'

/** A text without the first element when that is closed: what stands in it, and behind it. */
const element = (text: string, name: string): readonly [inner: string, rest: string] | null => {
  const [open, close] = [`<${name}>`, `</${name}>`]
  if (!text.startsWith(open)) return null
  const end = text.indexOf(close, open.length)
  return end === -1 ? null : [text.slice(open.length, end), text.slice(end + close.length)]
}

/** A text without the query element that it is in, where there is one. */
export const unwrappedQuery = (text: string): string => {
  const whole = trimmed(text)
  const [open, close] = [`<${QUERY}>`, `</${QUERY}>`]
  return whole.startsWith(open) && whole.endsWith(close)
    ? trimmed(whole.slice(open.length, -close.length))
    : text
}

/** What a person said behind everything that was put before it. */
const withoutWrappers = (text: string): string => {
  let rest = trimmedStart(text)
  for (;;) {
    const said = unwrappedQuery(rest)
    if (said !== rest) {
      rest = said
      continue
    }
    const wrapped = WRAPPERS.map((name) => element(rest, name)).find((found) => found !== null)
    if (wrapped === undefined) return rest
    rest = trimmedStart(wrapped?.[1] ?? '')
  }
}

const firstLine = (text: string): string => trimmed(text.split('\n', 1)[0] ?? '')

const firstSaid = (text: string): string =>
  trimmed(text.split('\n').find((line) => !isBlank(line)) ?? '')

/** What a user message would be called; null when it says nothing that a title could be. */
export const titleOfMessage = (text: string, era: ProfileName): string | null => {
  const line = era === '0.169' ? firstSaid(withoutWrappers(text)) : firstLine(text)
  return line === '' && era === '0.169' ? null : shortened(line, TITLE_CHARACTERS_MAX)
}

/** What is known of the title so far. */
export interface TitleFold {
  readonly person: string | null
  readonly agent: string | null
  readonly said: string | null
  readonly hasUser: boolean
  /** How the first user message begins: what a thread without a name is shown as. */
  readonly begins: string
}

/** Before the first line. */
export const NO_TITLE: TitleFold = {
  person: null,
  agent: null,
  said: null,
  hasUser: false,
  begins: ''
}

/** Takes a line. */
export const evolveTitle = (
  fold: TitleFold,
  { title, message }: SessionLine,
  era: ProfileName
): TitleFold => {
  if (title !== undefined) return { ...fold, [title.by]: title.text }
  if (message?.role !== 'user' || fold.said !== null) return fold
  const begins = fold.hasUser
    ? fold.begins
    : shortened(firstLine(message.text), TITLE_CHARACTERS_MAX)
  return { ...fold, said: titleOfMessage(message.text, era), hasUser: true, begins }
}

/** The title; null where nobody asked anything. */
export const titleOf = (
  { person, agent, said, hasUser }: TitleFold,
  era: ProfileName
): string | null =>
  person ?? agent ?? said ?? (hasUser && era === '0.169' ? 'Imported session' : null)

/** The name a thread gets; null where it begins with its title anyway. 0.130 names every thread. */
export const nameOf = (fold: TitleFold, era: ProfileName): string | null => {
  const title = titleOf(fold, era)
  return era !== '0.130' && title === fold.begins ? null : title
}
