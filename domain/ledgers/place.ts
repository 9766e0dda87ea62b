import type { RecordedEvent } from '../log/event.ts'

/** Where the line stands that an entry of a ledger was found in. */
export interface LedgerPlace {
  /** Number of non-blank lines before it in the stream; below 0 in lines that a revert left behind. */
  readonly revision: number
  /** Which segment of the stream's lineage; -1 in lines that a revert left behind. */
  readonly segment: number
  /** Bytes before the line in its file. */
  readonly offsetBytes: number
}

export const ledgerPlace = ({
  revision,
  segment,
  offset
}: Pick<RecordedEvent, 'revision' | 'segment' | 'offset'>): LedgerPlace => ({
  revision,
  segment,
  offsetBytes: offset
})
