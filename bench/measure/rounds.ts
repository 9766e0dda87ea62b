/**
 * Interleaved measuring: A B A B …, so that whatever else the machine does hits all servers alike.
 */
import { performance } from 'node:perf_hooks'
import { noteDisagreement } from './agree.ts'
import { addSample, emptyRow, median, type Row } from './rows.ts'
import type { Ask, Session, Variant } from './session.ts'

/** How often and how long. */
export interface Effort {
  readonly rounds: number
  /** No further round begins after this. */
  readonly budgetMs: number
}

const BURST_CALLS = 5
const BURST_MS = 100

/**
 * The median of up to five calls in a row, each of which asks the next; one call where it is slow. A server that sat idle while
 * another was asked answers its first call with cold processor caches.
 */
const burst = async (
  { connection }: Session,
  first: Ask,
  askOf: (call: number) => Ask | null
): Promise<number> => {
  const times: number[] = []
  const startMs = performance.now()
  do {
    const { method, params } = askOf(times.length) ?? first
    const reply = await connection.call(method, params)
    if (reply.error !== null) throw new Error(reply.error)
    times.push(reply.ms)
  } while (times.length < BURST_CALLS && performance.now() - startMs < BURST_MS)
  return median(times) ?? NaN
}

const reasonOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ').slice(0, 160)

/**
 * Measures the variants in turns, each server in every round. A call that fails ends that server's row; unroll's does
 * not begin where it leaves out what the Codex of the same home says.
 */
export const measure = async (
  suite: string,
  sessions: ReadonlyArray<Session>,
  variants: ReadonlyArray<Variant>,
  { rounds, budgetMs }: Effort
): Promise<Row[]> => {
  const rows = variants.map(({ name }) => emptyRow(suite, name, 'ms'))
  const one = async (variant: Variant, row: Row, session: Session, round: number) => {
    const { name } = session.server
    if (row.notes[name] !== undefined) return
    try {
      const askOf = (call: number) => variant.ask(session.server, round * BURST_CALLS + call)
      const ask = askOf(0)
      if (ask === null) row.notes[name] = 'not supported'
      else addSample(row, name, await burst(session, ask, askOf))
    } catch (cause) {
      row.notes[name] = reasonOf(cause)
    }
  }
  for (const [index, variant] of variants.entries()) {
    await noteDisagreement(sessions, variant, rows[index] as Row)
  }
  const startMs = performance.now()
  for (let round = 0; round < rounds; round++) {
    if (round > 0 && performance.now() - startMs > budgetMs) break
    for (const [index, variant] of variants.entries()) {
      for (const session of sessions) await one(variant, rows[index] as Row, session, round)
    }
  }
  return rows
}
