/**
 * What a generated home says about itself, in `manifest.json`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One thread. */
export interface ManifestThread {
  readonly id: string
  /** Path of the rollout, relative to the home. */
  readonly file: string
  readonly bytes: number
  readonly lines: number
  /** Turns ever begun, those of the parent included. */
  readonly turns: number
  /** Turns taken back. */
  readonly rolled: number
  readonly archived: boolean
  readonly forkedFrom: string | null
}

/** The whole home. */
export interface Manifest {
  readonly profile: string
  readonly seed: string
  readonly threads: ReadonlyArray<ManifestThread>
}

/** Reads the manifest of a home. */
export const readManifest = (home: string): Manifest =>
  JSON.parse(readFileSync(join(home, 'manifest.json'), 'utf8'))
