// What stands between and beside the turns of a thread, in a real browser: damaged lines, the outline, what is new. What is expected stands
// in the rollouts of the fixtures.
import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import {
  accessibilityProblems,
  hasBrowser,
  keepPicture,
  openBrowser,
  startWeb,
  watchedPage,
  type WebServer
} from '../../support/browser.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'

const DAMAGED = '01a1fcf1-0bbf-7bb0-826d-9ec640c8a8bf'

;(hasBrowser() ? describe : describe.skip)('turns of a damaged thread in a browser', () => {
  let server: WebServer
  let browser: Browser
  let home = ''
  let token = ''
  before(async () => {
    home = copyHome('damaged-142')
    server = await startWeb(home, '--port', '0')
    browser = await openBrowser()
    const { page } = await watchedPage(browser, server.origin)
    await page.goto(server.address)
    await page.waitForSelector('.thread-row')
    token = await page.evaluate<string>(`localStorage.getItem('unroll.token')`)
    await page.context().close()
  })
  after(async () => {
    await browser.close()
    await server.stop()
    removeFolder(home)
  })

  const opened = async (look = {}) => {
    const watched = await watchedPage(browser, server.origin, look)
    const { page } = watched
    await page.context().addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await page.goto(`${server.origin}/t/${DAMAGED}`)
    await page.waitForSelector('.damage')
    return watched
  }

  it('shows each damaged line before the prompt that it stood before, with its bytes', async () => {
    const { page, problems } = await opened()
    expect(await page.locator('[aria-posinset="1"] .damage').allTextContents()).to.deep.equal([
      '⚠ 1 damaged line (not_json, bytes 1,826–1,842)',
      '⚠ 1 damaged line (not_json, bytes 1,843–1,861)',
      '⚠ 1 damaged line (not_an_event, bytes 1,862–1,864)',
      '⚠ 1 damaged line (not_an_event, bytes 1,865–1,867)',
      '⚠ 1 damaged line (not_an_event, bytes 1,868–1,872)'
    ])
    expect(await page.locator('.damage ~ .userMessage').count()).to.equal(1)
    await page.locator('.damage .fold-line').first().click()
    await page.waitForSelector('.damage .meaning')
    expect(await page.locator('.damage-bytes').allTextContents()).to.deep.equal([
      '00000722  74 68 69 73 20 69 73 20 6e 6f 74 20 6a 73 6f 6e  this is not json',
      'this is not json'
    ])
    expect(await page.locator('.damage a[href="/health"]').count()).to.equal(1)
    expect(await accessibilityProblems(page)).to.deep.equal([])
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('has an outline in a drawer where there is no room beside it, walked by arrow keys', async () => {
    const { page, problems } = await opened({ width: 768 })
    expect(await page.locator('.outline').count()).to.equal(0)
    await page.getByRole('button', { name: 'Outline' }).click()
    await page.waitForSelector('.drawer .outline-row:has-text("damaged")')
    await page.locator('.outline-row[tabindex="0"]').focus()
    await page.keyboard.press('Home')
    await page.waitForSelector('.outline-row[data-row="0"]:focus')
    await page.keyboard.press('ArrowDown')
    await page.waitForSelector('.outline-row[data-row="1"]:focus')
    expect(await accessibilityProblems(page)).to.deep.equal([])
    await page.keyboard.press('Enter')
    await page.waitForSelector('.drawer', { state: 'detached' })
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  for (const width of [320, 768, 1280])
    for (const dark of [false, true])
      it(`at ${width} px, ${dark ? 'dark' : 'light'}: nothing over the edge, no barrier`, async () => {
        const { page, problems } = await opened({ width, dark })
        await page.locator('.damage .fold-line').first().click()
        await page.waitForSelector('.damage .meaning')
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
        await keepPicture(page, `damage-${width}-${dark ? 'dark' : 'light'}`)
        expect(wide).to.be.at.most(width)
        expect(await accessibilityProblems(page)).to.deep.equal([])
        await page.context().close()
        expect(problems).to.deep.equal([])
      })
})
