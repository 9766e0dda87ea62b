// The page in a real browser, over the sample home: what a new user sees and does. Titles and texts that are expected stand in the
// rollouts of the sample.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import {
  accessibilityProblems,
  hasBrowser,
  keepPicture,
  openBrowser,
  startWeb,
  watchedPage,
  type WebServer
} from '../../support/browser.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const SHORT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'

const PLACES = {
  threads: '/',
  thread: `/t/${LONG}`,
  search: '/search?q=test',
  usage: '/usage?by=thread',
  past: '/t/01a1fcde-3abc-7921-ae69-8e353aa02221?at=rev:50',
  nothing: '/search?q=zzzzzz',
  unknown: `/t/${LONG}/nowhere`
}

const isReady = (page: Page): Promise<unknown> =>
  page.waitForSelector('.thread-row, .turn, .result, .empty, .thread-head, .numbers')

;(hasBrowser() ? describe : describe.skip)('the page in a browser', () => {
  let server: WebServer
  let browser: Browser
  before(async () => {
    server = await startWeb(SAMPLE_HOME, '--port', '0')
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await server.stop()
  })

  let token = ''
  /** A page that has the token, as a second tab has. */
  const opened = async (path: string, look = {}) => {
    const watched = await watchedPage(browser, server.origin, look)
    const { page } = watched
    if (token === '') {
      await page.goto(server.address)
      await isReady(page)
      token = await page.evaluate<string>(`localStorage.getItem('unroll.token')`)
    }
    await page.context().addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await page.goto(`${server.origin}${path}`)
    await isReady(page)
    return watched
  }

  it('opens with the printed address, which holds nothing afterwards and works once', async () => {
    const own = await startWeb(SAMPLE_HOME, '--port', '0')
    const { page, problems } = await watchedPage(browser, own.origin)
    await page.goto(own.address)
    await page.waitForSelector('.thread-row')
    expect(page.url()).to.equal(`${own.origin}/`)
    const other = await watchedPage(browser, own.origin)
    await other.page.goto(own.address)
    await other.page.waitForSelector('.locked')
    expect(await other.page.textContent('h1')).to.equal('This page needs a new address')
    await page.context().close()
    await other.page.context().close()
    await own.stop()
    expect(problems).to.deep.equal([])
  })

  it('lists the newest threads, filters them, opens one and goes back', async () => {
    const { page, problems } = await opened('/')
    expect(await page.locator('.thread-row').count()).to.equal(7)
    await page.fill('.filters input[type=search]', 'hinge')
    await page.waitForSelector('[data-index="1"]', { state: 'detached' })
    expect(new URL(page.url()).search).to.equal('?q=hinge')
    expect(await page.textContent('.thread-title')).to.equal('Early hinge 523')
    await page.click('.thread-row')
    await page.waitForSelector('.turn')
    expect(await page.textContent('h1')).to.equal('Early hinge 523')
    await page.goBack()
    await page.waitForSelector('.thread-row')
    expect(new URL(page.url()).search).to.equal('?q=hinge')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('opens a thread at its end, and at the turn of an address', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await page.waitForSelector('[aria-posinset="16"]')
    const link = await page.getAttribute('[aria-posinset="13"] .turn-head a', 'href')
    await page.goto(`${server.origin}${link}`)
    await page.waitForSelector('.turn.target')
    expect(await page.getAttribute('.turn.target', 'aria-posinset')).to.equal('13')
    await page.keyboard.press('g')
    await page.keyboard.press('g')
    await page.waitForSelector('[aria-posinset="1"]')
    await page.keyboard.press('G')
    await page.waitForSelector('[aria-posinset="16"]')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  // UPDATE_DOCS=1 takes it anew.
  it('is shown in the README by a picture of a thread with the way back', async () => {
    const file = join(ROOT, 'docs', 'page.png')
    const { page, problems } = await opened(`/t/${LONG}`)
    await page.waitForSelector('[aria-posinset="16"]')
    await page.click('.travel button')
    await page.waitForSelector('.slider input')
    await page.waitForSelector('.outline-facts')
    const picture = await page.screenshot()
    if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(file, picture)
    // The size of a PNG stands behind its first 16 bytes.
    const sizeOf = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)]
    expect(sizeOf(readFileSync(file))).to.deep.equal(sizeOf(picture))
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).to.contain('(docs/page.png)')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('shows a thread as it was', async () => {
    const { page, problems } = await opened(`/t/${LONG}?at=rev:40`)
    await page.waitForSelector('.turn')
    const now = await opened(`/t/${LONG}`)
    await now.page.waitForSelector('.turn')
    const turns = (of: Page) => of.locator('.thread-head .details').textContent()
    expect(await turns(now.page)).to.match(/^16 turns/)
    expect(await turns(page)).to.not.match(/^16 turns/)
    await page.context().close()
    await now.page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('opens commands and patches', async () => {
    const { page, problems } = await opened(`/t/${SHORT}`)
    const command = page.locator('.commandExecution .fold-line').first()
    expect(await command.getAttribute('aria-expanded')).to.equal('false')
    await command.click()
    expect(await command.getAttribute('aria-expanded')).to.equal('true')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('finds messages and leads to their turns', async () => {
    const { page, problems } = await opened('/')
    await page.keyboard.press('/')
    await page.waitForSelector('.search-form input')
    await page.keyboard.type('wooden ledger')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.places a')
    expect(await page.locator('.places mark').first().textContent()).to.equal('wooden ledger')
    await page.click('.places a')
    await page.waitForSelector('.turn.target')
    expect(await page.textContent('.turn.target')).to.contain('wooden ledger')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('says that the server is away, and goes on when it is back', async () => {
    const own = await startWeb(SAMPLE_HOME, '--port', '0')
    const { page } = await watchedPage(browser, own.origin)
    await page.goto(own.address)
    await page.waitForSelector('.thread-row')
    await own.stop()
    await page.waitForSelector('.banner')
    expect(await page.locator('.thread-row').count()).to.equal(7)
    await page.context().close()
  })

  for (const [name, path] of Object.entries(PLACES))
    for (const width of [320, 768, 1280])
      for (const dark of [false, true])
        it(`${name} at ${width} px, ${dark ? 'dark' : 'light'}: nothing over the edge, no barrier, no problem`, async () => {
          const { page, problems } = await opened(path, { width, dark })
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
          await keepPicture(page, `${name}-${width}-${dark ? 'dark' : 'light'}`)
          expect(wide).to.be.at.most(width)
          expect(await accessibilityProblems(page)).to.deep.equal([])
          await page.context().close()
          expect(problems).to.deep.equal([])
        })
})
