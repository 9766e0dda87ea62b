/**
 * Skill folders that clients of a server added.
 */

/** Folders that clients added, for as long as a server runs. */
export interface SkillRoots {
  readonly all: () => ReadonlyArray<string>
  /** Replaces those that were added before. */
  readonly set: (roots: ReadonlyArray<string>) => void
  /** Calls after every replacement from now on. */
  readonly onSet: (listener: () => void) => void
}

export const createSkillRoots = (): SkillRoots => {
  const listeners: Array<() => void> = []
  let roots: ReadonlyArray<string> = []
  return {
    all: () => roots,
    set: (others) => {
      roots = others
      for (const listener of listeners) listener()
    },
    onSet: (listener) => void listeners.push(listener)
  }
}
