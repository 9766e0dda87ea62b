/**
 * Threads that somebody picked: what can be done with all of them.
 */
import { signal } from '@preact/signals'
import { CopyButton } from '../../parts/copy-button.tsx'
import { counted } from '../../text/times.ts'

export const selected = signal<ReadonlySet<string>>(new Set())

/** Where a range begins: what was picked last by itself. */
let anchor: string | null = null

export const clearSelection = (): void => {
  anchor = null
  selected.value = new Set()
}

/** Picks a thread, or lets it go. */
export const toggle = (threadId: string): void => {
  const next = new Set(selected.value)
  if (!next.delete(threadId)) next.add(threadId)
  anchor = threadId
  selected.value = next
}

/** Picks everything between what was picked last and this one; `ids` are in the order of the list. */
export const pickRange = (ids: ReadonlyArray<string>, threadId: string): void => {
  const from = anchor === null ? -1 : ids.indexOf(anchor)
  const to = ids.indexOf(threadId)
  if (from === -1 || to === -1) return toggle(threadId)
  const range = ids.slice(Math.min(from, to), Math.max(from, to) + 1)
  selected.value = new Set([...selected.value, ...range])
}

export const SelectionBar = () => {
  const ids = [...selected.value]
  if (ids.length === 0) return null
  return (
    <div class="selection-bar" role="region" aria-label="selected threads">
      <span role="status">{counted(ids.length, 'thread')} selected</span>
      <CopyButton text={ids.join('\n')} what={ids.length === 1 ? 'the id' : 'the ids'}>
        copy ids
      </CopyButton>
      <CopyButton text={`unroll export ${ids.join(' ')}`} what="the command">
        copy export command
      </CopyButton>
      <button type="button" class="small" onClick={clearSelection}>
        clear
      </button>
    </div>
  )
}
