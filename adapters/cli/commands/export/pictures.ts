/**
 * Pictures of an export as files beside it, in a folder that appears with it or not at all.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Where the pictures of an export go: `thread.md` has `thread.md.files`. */
export const pictureFolderOf = (path: string): string => `${path}.files`

export interface Pictures {
  /** Takes a `data:` address, and answers the address of its file, relative to the export. */
  readonly write: (picture: string) => string
  /** Gives the folder its name, or takes it away. */
  readonly close: (isWhole: boolean) => void
}

const EXTENSION: Readonly<Record<string, string>> = { jpeg: 'jpg' }
const NAME_CHARS = 16

/** As Markdown wants an address. */
const address = (name: string): string =>
  encodeURIComponent(name).replace(/[()']/g, (char) => `%${char.charCodeAt(0).toString(16)}`)

export const openPictures = (path: string): Pictures => {
  const folder = pictureFolderOf(path)
  const beside = join(dirname(path), `.${basename(folder)}.${process.pid}.part`)
  const names = new Set<string>()
  return {
    write: (picture) => {
      const [, type = 'png', base64 = ''] = /^data:image\/(\w+);base64,(.*)$/s.exec(picture) ?? []
      const bytes = Buffer.from(base64, 'base64')
      const hash = createHash('sha256').update(bytes).digest('hex').slice(0, NAME_CHARS)
      const name = `${hash}.${EXTENSION[type] ?? type}`
      if (names.size === 0) mkdirSync(beside, { mode: 0o700 })
      if (!names.has(name)) writeFileSync(join(beside, name), bytes, { flag: 'wx', mode: 0o600 })
      names.add(name)
      return `${address(basename(folder))}/${name}`
    },
    close: (isWhole) => {
      if (names.size === 0) return
      if (!isWhole) rmSync(beside, { recursive: true, force: true })
      else {
        // What else is in a folder of this name stays there.
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        for (const name of names) renameSync(join(beside, name), join(folder, name))
        rmdirSync(beside)
      }
    }
  }
}
