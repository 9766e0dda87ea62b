/**
 * A column that lies over the page where there is no room beside it.
 */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface DrawerProps {
  readonly side: 'left' | 'right'
  readonly label: string
  readonly close: () => void
  readonly children: ComponentChildren
}

export const Drawer = ({ side, label, close, children }: DrawerProps) => {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const before = document.activeElement
    box.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <>
      <div class="drawer-back" onClick={close} aria-hidden="true" />
      <div ref={box} class={`drawer ${side}`} role="dialog" aria-label={label} tabIndex={-1}>
        <button
          type="button"
          class="plain drawer-close"
          onClick={close}
          aria-label={`close ${label}`}
        >
          ✕
        </button>
        {children}
      </div>
    </>
  )
}
