// Time in a real browser: a thread that is written to while it is shown, and a thread as it was before a rollback. What is expected
// stands in the rollouts of the sample.
import { expect } from 'chai'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import {
  hasBrowser,
  openBrowser,
  startWeb,
  watchedPage,
  type WebServer
} from '../../support/browser.ts'
import { removeFolder } from '../../support/fixture-home.ts'

const DAY = join('sessions', '2026', '11', '21')
const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const LONG_FILE = join(DAY, `rollout-2026-11-21T06-47-32-${LONG}.jsonl`)
const ROLLED_BACK = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const NEWEST_FILE = join(
  DAY,
  'rollout-2026-11-21T07-09-41-01a1fcf0-7dc2-7310-8c90-03c7e4614852.jsonl'
)

/** A rollout without its last turn, and the lines of that turn. */
const cutBeforeLastTurn = (text: string): readonly [string, string] => {
  const lines = text.split('\n').slice(0, -1)
  const begin = lines.findLastIndex((line) => line.includes('"type":"task_started"'))
  const of = (some: ReadonlyArray<string>) => `${some.join('\n')}\n`
  return [of(lines.slice(0, begin)), of(lines.slice(begin))]
}

/** Keeps requests of a method from the server until what is returned is called. */
const heldBack = async (page: Page, method: string): Promise<() => void> => {
  let send = (): void => undefined
  await page.routeWebSocket(/./u, (client) => {
    const connected = client.connectToServer()
    client.onMessage((message) => {
      if (String(message).includes(`"${method}"`)) send = () => connected.send(message)
      else connected.send(message)
    })
  })
  return () => send()
}

/** Makes a page believe that nobody, or somebody, looks at it. */
const look = (page: Page, state: 'hidden' | 'visible'): Promise<unknown> =>
  page.evaluate(`(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => '${state}', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  })()`)

;(hasBrowser() ? describe : describe.skip)('time in the browser', () => {
  let home = ''
  let server: WebServer
  let browser: Browser
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'unroll-home-'))
    cpSync(SAMPLE_HOME, home, { recursive: true })
    browser = await openBrowser()
  })
  afterEach(async () => {
    await browser.close()
    await server.stop()
    removeFolder(home)
  })

  const opened = async (path: string) => {
    server = await startWeb(home, '--port', '0')
    const watched = await watchedPage(browser, server.origin)
    await watched.page.goto(server.address)
    await watched.page.waitForSelector('.thread-row')
    if (path !== '/') await watched.page.goto(`${server.origin}${path}`)
    return watched
  }

  it('shows a turn that is written meanwhile', async () => {
    const path = join(home, LONG_FILE)
    const [before, last] = cutBeforeLastTurn(readFileSync(path, 'utf8'))
    writeFileSync(path, before)
    const { page, problems } = await opened(`/t/${LONG}`)
    await page.waitForSelector('[aria-posinset="15"][aria-setsize="15"]')
    appendFileSync(path, last)
    const turn = await page.waitForSelector('[aria-posinset="16"][aria-setsize="16"]')
    expect(await turn.textContent()).to.contain('Can you clean the tidy orchard before lunch?')
    expect(problems).to.deep.equal([])
  })

  it('shows a turn that is written between the first look and the first notification', async () => {
    const path = join(home, LONG_FILE)
    const [before, last] = cutBeforeLastTurn(readFileSync(path, 'utf8'))
    writeFileSync(path, before)
    const { page, problems } = await opened('/')
    const follow = await heldBack(page, 'unroll/follow/start')
    await page.goto(`${server.origin}/t/${LONG}`)
    await page.waitForSelector('[aria-posinset="15"][aria-setsize="15"]')
    appendFileSync(path, last)
    follow()
    await page.waitForSelector('[aria-posinset="16"][aria-setsize="16"]')
    expect(problems).to.deep.equal([])
  })

  it('lists a thread that comes, and one that was written to first', async () => {
    const path = join(home, NEWEST_FILE)
    const text = readFileSync(path, 'utf8')
    removeFolder(path)
    const { page, problems } = await opened('/')
    expect(await page.locator('.thread-row').count()).to.equal(6)
    writeFileSync(path, text)
    await page.waitForSelector('[data-index="6"]')
    expect(problems).to.deep.equal([])
  })

  it('lists a thread that comes between the first list and the first notification', async () => {
    const path = join(home, NEWEST_FILE)
    const text = readFileSync(path, 'utf8')
    removeFolder(path)
    const { page, problems } = await opened('/usage')
    const follow = await heldBack(page, 'unroll/home/follow')
    await page.goto(`${server.origin}/`)
    await page.waitForSelector('[data-index="5"]')
    writeFileSync(path, text)
    follow()
    await page.waitForSelector('[data-index="6"]')
    expect(problems).to.deep.equal([])
  })

  it('lists a thread that came while nobody looked', async () => {
    const path = join(home, NEWEST_FILE)
    const text = readFileSync(path, 'utf8')
    removeFolder(path)
    const { page, problems } = await opened('/')
    await page.waitForSelector('[data-index="5"]')
    await look(page, 'hidden')
    writeFileSync(path, text)
    await look(page, 'visible')
    await page.waitForSelector('[data-index="6"]')
    expect(problems).to.deep.equal([])
  })

  it('goes back to before a rollback, and to now', async () => {
    const { page, problems } = await opened(`/t/${ROLLED_BACK}`)
    await page.waitForSelector('.turn')
    expect(await page.locator('.thread-head .details').textContent()).to.match(/^4 turns/)
    await page.getByText('Go back in time').click()
    await page.getByText('before a rollback of 3 turns').click()
    await page.waitForSelector('.travel.past')
    expect(new URL(page.url()).searchParams.get('at')).to.match(/^rev:\d+$/)
    await page.waitForSelector('[aria-setsize="6"]')
    const address = page.url()
    await page.getByText('Back to now').click()
    await page.waitForSelector('[aria-setsize="4"]')
    await page.goto(address)
    await page.waitForSelector('[aria-setsize="6"]')
    await page.getByRole('button', { name: 'by event' }).click()
    await page.locator('.slider input').fill('1')
    await page.waitForSelector('.turn', { state: 'detached' })
    expect(new URL(page.url()).searchParams.get('at')).to.equal('rev:1')
    expect(problems).to.deep.equal([])
  })
})
