// A real browser for tests of the page: Debian's Chromium, or the one that CHROMIUM names. Where there is none the tests are pending,
// unless UNROLL_BROWSER=required.
import { existsSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { removeFolder } from './fixture-home.ts'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** False, and said so, where there is none. */
export const hasBrowser = (): boolean => {
  if (existsSync(CHROMIUM) || process.env['UNROLL_BROWSER'] === 'required') return true
  process.stderr.write(
    `no browser at ${CHROMIUM}: tests of the page are pending; install chromium, or name one with CHROMIUM=PATH\n`
  )
  return false
}

const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'unroll.cjs')
const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8'
)

/** `unroll web` of a home, in a process of its own. */
export interface WebServer {
  readonly origin: string
  /** The address that was printed; it opens once. */
  readonly address: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

export const startWeb = async (
  home: string,
  ...words: ReadonlyArray<string>
): Promise<WebServer> => {
  const cache = mkdtempSync(join(tmpdir(), 'unroll-web-'))
  const child = spawn(process.execPath, [PROGRAM, 'web', '--home', home, '--no-open', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_CACHE_HOME: cache }
  })
  let printed = ''
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`unroll web ended: ${said}`)))
    child.stdout.on('data', (text: Buffer) => {
      printed += text.toString()
      const [found] = /http:\S+/.exec(printed) ?? []
      if (found !== undefined && printed.endsWith('\n')) resolve(found)
    })
  })
  return {
    origin: new URL(address).origin,
    address,
    pid: child.pid ?? 0,
    stop: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      removeFolder(cache)
    }
  }
}

/** A page of the browser that remembers what went wrong: errors, violations of the policy, requests to elsewhere, dialogs. */
export interface WatchedPage {
  readonly page: Page
  readonly problems: ReadonlyArray<string>
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })

interface PageLook {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
}

export const watchedPage = async (
  browser: Browser,
  origin: string,
  { width = 1280, height = 800, dark = false }: PageLook = {}
): Promise<WatchedPage> => {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce'
  })
  const page = await context.newPage()
  const problems: Array<string> = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text())
  })
  page.on('pageerror', ({ message }) => problems.push(message))
  page.on('request', (request) => {
    const url = request.url().replace(/^blob:/, '')
    if (!url.startsWith(`${origin}/`)) problems.push(`request to ${request.url()}`)
  })
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return { page, problems }
}

/** What axe finds against WCAG A and AA, as sentences. */
export const accessibilityProblems = async (page: Page): Promise<ReadonlyArray<string>> => {
  // Through the debugger, which the policy of the page does not concern.
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run: (options: object) => Promise<{
          violations: Array<{
            id: string
            nodes: Array<{ target: Array<unknown>; failureSummary: string }>
          }>
        }>
      }
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`)
    )
  })
}

const SHOTS = process.env['UNROLL_SCREENSHOTS']

/** Keeps a picture of a page in the folder that UNROLL_SCREENSHOTS names. */
export const keepPicture = async (page: Page, name: string): Promise<void> => {
  if (SHOTS === undefined) return
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `${name}.png`) })
}
