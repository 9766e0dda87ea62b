/**
 * Buttons that save the rows that are shown.
 */
import { saveText } from './save-file.ts'
import { commaSeparated, jsonLines } from '../text/csv.ts'
import { counted } from '../text/times.ts'

interface DownloadsProps {
  /** Of the files, without their endings. */
  readonly name: string
  readonly rows: ReadonlyArray<object>
  /** True where the server has more rows than are here. */
  readonly hasMore?: boolean
}

type DownloadedRows = ReadonlyArray<Readonly<Record<string, unknown>>>

export const Downloads = ({ name, rows, hasMore = false }: DownloadsProps) => {
  if (rows.length === 0) return null
  const shown = rows as DownloadedRows
  return (
    <span class="downloads">
      <span class="dim">
        {counted(rows.length, 'row')}
        {hasMore ? ' so far' : ''}
      </span>
      <button
        type="button"
        class="small"
        onClick={() => saveText(`${name}.jsonl`, 'application/x-ndjson', jsonLines(shown))}
      >
        save as JSON Lines
      </button>
      <button
        type="button"
        class="small"
        onClick={() => saveText(`${name}.csv`, 'text/csv', commaSeparated(shown))}
      >
        save as CSV
      </button>
    </span>
  )
}
