/**
 * One line that opens.
 */
import type { ComponentChildren } from 'preact'
import { isOpen, setOpen } from '../state/folds.ts'

interface FoldProps {
  /** What remembers whether it is open. */
  readonly name: string
  readonly summary: ComponentChildren
  readonly opened?: boolean
  readonly class?: string
  readonly children: () => ComponentChildren
}

export const Fold = ({ name, summary, opened = false, class: more = '', children }: FoldProps) => {
  const open = isOpen(name, opened)
  return (
    <div class={`fold ${open ? 'open' : ''} ${more}`}>
      <button
        type="button"
        class="fold-line"
        aria-expanded={open}
        onClick={() => setOpen(name, !open)}
      >
        <span class="chevron" aria-hidden="true" />
        <span class="fold-summary">{summary}</span>
      </button>
      {open ? <div class="fold-body">{children()}</div> : null}
    </div>
  )
}
