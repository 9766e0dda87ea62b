/**
 * Files `installation_id` of homes, in every state in which a server can find one; and what became of them.
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'

const ID = '5b2f7c1e-93a4-4d0b-8e6f-0123456789ef'

const holding =
  (content: string | Uint8Array, mode = 0o644) =>
  (path: string): void => {
    writeFileSync(path, content)
    chmodSync(path, mode)
  }

/** What lies there when a server starts. */
export const INSTALLATIONS: Readonly<Record<string, (path: string) => void>> = {
  absent: () => undefined,
  empty: holding(''),
  garbage: holding('nonsense'),
  long: holding(`${' '.repeat(100)}x${' '.repeat(4000)}`),
  two: holding(`${ID} ${ID}`),
  padded: holding(`  ${ID.toUpperCase()} \n`),
  wide: holding(`\u00a0\u0085${ID}\u3000`),
  mark: holding(`\ufeff${ID}`),
  braces: holding(`{${ID}}`),
  urn: holding(`urn:uuid:${ID}`),
  simple: holding(ID.replaceAll('-', '')),
  nil: holding('00000000-0000-0000-0000-000000000000'),
  'other version': holding('5b2f7c1e-93a4-1d0b-8e6f-0123456789ef'),
  'for its owner': holding(ID, 0o600),
  'for running': holding(ID, 0o755),
  'for reading': holding(ID, 0o444),
  'no text': holding(Uint8Array.from([255, 254, 65])),
  link: (path) => {
    holding(ID)(`${path}.there`)
    symlinkSync(`${path}.there`, path)
  },
  'link to garbage': (path) => {
    holding('nonsense')(`${path}.there`)
    symlinkSync(`${path}.there`, path)
  },
  'link to nothing': (path) => symlinkSync(`${path}.there`, path),
  folder: (path) => mkdirSync(path)
}

/** What a server made of a file. */
export interface Installed {
  /** The text of the file, `{{NEW}}` for a new id; null where it is none. */
  readonly text: string | null
  readonly mode: string
  /** What clients were told; null where nothing was told, `{{NEW}}` for a new id. */
  readonly told: string | null
}

const MADE = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** What is at the path, with a new id named, which is the one that was told wherever one was. */
export const installedAt = (home: string, told: string | null): Installed => {
  const path = join(home, 'installation_id')
  const isNew = (id: string | null) => id !== null && id !== ID && MADE.test(id)
  const stat = statSync(path, { throwIfNoEntry: false })
  const link = lstatSync(path).isSymbolicLink() ? 'link ' : ''
  const text = stat?.isFile() === true ? readFileSync(path, 'utf8') : null
  const isTold = told !== null && text !== null && isNew(text) && told === text
  return {
    text: isNew(text) ? '{{NEW}}' : text,
    mode: `${link}${((stat?.mode ?? 0) & 0o777).toString(8)}`,
    told: isTold ? '{{NEW}}' : told
  }
}
