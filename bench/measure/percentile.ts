/**
 * Percentiles of samples.
 */

/** The sample below which `share` of all lie, 0.99 for the 99th percentile; NaN of none. */
export const percentile = (samples: ReadonlyArray<number>, share: number): number =>
  [...samples].sort((a, b) => a - b)[
    Math.min(samples.length - 1, Math.floor(samples.length * share))
  ] ?? NaN
