/**
 * Keys of the page. They are quiet while somebody types, and leave everything with a modifier to the browser.
 */

type KeyTable = Readonly<Record<string, (event: KeyboardEvent) => void>>

/** The newest table is asked first. */
const tables: Array<KeyTable> = []

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))

/** Listens until the returned function is called. */
export const keys = (table: KeyTable): (() => void) => {
  tables.unshift(table)
  return () => {
    tables.splice(tables.indexOf(table), 1)
  }
}

addEventListener('keydown', (event) => {
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey
  const name = hasModifier ? `mod+${event.key.toLowerCase()}` : event.key
  if (isTyping(event.target) && name !== 'Escape' && !hasModifier) return
  const found = tables.find((table) => Object.hasOwn(table, name))
  if (found === undefined) return
  event.preventDefault()
  found[name]?.(event)
})
