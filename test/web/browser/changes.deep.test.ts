// Changes from the page in a real browser, over a copy of the sample home: each is asked about, done, and undone. What is expected is what
// the files of the copy say.
import { expect } from 'chai'
import { cpSync, existsSync, readdirSync } from 'node:fs'
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
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'

/** What axe finds in what this file is about; the frame around it has tests of its own. */
const ownProblems = async (page: Page): Promise<ReadonlyArray<string>> =>
  (await accessibilityProblems(page)).filter((text) => /actions|menu|dialog|toast/.test(text))

const filesIn = (folder: string): ReadonlyArray<string> =>
  existsSync(folder) ? (readdirSync(folder, { recursive: true }) as ReadonlyArray<string>) : []

;(hasBrowser() ? describe : describe.skip)('changes from the page in a browser', () => {
  let home = ''
  let server: WebServer
  let browser: Browser
  let token = ''
  before(async () => {
    browser = await openBrowser()
  })
  after(() => browser.close())
  beforeEach(async () => {
    home = temporaryFolder()
    cpSync(SAMPLE_HOME, home, { recursive: true })
    server = await startWeb(home, '--port', '0', '--writable')
    token = ''
  })
  afterEach(async () => {
    await server.stop()
    removeFolder(home)
  })

  const opened = async (path: string, look = {}, from = server) => {
    const watched = await watchedPage(browser, from.origin, look)
    const { page } = watched
    if (token === '') {
      await page.goto(from.address)
      await page.waitForSelector('.thread-row')
      token = await page.evaluate<string>(`localStorage.getItem('unroll.token')`)
    }
    await page.context().addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await page.goto(`${from.origin}${path}`)
    await page.waitForSelector('.turn')
    return watched
  }
  /** Chooses an action, and waits for the question. */
  const choose = async (page: Page, name: string): Promise<void> => {
    await page.click('.actions > button')
    await page.click(`.menu button:has-text("${name}")`)
    await page.waitForSelector('dialog[open] .primary:not([disabled])')
  }
  const turnsSaid = async (page: Page, text: string): Promise<void> => {
    await page.waitForSelector(`.thread-head .details:has-text("${text}")`)
  }

  it('takes turns back to the one of the address, and brings them back by “Undo”', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await turnsSaid(page, '16 turns')
    const link = await page.getAttribute('[aria-posinset="13"] .turn-head a', 'href')
    await page.goto(`${server.origin}${link}`)
    await page.waitForSelector('.turn.target')
    await choose(page, 'Roll back to this turn')
    expect(await page.textContent('dialog h2')).to.equal('Roll back to turn 13')
    expect(await page.textContent('dialog')).to.contain('3 turns will no longer be part')
    await keepPicture(page, 'roll-back')
    await page.click('dialog .primary')
    await turnsSaid(page, '13 turns')
    await page.click('.toast button')
    await turnsSaid(page, '16 turns')
    await choose(page, 'Roll back to this turn')
    await page.keyboard.press('Escape')
    await page.waitForSelector('dialog', { state: 'detached' })
    await turnsSaid(page, '16 turns')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('renames', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await page.click('.actions > button')
    await page.click('.menu button:has-text("Rename")')
    await page.fill('dialog input', 'A better name')
    await page.keyboard.press('Enter')
    await page.waitForSelector('dialog:has-text("The name changes")')
    await page.click('dialog .primary')
    await page.waitForSelector('h1:has-text("A better name")')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('archives, and moves to the trash and back', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await choose(page, 'Archive this thread')
    await page.click('dialog .primary')
    await page.waitForSelector('.toast button')
    expect(
      filesIn(join(home, 'archived_sessions')).filter((name) => name.includes(LONG))
    ).to.have.lengthOf(1)
    await page.click('.toast button')
    await page.waitForSelector('.toast:has-text("Undone")')
    expect(
      filesIn(join(home, 'archived_sessions')).filter((name) => name.includes(LONG))
    ).to.deep.equal([])
    await choose(page, 'Move to the trash')
    expect(await page.textContent('dialog')).to.contain('the trash of the home')
    await page.click('dialog .primary')
    await page.waitForSelector('.toast button')
    expect(filesIn(join(home, 'sessions')).filter((name) => name.includes(LONG))).to.deep.equal([])
    await page.click('.toast button')
    await page.waitForSelector('.toast:has-text("Undone")')
    expect(filesIn(join(home, 'sessions')).filter((name) => name.includes(LONG))).to.have.lengthOf(
      1
    )
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('forks, and goes to the fork', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await choose(page, 'Fork this thread')
    expect(await page.textContent('dialog')).to.contain('16 turns')
    await page.click('dialog .primary')
    await page.waitForSelector(`.details a[href="/t/${LONG}"]`)
    expect(new URL(page.url()).pathname).to.not.contain(LONG)
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('is all there by keyboard, in both themes, from 320 pixels up, and accessible', async () => {
    for (const width of [320, 768, 1280])
      for (const dark of [false, true]) {
        const { page, problems } = await opened(`/t/${LONG}`, { width, dark })
        await page.focus('.actions > button')
        await page.keyboard.press('Enter')
        await page.waitForSelector('.menu button:focus')
        expect(await ownProblems(page)).to.deep.equal([])
        await keepPicture(page, `actions-${width}-${dark ? 'dark' : 'light'}`)
        await page.keyboard.press('ArrowUp')
        await page.keyboard.press('Enter')
        await page.waitForSelector('dialog[open] .primary:not([disabled])')
        expect(await ownProblems(page)).to.deep.equal([])
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).to.equal(
          true
        )
        await page.keyboard.press('Escape')
        await page.waitForSelector('dialog', { state: 'detached' })
        await page.context().close()
        expect(problems).to.deep.equal([])
      }
  })

  it('is not there on a page that only reads, nor in the past', async () => {
    const { page } = await opened(`/t/${LONG}?at=rev:40`)
    expect(await page.locator('.actions').count()).to.equal(0)
    await page.context().close()
    token = ''
    const reading = await startWeb(home, '--port', '0')
    const other = await opened(`/t/${LONG}`, {}, reading)
    expect(await other.page.locator('.actions').count()).to.equal(0)
    await other.page.context().close()
    await reading.stop()
  })
})
