/**
 * Made settings on a disk, and what stands there after an import.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { PlantedFile } from './made-settings.ts'

/** A new folder with these files. */
export const plantedRoot = (files: ReadonlyArray<PlantedFile>): string => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'settings-')))
  for (const folder of ['user/.codex', 'work/repo'])
    mkdirSync(join(root, folder), { recursive: true })
  for (const { path, text = '', bytes, link, mode = 0o644 } of files) {
    const at = join(root, path)
    mkdirSync(dirname(at), { recursive: true })
    if (link !== undefined) symlinkSync(link, at)
    else {
      const content = text.replaceAll('{{ROOT}}', root)
      writeFileSync(at, bytes === undefined ? content : Buffer.from(bytes, 'hex'))
      chmodSync(at, mode)
    }
  }
  return root
}

/** What an import may write, below a root. */
const TARGETS = [
  'user/.codex/config.toml',
  'user/.codex/hooks.json',
  'user/.codex/hooks',
  'user/.codex/agents',
  'user/.codex/AGENTS.md',
  'user/.agents',
  'work/repo/.codex',
  'work/repo/.agents',
  'work/repo/AGENTS.md',
  'work/repo/sub'
]

/** Every file that stands where imports write: its text and whether it may be run. */
export const planted = (root: string): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {}
  const walk = (path: string): void => {
    const at = join(root, path)
    const stat = lstatSync(at, { throwIfNoEntry: false })
    if (stat === undefined) return
    if (stat.isDirectory()) {
      found[`${path}/`] = ''
      for (const name of readdirSync(at).sort()) walk(`${path}/${name}`)
    } else if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(at)}`
    else found[`${path}${(stat.mode & 0o111) === 0 ? '' : '*'}`] = readFileSync(at, 'utf8')
  }
  TARGETS.forEach(walk)
  return found
}

/** A value in whose texts the root has a name instead of its path. */
export const rootless = <A>(root: string, value: A): A =>
  JSON.parse(JSON.stringify(value).replaceAll(root, '{{ROOT}}')) as A
