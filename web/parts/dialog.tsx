/**
 * A dialog over the page. The browser keeps the focus in it and gives it back.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DialogProps {
  readonly title: string
  readonly close: () => void
  readonly class?: string
  readonly children: ComponentChildren
}

export const Dialog = ({ title, close, class: more = '', children }: DialogProps) => {
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => box.current?.showModal(), [])
  return (
    <dialog
      ref={box}
      class={`dialog ${more}`}
      aria-label={title}
      onClose={close}
      onClick={(event) => {
        if (event.target === box.current) close()
      }}
    >
      {children}
    </dialog>
  )
}
