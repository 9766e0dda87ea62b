/**
 * Copies of homes. Codex writes into its home, so no Codex is ever let into a generated one.
 */
import * as fs from 'node:fs'
import { join } from 'node:path'

/** Deletes a folder, there or not. */
export const removeFolder = (path: string): void =>
  fs.rmSync(path, { recursive: true, force: true })

/** A copy that nobody has used; what was there before is deleted. */
export const freshCopy = (home: string, copy: string): void => {
  removeFolder(copy)
  fs.cpSync(home, copy, {
    recursive: true,
    preserveTimestamps: true,
    mode: fs.constants.COPYFILE_FICLONE
  })
}

/** A copy of the home, made once and prepared; one cut short is made again. */
export const keptCopy = (home: string, copy: string, prepare: () => void): void => {
  const done = `${copy}.done`
  const manifest = fs.readFileSync(join(home, 'manifest.json'), 'utf8')
  if (fs.existsSync(done) && fs.readFileSync(done, 'utf8') === manifest) return
  process.stderr.write(`bench: preparing ${copy}\n`)
  fs.rmSync(done, { force: true })
  freshCopy(home, copy)
  prepare()
  fs.writeFileSync(done, manifest)
}
