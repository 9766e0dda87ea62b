/**
 * What projects are called.
 */

const partsOf = (path: string): ReadonlyArray<string> =>
  path.split('/').filter((part) => part !== '')

/** The last folder of a path. */
export const folderOf = (path: string): string => partsOf(path).at(-1) ?? path

/** Folders by as many of their last names as tell them apart. */
export const folderNames = (paths: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const nameOf = (path: string, parts: number): string =>
    partsOf(path).slice(-parts).join('/') || path
  const isAlone = (path: string, parts: number): boolean =>
    paths.every((other) => other === path || nameOf(other, parts) !== nameOf(path, parts))
  return new Map(
    paths.map((path) => {
      const depth = partsOf(path).length
      let parts = 1
      while (parts < depth && !isAlone(path, parts)) parts += 1
      return [path, nameOf(path, parts)]
    })
  )
}
