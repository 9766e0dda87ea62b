/**
 * The words of another agent in texts for people and models: whole words in any case become Codex's. Since 0.169 what looks like a
 * name on the Internet, or like another file's, stays.
 */
import type { ProfileName } from '../../log/profile.ts'

export interface AgentWords {
  /** Name of its file of guidance. */
  readonly guidance: string
  /** Names it goes by, in any case. */
  readonly names: ReadonlyArray<string>
  /** Names that are its own only when they are spelled like this. */
  readonly spelled: ReadonlyArray<string>
}

export const CLAUDE_WORDS: AgentWords = {
  guidance: 'CLAUDE.md',
  names: ['claude code', 'claude-code', 'claude_code', 'claudecode', 'claude'],
  spelled: []
}

export const CURSOR_WORDS: AgentWords = {
  guidance: '.cursorrules',
  names: [],
  spelled: ['Cursor']
}

const wholeWord = (word: string, flags: string): RegExp =>
  new RegExp(`(?<![A-Za-z0-9_])${word.replace(/[.-]/g, '\\$&')}(?![A-Za-z0-9_])`, flags)

const LABEL = /^[\p{Alphabetic}\p{N}](?:[\p{Alphabetic}\p{N}-]*[\p{Alphabetic}\p{N}])?$/u

/** A run of letters, digits, dots and dashes, without dots at its end, and what stands behind it. */
interface NameRun {
  readonly text: string
  readonly next: string
}

const BEFORE = /[\p{Alphabetic}\p{N}.-]*$/u
const BEHIND = /^[\p{Alphabetic}\p{N}.-]*/u

const runAt = (text: string, at: number): NameRun => {
  const [before = ''] = BEFORE.exec(text.slice(Math.max(0, at - 300), at)) ?? []
  const [behind = ''] = BEHIND.exec(text.slice(at, at + 300)) ?? []
  return { text: (before + behind).replace(/\.+$/, ''), next: text.charAt(at + behind.length) }
}

/** True for labels with dots between them, the last of which begins like one of the top. */
const isDomain = ({ text, next }: NameRun): boolean => {
  const labels = text.split('.')
  const isNamed = labels.length > 1 && labels.every((label) => LABEL.test(label))
  return isNamed && /^[A-Za-z]{2}/.test(labels.at(-1) ?? '') && next !== '_'
}

type Keeps = (found: string, at: number, text: string) => boolean

const inDomain: Keeps = (found, at, text) =>
  isDomain(runAt(text, at)) || isDomain(runAt(text, at + found.length - 1))

/** The file of guidance looks like a domain itself: it stays in a longer one, in an address, and beside other letters. */
const inOtherName: Keeps = (found, at, text) => {
  const run = runAt(text, at)
  if (!isDomain(run)) return false
  const before = text.slice(Math.max(0, at - 4), at)
  const next = text.charAt(at + found.length)
  const isAddress =
    /(?:[A-Za-z0-9]@|:\/\/)$/.test(before) || (next === '/' && !/[/@]$/.test(before))
  return isAddress || run.text !== found || next > '\u007f' || /[^\0-\x7f]$/.test(before)
}

const KEEPS_NONE: Keeps = () => false

const replaced = (text: string, word: RegExp, by: string, keeps: Keeps): string =>
  text.replace(word, (found, at: number) => (keeps(found, at, text) ? found : by))

/** Puts a text in Codex's words. */
export type Reword = (text: string) => string

/** How a version rewrites texts of an agent; in commands it rewrites names on the Internet too. */
export const inCodexWords =
  (words: AgentWords, profile: ProfileName, of: 'guidance' | 'commands' = 'guidance'): Reword =>
  (text) => {
    const isNew = profile === '0.169' && of === 'guidance'
    const guided = replaced(
      text,
      wholeWord(words.guidance, 'gi'),
      'AGENTS.md',
      isNew ? inOtherName : KEEPS_NONE
    )
    const keeps = isNew ? inDomain : KEEPS_NONE
    const named = words.names.reduce(
      (all, name) => replaced(all, wholeWord(name, 'gi'), 'Codex', keeps),
      guided
    )
    return words.spelled.reduce(
      (all, name) => replaced(all, wholeWord(name, 'g'), 'Codex', keeps),
      named
    )
  }
