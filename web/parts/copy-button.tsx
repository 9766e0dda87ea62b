/**
 * Copies something and says so.
 */
import type { ComponentChildren } from 'preact'
import { copy } from '../state/toast.ts'

interface CopyButtonProps {
  readonly text: string
  /** What is copied, for the word about it: `the command`. */
  readonly what: string
  readonly children?: ComponentChildren
}

export const CopyButton = ({ text, what, children = 'copy' }: CopyButtonProps) => (
  <button type="button" class="small" onClick={() => void copy(text, what)} title={`copy ${what}`}>
    {children}
  </button>
)
