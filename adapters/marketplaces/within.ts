/**
 * Files below a folder that is not trusted: none is read that a link leads out of it, that is no regular file, or that is too large.
 */
import * as E from 'fp-ts/lib/Either.js'
import { statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { canonicalPath } from '../home/places.ts'
import { fileText } from '../skills/file-text.ts'

/** True for a path without links that is a folder or lies in it. */
const isBelow = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep)

/** Where a path below a folder really is; null where nothing is, and where a link leads out of the folder. */
export const placeWithin = (root: string, below: string): string | null => {
  const outer = canonicalPath(root)
  const inner = canonicalPath(join(root, below))
  return outer !== null && inner !== null && isBelow(inner, outer) ? inner : null
}

/** True for what is there and leads out of its folder. */
export const leadsOut = (root: string, below: string): boolean =>
  canonicalPath(join(root, below)) !== null && placeWithin(root, below) === null

/** True for a regular file below a folder. */
export const isFileWithin = (root: string, below: string): boolean => {
  const place = placeWithin(root, below)
  try {
    return place !== null && statSync(place).isFile()
  } catch {
    return false
  }
}

/** The text of a file below a folder; null where there is none that may be read. */
export const textWithin = (root: string, below: string, bytesMax: number): string | null => {
  const place = placeWithin(root, below)
  if (place === null) return null
  const text = fileText(place, bytesMax, false)
  return E.isRight(text) ? text.right : null
}
