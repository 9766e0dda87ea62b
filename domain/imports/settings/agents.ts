/**
 * Agents whose settings can be imported, a row of data each.
 */
import { CLAUDE_WORDS, CURSOR_WORDS, type AgentWords } from './words.ts'

export interface SettingsAgent {
  readonly name: 'claude' | 'cursor'
  /** Folder of its settings, in the home of its user and in repositories. */
  readonly folder: string
  readonly words: AgentWords
}

export const CLAUDE_SETTINGS: SettingsAgent = {
  name: 'claude',
  folder: '.claude',
  words: CLAUDE_WORDS
}

export const CURSOR_SETTINGS: SettingsAgent = {
  name: 'cursor',
  folder: '.cursor',
  words: CURSOR_WORDS
}

export const SETTINGS_AGENTS: ReadonlyArray<SettingsAgent> = [CLAUDE_SETTINGS, CURSOR_SETTINGS]
