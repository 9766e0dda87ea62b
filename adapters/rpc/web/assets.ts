/**
 * The files of the page, as the build left them. Only names that were there when the server started are served, so no path of a
 * request is ever a path of the file system.
 */
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const IS_SOURCE = import.meta.url.endsWith('.ts')

/** Where the build puts the page: beside the program. */
export const PAGE_FOLDER = fileURLToPath(
  new URL(IS_SOURCE ? '../../../dist/web' : './web', import.meta.url)
)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml'
}

export interface Asset {
  readonly body: Uint8Array
  readonly contentType: string
}

export interface Assets {
  /** The document of an address inside of the page; where there is one of its own it names what the page needs besides, so that it comes at once. */
  readonly index: (path: string) => Promise<Asset>
  /** A file by its name; null for what is none. Names have a digest of the content, so they never change. */
  readonly file: (name: string) => Promise<Asset> | null
}

const INDEX = 'index.html'

/** Null where the page was not built. */
export const openAssets = (folder: string): Assets | null => {
  if (!existsSync(join(folder, INDEX))) return null
  const names = new Set(readdirSync(folder).filter((name) => TYPES[extname(name)] !== undefined))
  const read = async (name: string): Promise<Asset> => ({
    body: await readFile(join(folder, name)),
    contentType: TYPES[extname(name)] ?? ''
  })
  return {
    index: (path) => {
      const own = `${path.split('/')[1] ?? ''}.html`
      return read(names.has(own) ? own : INDEX)
    },
    file: (name) => (names.has(name) && !name.endsWith('.html') ? read(name) : null)
  }
}
