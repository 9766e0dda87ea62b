/**
 * Scrolling: how long the main thread works on each frame, and what is left in memory.
 */
import type { CDPSession, Page } from 'playwright-core'
import { percentile } from '../percentile.ts'

const FEED = '[role=feed]'
const PX_PER_SECOND = 4000

export interface ScrollFigures {
  readonly p95Ms: number
  readonly p99Ms: number
  /** The longest task; 0 where none took 50 ms. */
  readonly longestMs: number
}

/** Scrolls at an even speed; a frame is everything from its callbacks until it was handed over to be painted. */
export const scrollFor = async (page: Page, seconds: number): Promise<ScrollFigures> => {
  const { frames, longest } = await page.evaluate<{ frames: Array<number>; longest: number }>(
    `new Promise((resolve) => {
      const box = document.querySelector('${FEED}')
      box.scrollTop = box.scrollHeight / 2
      const frames = []
      let longest = 0
      const tasks = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration)
      })
      tasks.observe({ type: 'longtask' })
      const begun = performance.now()
      let before = begun
      const { port1, port2 } = new MessageChannel()
      let from = 0
      port1.onmessage = () => frames.push(performance.now() - from)
      const step = (now) => {
        from = performance.now()
        box.scrollTop += (${PX_PER_SECOND} * (now - before)) / 1000
        before = now
        port2.postMessage(null)
        if (now - begun < ${seconds * 1000}) requestAnimationFrame(step)
        else setTimeout(() => { tasks.disconnect(); resolve({ frames, longest }) }, 500)
      }
      requestAnimationFrame((now) => { before = now; step(now) })
    })`
  )
  return {
    p95Ms: percentile(frames, 0.95),
    p99Ms: percentile(frames, 0.99),
    longestMs: longest
  }
}

/** Looks at places from one end to the other. */
const pass = (page: Page, places: number): Promise<void> =>
  page.evaluate(
    `(async () => {
      const box = document.querySelector('${FEED}')
      for (let place = 0; place <= ${places}; place += 1) {
        box.scrollTop = (box.scrollHeight * place) / ${places}
        for (let frame = 0; frame < 4; frame += 1)
          await new Promise((resolve) => requestAnimationFrame(resolve))
      }
    })()`
  )

export interface LeftFigures {
  readonly nodes: number
  readonly heapMb: number
}

const left = async (page: Page, devtools: CDPSession): Promise<LeftFigures> => {
  await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN
  const nodes = await page.evaluate<number>(`document.querySelectorAll('*').length`)
  return { nodes, heapMb: heap / 1e6 }
}

/** What is left after each of four passes from end to end. */
export const passes = async (
  page: Page,
  devtools: CDPSession,
  places: number
): Promise<ReadonlyArray<LeftFigures>> => {
  await devtools.send('Performance.enable')
  const figures: Array<LeftFigures> = []
  for (let n = 0; n < 4; n += 1) {
    await pass(page, places)
    figures.push(await left(page, devtools))
  }
  return figures
}
