/**
 * A served home and a browser that looks at it.
 */
import { WebSocket } from 'ws'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { startWeb, type WebServer } from '../../../test/support/browser.ts'

/** A home that is served, known to a browser. */
export interface SeenHome {
  readonly server: WebServer
  /** A page of its own context, which has the token. */
  readonly open: () => Promise<SeenPage>
  /** Asks the server beside the page. */
  readonly ask: <A>(method: string, params: object) => Promise<A>
  readonly close: () => Promise<void>
}

export interface SeenPage {
  readonly page: Page
  readonly context: BrowserContext
  readonly devtools: CDPSession
  readonly close: () => Promise<void>
}

/** Remembers when a selector was first there and painted, milliseconds since the navigation began. */
const WATCH = `
  globalThis.paintedAt = (selector, from = 0) => new Promise((resolve) => {
    const painted = () => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve(performance.now() - from)
      port2.postMessage(null)
    })
    if (document.querySelector(selector) !== null) return painted()
    const seen = new MutationObserver(() => {
      if (document.querySelector(selector) === null) return
      seen.disconnect()
      painted()
    })
    seen.observe(document, { childList: true, subtree: true, attributes: true })
  })`

const asking = async (origin: string, token: string) => {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/`, ['unroll.v1', `bearer.${token}`])
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  let nextId = 1
  const waiting = new Map<number, (result: unknown) => void>()
  socket.on('message', (bytes: Buffer) => {
    const { id, result } = JSON.parse(bytes.toString()) as { id?: number; result?: unknown }
    if (id !== undefined) waiting.get(id)?.(result)
  })
  const ask = <A>(method: string, params: object): Promise<A> =>
    new Promise((resolve) => {
      waiting.set(nextId, resolve as (result: unknown) => void)
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: nextId++, method, params }))
    })
  const clientInfo = { name: 'bench', title: null, version: '1' }
  await ask('initialize', { clientInfo, capabilities: { experimentalApi: true } })
  return { ask, close: () => socket.terminate() }
}

export const seeHome = async (browser: Browser, home: string): Promise<SeenHome> => {
  const server = await startWeb(home, '--port', '0')
  const first = await browser.newPage()
  await first.goto(server.address)
  await first.waitForSelector('.thread-line, .empty')
  const token = await first.evaluate<string>(`localStorage.getItem('unroll.token')`)
  await first.context().close()
  const beside = await asking(server.origin, token)
  const open = async (): Promise<SeenPage> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    await context.addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await context.addInitScript(WATCH)
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    return { page, context, devtools, close: () => context.close() }
  }
  const close = async (): Promise<void> => {
    beside.close()
    await server.stop()
  }
  return { server, open, ask: beside.ask, close }
}

/** Milliseconds from a navigation until something of the page is painted. */
export const openedIn = async (
  { server, open }: SeenHome,
  path: string,
  selector: string
): Promise<number> => {
  const { page, close } = await open()
  await page.goto(server.origin + path, { waitUntil: 'commit' })
  const ms = await page.evaluate<number>(`paintedAt(${JSON.stringify(selector)})`)
  await close()
  return ms
}

/** Milliseconds from going to another address of the page until something is painted. */
export const wentIn = (page: Page, path: string, selector: string): Promise<number> =>
  page.evaluate<number>(`(() => {
    const from = performance.now()
    history.pushState(null, '', ${JSON.stringify(path)})
    dispatchEvent(new PopStateEvent('popstate'))
    return paintedAt(${JSON.stringify(selector)}, from)
  })()`)
