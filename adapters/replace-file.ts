/**
 * Replacing a file: it is written under another name, synced, and renamed. Readers find the old bytes or the new ones, also after a
 * kill or a power cut.
 */
import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './home/own-folder.ts'
import { makeOrRemove, writeWhole } from './plain-file.ts'

export interface Replacement {
  /** The other name, on the same file system; what a killed process left there is replaced. */
  readonly temporary: string
  readonly mode: number
  /** Called between the stages; a trial ends the process there. */
  readonly step?: () => void
}

/** Replaces a file, on disk when it returns; `content` may write it piece by piece. Throws what the system says. */
export const replaceFile = (
  path: string,
  content: string | Uint8Array | ((file: number) => void),
  { temporary, mode, step = () => undefined }: Replacement
): void => {
  rmSync(temporary, { force: true })
  makeOrRemove(temporary, () => {
    step()
    const file = openSync(temporary, 'wx', mode)
    try {
      fchmodSync(file, mode)
      step()
      if (typeof content === 'function') content(file)
      else writeWhole(file, content)
      step()
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    step()
    renameSync(temporary, path)
  })
  step()
  syncFolder(dirname(path))
}
