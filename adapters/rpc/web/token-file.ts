/**
 * The token of a running page, for the same user's next `unroll web`: it opens the page that is there instead of a second one. The file
 * stands beside the index, is readable by its owner only, and goes when the server does.
 */
import * as E from 'fp-ts/lib/Either.js'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { indexDirectory } from '../../index-directory.ts'

/** Where a page is. */
export interface PagePlace {
  readonly home: string
  readonly index?: string
  readonly store?: string
}

/** Null where there is no folder: an index in memory. */
const pathOf = ({ home, ...place }: PagePlace, port: number): string | null => {
  const folder = indexDirectory(home, place)
  if (E.isLeft(folder) || folder.right === 'memory') return null
  return join(folder.right, `web-${port}.token`)
}

/** Keeps the token until the returned function is called. Where it cannot be kept, the next page is simply opened without. */
export const keepToken = (place: PagePlace, port: number, token: string): (() => void) => {
  const path = pathOf(place, port)
  if (path === null) return () => undefined
  const forget = (): void => rmSync(path, { force: true })
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    forget()
    writeFileSync(path, token, { mode: 0o600, flag: 'wx' })
  } catch {
    return () => undefined
  }
  return forget
}

/** The token of the page at a port; null where none is kept. */
export const keptToken = (place: PagePlace, port: number): string | null => {
  const path = pathOf(place, port)
  if (path === null) return null
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
