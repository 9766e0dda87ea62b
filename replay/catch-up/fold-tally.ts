/**
 * What one fold of one stream came to, added up batch by batch and told once.
 */
import type { DamagedLine, DamageReason, RecordedEvent } from '../../domain/log/event.ts'
import type { DeliveredLine } from '../../domain/log/needs.ts'
import type { LabelsOf } from '../metrics.ts'
import { isDamaged, START, type Lineage, type Position } from '../ports.ts'
import { stopwatch, type Telemetry } from '../telemetry.ts'

interface FoldedBatch {
  readonly lines: ReadonlyArray<RecordedEvent<DeliveredLine> | DamagedLine>
  readonly next: Position
}

export interface FoldTally {
  readonly add: (batch: FoldedBatch) => void
  /** The fold begins again at the first byte. */
  readonly startOver: () => void
  readonly tell: () => void
}

/** Bytes of a lineage between two places of it. */
export const bytesBetween = (lineage: Lineage, from: Position, until: Position): number => {
  let bytes = 0
  for (let at = from.segment; at <= until.segment; at++) {
    const segment = lineage[at]
    if (segment === undefined) continue
    const begin = at === from.segment ? Math.max(from.offset, segment.from) : segment.from
    const end = at === until.segment ? until.offset : (segment.until ?? begin)
    bytes += Math.max(0, end - begin)
  }
  return bytes
}

/** A tally that begins where the fold does. The lineage is asked for when bytes of it were read. Damage is told by one fold, since all of them come upon it: `tellsDamage`. */
export const foldTally = (
  telemetry: Telemetry,
  lineage: () => Lineage,
  start: Position,
  from: LabelsOf<'fold.duration'>['from'],
  tellsDamage: boolean,
  fold: 'fold' | 'search.fold' = 'fold'
): FoldTally => {
  const stop = stopwatch(telemetry, `${fold}.duration`)
  const damaged = new Map<DamageReason, number>()
  let place = start
  let bytes = 0
  let lines = 0
  return {
    add: (batch) => {
      bytes += bytesBetween(lineage(), place, batch.next)
      lines += batch.lines.length
      place = batch.next
      for (const line of batch.lines)
        if (isDamaged(line)) damaged.set(line.reason, (damaged.get(line.reason) ?? 0) + 1)
    },
    startOver: () => {
      telemetry.count('fold.restarts', {})
      place = START
      damaged.clear()
    },
    tell: () => {
      stop({ from })
      telemetry.count(`${fold}.bytes`, { from }, bytes)
      telemetry.count(`${fold}.lines`, { from }, lines)
      if (tellsDamage)
        for (const [reason, count] of damaged) telemetry.count('damage.lines', { reason }, count)
    }
  }
}
