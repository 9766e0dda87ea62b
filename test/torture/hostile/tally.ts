/**
 * What a run of trials comes to.
 */

/** Counts of a run, and everything that was wrong, a sentence each. */
export interface Tally {
  readonly trials: number
  /** How often which thing was seen. */
  readonly counts: Readonly<Record<string, number>>
  readonly problems: ReadonlyArray<string>
}

/** Told now and then how far a run is. */
export type Report = (line: string) => void

/** Counts and collects while trials run. */
export const tallying = () => {
  const counts: Record<string, number> = {}
  const problems: Array<string> = []
  let trials = 0
  return {
    trial: (): void => void (trials += 1),
    count: (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1),
    problem: (sentence: string): void => void problems.push(sentence),
    done: (): Tally => ({ trials, counts, problems })
  }
}
