/**
 * Versions of a plugin: names of the folders beside each other in its cache folder, one of which is active.
 *
 * Source: Codex from 0.142 on. 0.130 compared texts, so it takes 1.9 for newer than 1.10.
 */
import { parse, compareBuild } from 'semver'
import { LOCAL_VERSION } from './version-name.ts'

/** Strictly by the standard: no `v` before it, nothing left out. */
const semanticOf = (text: string) => (/^\d/.test(text) ? parse(text) : null)

/** Negative when `a` is older than `b`: by their numbers when both are semantic versions, else as texts. */
export const compareVersions = (a: string, b: string): number => {
  const [left, right] = [semanticOf(a), semanticOf(b)]
  if (left !== null && right !== null) {
    const order = compareBuild(left, right)
    if (order !== 0) return order
  }
  return a < b ? -1 : a > b ? 1 : 0
}

/** The version in use among those installed; null when there is none. */
export const activeVersion = (versions: ReadonlyArray<string>): string | null => {
  if (versions.includes(LOCAL_VERSION)) return LOCAL_VERSION
  return versions
    .toSorted()
    .reduce<string | null>(
      (best, version) => (best === null || compareVersions(version, best) > 0 ? version : best),
      null
    )
}
