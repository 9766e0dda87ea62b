/**
 * Which era a Codex is of, by what it says of itself.
 */
import { PROFILES, type ProfileName } from '../../../domain/log/profile.ts'

/** The era in `codex-cli 0.142.5` or `codex-tui/0.142.5 (…)`; null for a version that this build does not know. */
export const eraOf = (text: string): ProfileName | null => {
  const [, minor] = /^\S*?[ /](\d+\.\d+)\.\d+/.exec(text) ?? []
  return minor !== undefined && Object.hasOwn(PROFILES, minor) ? (minor as ProfileName) : null
}
