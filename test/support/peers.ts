/**
 * Real Codex binaries, where somebody installed them: `CODEX_PEERS` names a folder with an installation of npm for each version,
 * `npm i --prefix PEERS/0.142.5 @openai/codex@0.142.5`.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { eraOfVersion } from './eras.ts'

export interface Peer {
  readonly era: ProfileName
  readonly version: string
  /** What npm made: a program that starts the real one. */
  readonly codex: string
}

/** The installed versions; none where the variable is not set. */
export const peers = (): ReadonlyArray<Peer> => {
  const folder = process.env['CODEX_PEERS'] ?? ''
  if (folder === '' || !existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .map((version) => ({
      era: eraOfVersion(version),
      version,
      codex: join(folder, version, 'node_modules', '.bin', 'codex')
    }))
    .filter(({ codex }) => existsSync(codex))
}
