/**
 * The button that makes a file of a thread, which the key `e` presses too.
 */
import { useEffect, useState } from 'preact/hooks'
import { keys } from '../state/keys.ts'
import type { ExportProps } from './export-dialog.tsx'
import { later } from './later.tsx'

const ExportDialog = later(async () => (await import('./export-dialog.tsx')).ExportDialog, null)

export const ExportButton = (props: ExportProps) => {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => keys({ e: () => setOpen(true) }), [])
  return (
    <>
      <button type="button" onClick={() => setOpen(true)} aria-keyshortcuts="e">
        Export
      </button>
      {isOpen ? <ExportDialog {...props} close={() => setOpen(false)} /> : null}
    </>
  )
}
