/**
 * Who has a file open for writing, as far as the system shows. Codex up to 0.142 takes no lock, but keeps its file open.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

const WRITES = 0o3

const attempt = <A>(read: () => A, otherwise: A): A => {
  try {
    return read()
  } catch {
    return otherwise
  }
}

const isWriting = (pid: string, descriptor: string): boolean => {
  const info = attempt(() => readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'), '')
  const flags = /^flags:\s*(\d+)/m.exec(info)?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & WRITES) !== 0
}

/** The first process, other than this one, that has one of some files open for writing; null when none is known. */
export const openWriter = (
  paths: ReadonlyArray<string>
): { readonly pid: number; readonly path: string } | null => {
  const wanted = new Set(paths.map((path) => attempt(() => realpathSync(path), path)))
  const pids = attempt(() => readdirSync('/proc'), []).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (Number(pid) === process.pid) continue
    const folder = join('/proc', pid, 'fd')
    for (const descriptor of attempt(() => readdirSync(folder), [])) {
      const path = attempt(() => readlinkSync(join(folder, descriptor)), '')
      if (wanted.has(path) && isWriting(pid, descriptor)) return { pid: Number(pid), path }
    }
  }
  return null
}
