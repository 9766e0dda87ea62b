import type { ProfileName } from '../../domain/log/profile.ts'

/** The era of a version of Codex, such as 0.142 of 0.142.5. */
export const eraOfVersion = (version: string): ProfileName =>
  version.split('.').slice(0, 2).join('.') as ProfileName
