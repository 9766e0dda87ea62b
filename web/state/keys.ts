/**
 * Keys of the page. They are quiet while somebody types, and leave everything with a modifier to the browser. A key can also be two that
 * follow each other: `g g`.
 */

/** False: the key was of no use, and the browser may have it. */
export type KeyTable = Readonly<Record<string, (event: KeyboardEvent) => void | false>>

/** Longer than this, the second of two keys is not waited for. */
const SECOND_KEY_MS = 1500

/** The newest table is asked first. */
const tables: Array<KeyTable> = []

let first: { readonly name: string; readonly atMs: number } | null = null

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))

/** Enter is for what has the focus, where that does something by itself. */
const isForTarget = (target: EventTarget | null, name: string): boolean =>
  name === 'Enter' && target instanceof Element && target.closest('a, button, summary') !== null

/** Listens until the returned function is called. */
export const keys = (table: KeyTable): (() => void) => {
  tables.unshift(table)
  return () => {
    tables.splice(tables.indexOf(table), 1)
  }
}

const run = (name: string, event: KeyboardEvent): boolean => {
  const found = tables.find((table) => Object.hasOwn(table, name))
  if (found === undefined || found[name]?.(event) === false) return false
  event.preventDefault()
  return true
}

const begins = (name: string): boolean =>
  tables.some((table) => Object.keys(table).some((key) => key.startsWith(`${name} `)))

addEventListener('keydown', (event) => {
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey
  const name = hasModifier ? `mod+${event.key.toLowerCase()}` : event.key
  if (isTyping(event.target) && name !== 'Escape' && !hasModifier) return
  if (event.defaultPrevented || isForTarget(event.target, name)) return
  // A dialog has its own.
  if (document.querySelector('dialog[open]') !== null && name !== 'mod+k') return
  const before = first !== null && event.timeStamp - first.atMs < SECOND_KEY_MS ? first.name : null
  first = null
  if (before !== null && run(`${before} ${name}`, event)) return
  if (begins(name)) first = { name, atMs: event.timeStamp }
  else run(name, event)
})
