/**
 * A line of the file that is not an event, where it stood.
 */
import { Fold } from '../parts/fold.tsx'
import { visible } from '../parts/ansi.ts'
import { Meaning } from '../parts/meaning.tsx'
import { threadHref } from '../routes.ts'
import { useAnswer } from '../state/answer.ts'
import { count } from '../text/times.ts'
import type { Explained } from '../wire/health-answers.ts'
import type { EventRow } from '../wire/thread-answers.ts'
import { itemKey, type ItemPlace } from './context.ts'
import { bytesOf, hexLines } from './hex.ts'

interface DamageProps {
  readonly row: EventRow
  readonly place: ItemPlace
}

const Opened = ({ row, place }: DamageProps) => {
  const explained = useAnswer<{ readonly data: ReadonlyArray<Explained> }>('unroll/explain/read', {
    kind: row.reason
  }).value?.data[0]
  const bytes = bytesOf(row.head ?? '')
  const left = row.bytes - bytes.length
  return (
    <>
      {explained === undefined ? null : <Meaning explained={explained} />}
      <pre class="damage-bytes" tabIndex={0} aria-label="bytes of the line">
        {hexLines(bytes, row.offset).join('\n')}
        {left > 0 ? `\nand ${count(left)} bytes more` : ''}
      </pre>
      <pre class="damage-bytes" tabIndex={0} aria-label="the line as text" dir="auto">
        {visible(new TextDecoder().decode(bytes))}
        {left > 0 ? '…' : ''}
      </pre>
      <p>
        <a href={`${threadHref(place.threadId, { view: 'events' })}?from=${row.revision}`}>
          event {count(row.revision)}
        </a>
        {' · '}
        <a href="/health">Health</a> tells what a repair would do
      </p>
    </>
  )
}

export const Damage = ({ row, place }: DamageProps) => (
  <div class="damage">
    <Fold
      name={itemKey(place, `damage ${row.revision}`)}
      summary={
        <>
          <span aria-hidden="true">⚠ </span>1 damaged line ({visible(row.reason ?? 'unknown')},
          bytes {count(row.offset)}–{count(row.offset + row.bytes)})
        </>
      }
    >
      {() => <Opened row={row} place={place} />}
    </Fold>
  </div>
)
