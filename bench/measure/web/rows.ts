/**
 * The rows of the bench of the page: each measures once; the bench takes medians.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { readManifest, type ManifestThread } from '../../home/manifest.ts'
import { removeFolder } from '../copies.ts'
import { writeLive, writeYear } from './homes.ts'
import { openedIn, seeHome, wentIn, type SeenHome } from './open.ts'
import { cpuSeconds, rssMb } from './process.ts'
import { passes, scrollFor } from './scroll.ts'

/** What rows are measured with; a home is served when a row first needs it. */
export interface WebBench {
  readonly browser: Browser
  readonly homes: Readonly<Record<'M' | 'L', string>>
  readonly seen: (home: 'M' | 'L') => Promise<SeenHome>
  readonly scrollSeconds: number
  readonly idleSeconds: number
}

/** A figure and what it may be at most. */
export interface WebFigure {
  readonly what: string
  readonly unit: string
  readonly most: number
  readonly value: number
}

export interface WebRow {
  readonly n: number
  readonly about: string
  /** False for what is the same each time, or takes minutes. */
  readonly repeats: boolean
  readonly measure: (bench: WebBench) => Promise<ReadonlyArray<WebFigure>>
}

const PAGES_OPEN = 5
const PLACES = 200
const LIVE_LINES = 5
const MB = 1e6

const temporary = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'unroll-bench-web-'))
  try {
    return await use(folder)
  } finally {
    removeFolder(folder)
  }
}

/** The thread of a home whose number is nearest to another one. */
const nearest = (home: string, of: 'turns' | 'bytes', wanted: number): ManifestThread => {
  const { threads } = readManifest(home)
  const [first, ...rest] = threads.filter(({ archived }) => !archived)
  if (first === undefined) throw new Error(`${home} has no thread`)
  return rest.reduce(
    (best, one) => (Math.abs(one[of] - wanted) < Math.abs(best[of] - wanted) ? one : best),
    first
  )
}

const turnAt = async (home: SeenHome, threadId: string, from: number): Promise<string> => {
  const { data } = await home.ask<{ readonly data: ReadonlyArray<{ readonly id: string }> }>(
    'unroll/turns/range',
    { threadId, from, count: 1, itemsView: 'notLoaded' }
  )
  const id = data[0]?.id
  if (id === undefined) throw new Error(`thread ${threadId} has no turn ${from}`)
  return id
}

/** Opens a thread at its end, in a page that stays. */
const openThread = async (bench: WebBench, threadId: string) => {
  const home = await bench.seen('L')
  const seen = await home.open()
  await seen.page.goto(`${home.server.origin}/t/${threadId}`)
  await seen.page.waitForSelector('.turn:not(.loading)')
  return { home, ...seen }
}

const sizes: WebRow['measure'] = () =>
  temporary(async (folder) => {
    const build = join(import.meta.dirname, '..', '..', '..', 'adapters', 'build', 'web.mjs')
    const printed = execFileSync(process.execPath, [build, folder], { encoding: 'utf8' })
    const bytes = JSON.parse(printed) as Readonly<Record<'js' | 'css' | 'all', number>>
    const figure = (what: keyof typeof bytes, most: number): WebFigure => ({
      ...{ what, unit: 'kB gzip', most, value: bytes[what] / 1000 }
    })
    return [figure('js', 85), figure('css', 14), figure('all', 450)]
  })

const firstPaint: WebRow['measure'] = async (bench) => {
  const home = await bench.seen('M')
  const { page, close } = await home.open()
  await page.goto(`${home.server.origin}/`)
  await page.waitForSelector('.thread-line')
  const value = await page.evaluate<number>(
    `performance.getEntriesByName('first-contentful-paint')[0].startTime`
  )
  await close()
  return [{ what: 'first contentful paint', unit: 'ms', most: 250, value }]
}

const list: WebRow['measure'] = async (bench) => {
  const value = await openedIn(await bench.seen('M'), '/', '.thread-line')
  return [{ what: 'first rows painted', unit: 'ms', most: 500, value }]
}

const longThread: WebRow['measure'] = async (bench) => {
  const { id } = nearest(bench.homes.L, 'turns', 50_000)
  const value = await openedIn(await bench.seen('L'), `/t/${id}`, '.turn:not(.loading)')
  return [{ what: 'first turns painted', unit: 'ms', most: 400, value }]
}

const jump: WebRow['measure'] = async (bench) => {
  const { id, turns } = nearest(bench.homes.L, 'turns', 50_000)
  const { home, page, close } = await openThread(bench, id)
  const turnId = await turnAt(home, id, Math.floor(turns / 2))
  const value = await wentIn(page, `/t/${id}/turn/${turnId}`, '.turn.target')
  await close()
  return [{ what: 'the turn painted', unit: 'ms', most: 250, value }]
}

const scrolled = async (
  bench: WebBench,
  { id }: ManifestThread,
  most: { readonly p95: number; readonly p99: number | null }
): Promise<ReadonlyArray<WebFigure>> => {
  const { page, close } = await openThread(bench, id)
  const { p95Ms, p99Ms, longestMs } = await scrollFor(page, bench.scrollSeconds)
  await close()
  return [
    { what: 'p95 of a frame', unit: 'ms', most: most.p95, value: p95Ms },
    ...(most.p99 === null
      ? []
      : [{ what: 'p99 of a frame', unit: 'ms', most: most.p99, value: p99Ms }]),
    { what: 'longest task, 0 below 50', unit: 'ms', most: 50, value: longestMs }
  ]
}

const kept: WebRow['measure'] = async (bench) => {
  const { page, devtools, close } = await openThread(
    bench,
    nearest(bench.homes.L, 'turns', 50_000).id
  )
  const figures = await passes(page, devtools, PLACES)
  await close()
  const [third, fourth] = figures.slice(-2)
  const heapMb = fourth?.heapMb ?? NaN
  return [
    { what: 'DOM elements', unit: '', most: 4000, value: fourth?.nodes ?? NaN },
    { what: 'JS heap', unit: 'MB', most: 60, value: heapMb },
    {
      what: 'heap, fourth pass over third',
      unit: 'MB',
      most: 1,
      value: heapMb - (third?.heapMb ?? NaN)
    }
  ]
}

const live: WebRow['measure'] = ({ browser }) =>
  temporary(async (folder) => {
    const thread = writeLive(folder, Date.now() - 60_000)
    const home = await seeHome(browser, folder)
    const { page, close } = await home.open()
    await page.goto(`${home.server.origin}/t/${thread.id}`)
    await page.waitForSelector('.turn:not(.loading)')
    const times: Array<number> = []
    for (let n = 0; n <= LIVE_LINES; n += 1) {
      const painted = page.evaluate<number>(
        `paintedAt('.turn[aria-posinset="${n + 2}"]').then(() => performance.timeOrigin + performance.now())`
      )
      const saidMs = Date.now()
      thread.say(`Said ${n}`)
      times.push((await painted) - saidMs)
    }
    await close()
    await home.close()
    const [first = NaN, ...following] = times
    const most = Math.max(...following)
    return [
      { what: 'first turn painted', unit: 'ms', most: 1200, value: first },
      { what: 'slowest of those that follow', unit: 'ms', most: 300, value: most }
    ]
  })

/** From an address of now to one of then, in a page that is open. */
const stop = async (home: SeenHome, { id, turns }: ManifestThread): Promise<number> => {
  const { page, close } = await home.open()
  await page.goto(`${home.server.origin}/t/${id}`)
  await page.waitForSelector('.turn:not(.loading)')
  const turnId = await turnAt(home, id, Math.floor(turns / 2))
  const { total } = await home.ask<{ readonly total: number }>('unroll/turns/range', {
    ...{ threadId: id, from: 0, count: 1, itemsView: 'notLoaded', at: { turnId } }
  })
  const ms = await wentIn(page, `/t/${id}?at=turn:${turnId}`, `.turn[aria-setsize="${total}"]`)
  await close()
  return ms
}

const slider: WebRow['measure'] = async (bench) => {
  const small = nearest(bench.homes.M, 'bytes', 5 * MB)
  const large = nearest(bench.homes.L, 'bytes', 300 * MB)
  return [
    {
      ...{ what: 'a thread of 5 MB', unit: 'ms', most: 300 },
      value: await stop(await bench.seen('M'), small)
    },
    {
      ...{ what: 'a thread of 300 MB', unit: 'ms', most: 1500 },
      value: await stop(await bench.seen('L'), large)
    }
  ]
}

const usage: WebRow['measure'] = ({ browser }) =>
  temporary(async (folder) => {
    writeYear(folder, Date.now())
    const home = await seeHome(browser, folder)
    await openedIn(home, '/usage', '.chart canvas')
    const value = await openedIn(home, '/usage?since=365', '.chart canvas')
    await home.close()
    return [{ what: 'bars and table painted', unit: 'ms', most: 300, value }]
  })

/** Counts what timers call while nobody looks. */
const HIDDEN = `(() => {
  Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
  document.dispatchEvent(new Event('visibilitychange'))
})()`
const COUNT_TIMERS = `
  globalThis.timersCalled = 0
  for (const name of ['setTimeout', 'setInterval']) {
    const real = globalThis[name]
    globalThis[name] = (call, ...rest) => real(() => { globalThis.timersCalled += 1; call() }, ...rest)
  }`

const idle: WebRow['measure'] = async (bench) => {
  const home = await bench.seen('M')
  const { page, context, devtools, close } = await home.open()
  await context.addInitScript(COUNT_TIMERS)
  await page.goto(`${home.server.origin}/`)
  await page.waitForSelector('.thread-line')
  await devtools.send('Performance.enable')
  const worked = async (): Promise<number> => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN
  }
  const wait = () => page.waitForTimeout(bench.idleSeconds * 1000)
  await page.waitForTimeout(5000)
  const [cpu, tasks] = [cpuSeconds(home.server.pid), await worked()]
  await wait()
  const used = cpuSeconds(home.server.pid) - cpu + (await worked()) - tasks
  await page.evaluate(HIDDEN)
  await page.evaluate('timersCalled = 0')
  await wait()
  const timers = await page.evaluate<number>('timersCalled')
  await close()
  return [
    {
      what: 'page and server, of a core',
      unit: '%',
      most: 0.5,
      value: (100 * used) / bench.idleSeconds
    },
    { what: 'timers a second when hidden', unit: '', most: 1, value: timers / bench.idleSeconds }
  ]
}

const memory: WebRow['measure'] = async (bench) => {
  const home = await bench.seen('M')
  const before = rssMb(home.server.pid)
  const pages = await Promise.all(Array.from({ length: PAGES_OPEN }, home.open))
  for (const { page } of pages) {
    await page.goto(`${home.server.origin}/`)
    await page.waitForSelector('.thread-line')
  }
  const value = (rssMb(home.server.pid) - before) / PAGES_OPEN
  for (const { close } of pages) await close()
  return [{ what: 'of the server, a page', unit: 'MB', most: 8, value }]
}

const row = (n: number, about: string, measure: WebRow['measure'], repeats = true): WebRow => ({
  ...{ n, about, measure, repeats }
})

export const WEB_ROWS: ReadonlyArray<WebRow> = [
  row(1, 'size of the page', sizes, false),
  row(2, 'first contentful paint, warm server', firstPaint),
  row(3, 'list of 2,000 threads', list),
  row(4, 'a thread of 50,000 turns, at its end', longThread),
  row(5, 'jump to turn 25,000', jump),
  row(
    6,
    'scroll through it',
    (bench) => scrolled(bench, nearest(bench.homes.L, 'turns', 50_000), { p95: 8, p99: 16 }),
    false
  ),
  row(7, 'after scrolling from end to end', kept, false),
  row(
    8,
    'scroll through 300 MB',
    (bench) => scrolled(bench, nearest(bench.homes.L, 'bytes', 300 * MB), { p95: 12, p99: null }),
    false
  ),
  row(9, 'from a line on disk until painted', live),
  row(10, 'one stop back in time', slider),
  row(11, 'usage, a year of days and 8 models', usage),
  row(12, 'idle, 2,000 threads followed', idle, false),
  row(13, 'memory', memory)
]
