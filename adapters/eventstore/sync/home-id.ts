/**
 * Which home a line was copied from: told in the metadata of what a push writes, and nowhere else.
 */
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { hostname } from 'node:os'

const DIGITS = 16

/**
 * Sixteen hexadecimal digits that are the same for a home as long as machine and path are. They are computed rather than
 * kept, so that a home that may only be read has them too; a copy of a home elsewhere is another home.
 */
export const homeIdOf = (home: string): string =>
  createHash('sha256')
    .update(`${hostname()}\n${realpathSync(home)}`)
    .digest('hex')
    .slice(0, DIGITS)
