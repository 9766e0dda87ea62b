/**
 * Replacing and creating a file: it is written under another name, synced, and gets its name then. Readers find the old bytes (or
 * no file) or the new ones, also after a kill or a power cut.
 */
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './own-folder.ts'
import { makeOrRemove, unlinkIfThere, writeWhole } from './plain-file.ts'

interface Replacement {
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

/**
 * Creates a file, on disk when it resolves; `temporary` is a new name beside it. Throws what the system says: `EEXIST` when the name
 * is taken.
 */
export const createFile = async (
  path: string,
  content: (file: number) => Promise<void>,
  {
    temporary,
    step = () => undefined,
    mode
  }: Pick<Replacement, 'temporary' | 'step'> & Partial<Pick<Replacement, 'mode'>>
): Promise<void> => {
  const file = openSync(temporary, 'wx', mode)
  try {
    await content(file)
    step()
    fsyncSync(file)
    step()
    linkSync(temporary, path)
    step()
  } finally {
    closeSync(file)
    unlinkIfThere(temporary)
  }
  step()
  syncFolder(dirname(path))
}
