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
    reason: 'the thread is loaded in the process that answers, and has no time of the file there',
    phase: /again/,
    members: /\.thread\.(updatedAt|recencyAt|status\.type)$/
  },
  {
    reason: 'times that Codex lets grow by a millisecond step over to the next second',
    reader: /130|142/,
    method: /thread\/(read|list)/,
    members: /\.(updatedAt|recencyAt)$/
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
  },
  {
    reason: '0.169 keeps git facts of paginated threads in its database, unroll in the rollout',
    reader: /169/,
    home: /169/,
    change: /updateMetadata/,
    members: /\.gitInfo\b/
  },
  {
    reason:
      '0.169 without its database lists no file in which nothing was said, so older files of the thread instead',
    reader: /169/,
    change: /rollback|revert/,
    method: /^thread\/list$/,
    members: /\.(path|createdAt)$/
  },
  {
    reason: '0.169 without its database lists no fork in which nothing was said',
    reader: /169/,
    change: /^fork/,
    method: /^thread\/list$/,
    members: /./
  },
  {
    reason: '0.169 keeps the preview of a thread that it has resumed in its database',
    reader: /169/,
    change: /fork|rollback|revert/,
    phase: /again/,
    members: /\.thread\.preview$/
  },
  {
    reason:
      'the home holds a fork in which nothing was said; 0.169 keeps its preview in its database',
    reader: /169/,
    home: /^walk-1-169$/,
    members: /\.preview$/
  },
  {
    reason: '0.169 gives a fork the preview of its source only in its database',
    reader: /169/,
    change: /^fork/,
    members: /\.thread\.preview$/
  },
  {
    reason: 'an archived thread cannot be resumed, and a deleted one is not there',
    change: /^(archive|remove)$/,
    phase: /resume/,
    members: /./
  },
  {
    reason: '0.169 shows turns only of threads that can be resumed',
    reader: /169/,
    change: /^(archive|remove)$/,
    phase: /turns/,
    members: /./
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
