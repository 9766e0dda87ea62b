/**
 * The token of this page: exchanged for the ticket of the address it was opened with, and kept for the next tab.
 */
import { signal } from '@preact/signals'

const KEY = 'unroll.token'

/** Null: nobody said who is here. */
export const token = signal<string | null>(null)

const stored = (): string | null => {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

/** Takes a token and keeps it. */
export const keepToken = (text: string): void => {
  token.value = text
  try {
    localStorage.setItem(KEY, text)
  } catch {
    // Private windows may refuse; this tab works.
  }
}

const exchanged = async (ticket: string): Promise<string | null> => {
  try {
    const answer = await fetch('/session', { method: 'POST', body: ticket })
    if (!answer.ok) return null
    const { token: text } = (await answer.json()) as { readonly token?: unknown }
    return typeof text === 'string' ? text : null
  } catch {
    return null
  }
}

/** Exchanges a ticket or token that a person pasted, or an address that holds one. */
export const enter = async (pasted: string): Promise<boolean> => {
  const text = pasted.trim()
  const ticket = /#ticket=([\w-]+)/.exec(text)?.[1] ?? text
  const found = await exchanged(ticket)
  keepToken(found ?? text)
  return found !== null
}

/** Finds the token when the page is opened. The ticket leaves the address at once. */
export const startSession = async (): Promise<void> => {
  const ticket = /^#ticket=([\w-]+)$/.exec(location.hash)?.[1]
  if (ticket === undefined) {
    token.value = stored()
    return
  }
  history.replaceState(null, '', location.pathname + location.search)
  const found = await exchanged(ticket)
  if (found === null) token.value = stored()
  else keepToken(found)
}
