/**
 * Colours for code, made by a worker so that scrolling never waits for them. The worker is started by the first code that is seen.
 */

import type { TrustedTypesWindow } from 'trusted-types/lib'

/** What the worker is asked, and what it answers: pieces of text with the class of each. */
export interface HighlightTask {
  readonly id: number
  readonly text: string
  readonly language: string
}
export interface HighlightResult {
  readonly id: number
  readonly pieces: ReadonlyArray<readonly [text: string, name: string]>
}

const LINES_MAX = 200
const LENGTH_MAX = 64 * 1024

let worker: Worker | null = null
let nextId = 1
const waiting = new Map<number, HTMLElement>()

/** Its address stands in the document, where the build wrote it; another one is refused. */
const policy = (window as TrustedTypesWindow).trustedTypes?.createPolicy('unroll', {
  createScriptURL: (url: string) => {
    if (!/^\/assets\/highlight[\w-]*\.js$/.test(url))
      throw new TypeError('not the worker of the page')
    return url
  }
})

const start = (): Worker | null => {
  const url = document.querySelector<HTMLLinkElement>('link[rel="worker"]')?.getAttribute('href')
  if (url === null || url === undefined) return null
  const address = policy?.createScriptURL(url) ?? url
  const made = new Worker(address as unknown as string, { type: 'module' })
  made.onmessage = ({ data }: MessageEvent<HighlightResult>) => {
    const element = waiting.get(data.id)
    waiting.delete(data.id)
    if (element?.isConnected !== true) return
    element.replaceChildren(
      ...data.pieces.map(([text, name]) => {
        if (name === '') return document.createTextNode(text)
        const span = document.createElement('span')
        span.className = name
        span.textContent = text
        return span
      })
    )
  }
  return made
}

/** Colours the text of an element later; long texts stay as they are. */
export const highlight = (element: HTMLElement, language: string): void => {
  const text = element.textContent ?? ''
  if (language === '' || text.length > LENGTH_MAX || text.split('\n').length > LINES_MAX) return
  worker ??= start()
  const id = nextId++
  waiting.set(id, element)
  worker?.postMessage({ id, text, language } satisfies HighlightTask)
}
