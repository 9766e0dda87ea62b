/**
 * Where the person is: the address is the state, so the back button and a copied link work everywhere.
 */
import { computed, signal } from '@preact/signals'
import { hrefOf, parseRoute, type PageRoute } from '../routes.ts'

const here = () => ({ path: location.pathname, search: location.search, hash: location.hash })
const address = signal(here())

export const route = computed<PageRoute>(() => {
  const { path, search, hash } = address.value
  return parseRoute(path, search, hash)
})

/** Reads the address again: after the ticket left it. */
export const readAddress = (): void => {
  address.value = here()
}

addEventListener('popstate', readAddress)

/** Goes to an address of the page; `replace` leaves no step to go back to. */
export const navigate = (href: string, { replace = false } = {}): void => {
  if (replace) history.replaceState(history.state, '', href)
  else history.pushState({ fromPage: true }, '', href)
  readAddress()
}

/** Goes where the person came from; to the list of threads when that was elsewhere. */
export const goBack = (): void => {
  if ((history.state as { readonly fromPage?: boolean } | null)?.fromPage === true) history.back()
  else navigate('/')
}

/** The same page with other values behind the question mark; null takes one away. */
export const setQuery = (
  changes: Readonly<Record<string, string | null>>,
  { replace = true } = {}
): void => {
  const query = { ...route.value.query, ...changes }
  navigate(hrefOf(location.pathname, query, decodeURIComponent(location.hash.slice(1))), {
    replace
  })
}

/** Makes ordinary links of the page stay in it; all others, and clicks with a modifier, are the browser's. */
export const followLinks = (event: MouseEvent): void => {
  const isPlain =
    event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!isPlain || event.defaultPrevented || link === null) return
  if (link.target !== '' || link.origin !== location.origin) return
  event.preventDefault()
  navigate(link.pathname + link.search + link.hash)
}
