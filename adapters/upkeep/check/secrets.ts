/**
 * Secrets that stand in rollouts: how many of each kind, and never which.
 */
import { join } from 'node:path'
import { parsedJson } from '../../../domain/json.ts'
import { RULES } from '../../../domain/redact/rules.ts'
import { createRedactor, type HiddenPath, type SecretFinder } from '../../../domain/redact/value.ts'
import type { Progress } from '../../../replay/catch-up/fold-many.ts'
import { CompressedDamage, openRollout } from '../../log/jsonl/front-to-back.ts'
import { byThread, type RolloutFile } from '../storage/files.ts'

/** Secrets of one kind in the files of a thread. */
export interface SecretsOfKind {
  readonly threadId: string
  /** The word that exports put in their place. */
  readonly secretKind: string
  /** Different ones. */
  readonly secrets: number
  /** Lines that hold one. A line that Codex writes twice counts twice. */
  readonly lines: number
}

export interface SecretsSummary {
  readonly rollouts: number
  readonly bytes: number
  /** Threads that hold any. */
  readonly threads: number
  /** Files that could not be read to their end. */
  readonly unread: number
}

/** More of one line is looked at in parts. */
const LINE_BYTES_MAX = 16 * 1024 * 1024
const NEWLINE = 0x0a

/** The lines of a file; of one that is too long, its parts. */
function* linesOf(path: string, isCompressed: boolean): Generator<Buffer> {
  const file = openRollout(path, isCompressed)
  try {
    let held: Array<Buffer> = []
    let bytes = 0
    for (let piece = file.next(); piece !== null; piece = file.next()) {
      for (let from = 0; from < piece.length;) {
        const end = piece.indexOf(NEWLINE, from)
        const until = end === -1 ? piece.length : end
        held.push(Buffer.from(piece.subarray(from, until)))
        bytes += until - from
        from = until + 1
        if (end === -1 && bytes < LINE_BYTES_MAX) continue
        yield Buffer.concat(held)
        held = []
        bytes = 0
      }
    }
    if (bytes > 0) yield Buffer.concat(held)
  } finally {
    file.close()
  }
}

export interface SecretsRequest {
  readonly home: string
  readonly files: ReadonlyArray<RolloutFile>
  /** Looks for more than the rules know. */
  readonly finder: SecretFinder
  readonly signal: AbortSignal
  readonly onProgress?: Progress
}

const isUnreadable = (cause: unknown): boolean =>
  cause instanceof CompressedDamage || typeof (cause as NodeJS.ErrnoException).code === 'string'

/** Looks through every text of every line, damaged lines too. A search that is aborted throws the reason. */
export async function* secretsInFiles({
  home,
  files,
  finder,
  signal,
  onProgress
}: SecretsRequest): AsyncGenerator<ReadonlyArray<SecretsOfKind>, SecretsSummary> {
  let [rollouts, bytes, threads, unread] = [0, 0, 0, 0]
  for (const [threadId, own] of byThread(files)) {
    const redactor = createRedactor(RULES, finder)
    const lines = new Map<string, number>()
    const count = (hidden: ReadonlyArray<HiddenPath>): void => {
      for (const word of new Set(hidden.map((one) => one.word)))
        lines.set(word, (lines.get(word) ?? 0) + 1)
    }
    for (const { path, compressed, sizeBytes } of own) {
      try {
        for (const line of linesOf(join(home, path), compressed)) {
          signal.throwIfAborted()
          const text = line.toString('utf8')
          count((await redactor.value(parsedJson(text) ?? text)).hidden)
        }
      } catch (cause) {
        if (!isUnreadable(cause)) throw cause
        unread += 1
      }
      rollouts += 1
      bytes += sizeBytes
      onProgress?.(rollouts, files.length, bytes)
    }
    const rows = [...redactor.kinds()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([secretKind, secrets]) => ({
        threadId,
        secretKind,
        secrets,
        lines: lines.get(secretKind) ?? 0
      }))
    if (rows.length > 0) threads += 1
    if (rows.length > 0) yield rows
  }
  return { rollouts, bytes, threads, unread }
}
