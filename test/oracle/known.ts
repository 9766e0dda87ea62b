/**
 * What a real Codex is known to answer otherwise than unroll's strict mode, and why.
 */

/** Two answers that differ. */
export interface Difference {
  readonly reader: string
  readonly home: string
  readonly change: string
  /** `fresh` process, after `resume`, its `turns` then, or `again` after one more turn. */
  readonly phase: string
  readonly method: string
  readonly paths: ReadonlyArray<string>
  readonly params: unknown
  readonly ours: unknown
  readonly theirs: unknown
}

interface Known {
  readonly reason: string
  readonly reader?: RegExp
  readonly home?: RegExp
  readonly change?: RegExp
  readonly phase?: RegExp
  readonly method?: RegExp
  readonly members: RegExp
}

const KNOWN: ReadonlyArray<Known> = [
  {
    reason: 'the thread is loaded in the process that answers, and was not touched since by the file alone',
    phase: /again/,
    members: /\.thread\.(updatedAt|status\.type)$/
  },
  {
    reason: 'the thread is loaded in the process that answers',
    reader: /169/,
    phase: /turns|again/,
    members: /\.(environments|canAcceptDirectInput|readState|status)\b/
  },
  {
    reason: '0.169 keeps names, times of updates and recency in its database, and had none here',
    reader: /169/,
    members: /\.(name|updatedAt|recencyAt)$/
  }
]

/** Why two answers differ in a member; null when nobody knows. */
export const reasonOf = (one: Difference, member: string): string | null =>
  KNOWN.find(
    ({ reader, home, change, phase, method, members }) =>
      (reader?.test(one.reader) ?? true) &&
      (home?.test(one.home) ?? true) &&
      (change?.test(one.change) ?? true) &&
      (phase?.test(one.phase) ?? true) &&
      (method?.test(one.method) ?? true) &&
      members.test(member)
  )?.reason ?? null
