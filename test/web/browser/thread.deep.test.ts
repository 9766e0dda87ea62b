// Walking through a thread in a real browser: by keys, by links, by what is found in it. What is expected stands in the rollouts of the
// sample.
import { expect } from 'chai'
import type { Browser } from 'playwright-core'
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

const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const TAKEN_BACK = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const FIRST_TURN = '01a1fcdc-364e-7163-a414-e7d8dfe2fd09'
const COMMAND = 'call_e50003'

;(hasBrowser() ? describe : describe.skip)('a thread in a browser', () => {
  let server: WebServer
  let browser: Browser
  let token = ''
  before(async () => {
    server = await startWeb(SAMPLE_HOME, '--port', '0')
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
  })

  const opened = async (path: string, look = {}) => {
    const watched = await watchedPage(browser, server.origin, look)
    const { page } = watched
    await page.context().addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await page.goto(`${server.origin}${path}`)
    await page.waitForSelector('.turn:not(.loading)')
    return watched
  }

  it('opens at the item of a link, with the work open that it is folded into', async () => {
    const { page, problems } = await opened(`/t/${LONG}/turn/${FIRST_TURN}#${COMMAND}`)
    await page.waitForSelector(`.item.selected[data-item="${COMMAND}"]`)
    await page.evaluate(
      `new Promise((seen) => new IntersectionObserver(([one]) => one.isIntersecting && seen(true)).observe(document.querySelector('.item.selected')))`
    )
    expect(await page.textContent('.item.selected')).to.contain('echo barn; wc -l notes.txt')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('is walked by item, by turn and to both ends', async () => {
    const { page, problems } = await opened(`/t/${LONG}/turn/${FIRST_TURN}`)
    await page.waitForSelector('.turn.selected[aria-posinset="1"]')
    await page.keyboard.press('j')
    await page.waitForSelector('.item.selected[data-item="item-1"]')
    await page.keyboard.press(']')
    await page.waitForSelector('.turn.selected[aria-posinset="2"]')
    await page.keyboard.press('[')
    await page.waitForSelector('.turn.selected[aria-posinset="1"]')
    await page.keyboard.press('G')
    await page.waitForSelector('[aria-posinset="16"]')
    await page.keyboard.press('g')
    await page.keyboard.press('g')
    await page.waitForSelector('.turn.selected[aria-posinset="1"]')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('is narrowed by a key, and says so in the address', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await page.keyboard.press('m')
    await page.waitForSelector('.turn.narrowed')
    expect(new URL(page.url()).search).to.equal('?show=messages')
    expect(await page.locator('.commandExecution').count()).to.equal(0)
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('tells where an item is recorded and what its turn spent', async () => {
    const { page, problems } = await opened(`/t/${LONG}/turn/${FIRST_TURN}#${COMMAND}`)
    await page.waitForSelector('.item.selected')
    await page.keyboard.press('i')
    await page.waitForSelector('.inspector-lines li')
    expect(await page.locator('.inspector-lines').first().textContent()).to.contain('bytes 3,091')
    await page.waitForSelector('.inspector section:nth-of-type(2) .facts')
    expect(await page.locator('.inspector section:nth-of-type(2) .facts').textContent()).to.contain(
      '3,169'
    )
    expect(await accessibilityProblems(page)).to.deep.equal([])
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('finds a text in its messages, and leads from place to place', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await page.keyboard.press('/')
    await page.waitForSelector('.find-bar input:focus')
    await page.keyboard.type('rusty window')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.find-count:has-text("1 of 1")')
    await page.waitForSelector('.item.selected')
    expect(await page.textContent('.item.selected')).to.contain('rusty window')
    expect(new URL(page.url()).search).to.equal('?find=rusty+window')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('shows turns that were taken back, struck out', async () => {
    const { page, problems } = await opened(`/t/${TAKEN_BACK}?rb=1`)
    await page.waitForSelector('.outline-row.ghost')
    await page.waitForSelector('.turn.ghost')
    expect(await page.locator('.outline-row.ghost').count()).to.equal(5)
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('is left for a turn by its number through the field that leads anywhere', async () => {
    const { page, problems } = await opened(`/t/${LONG}`)
    await page.keyboard.press('Control+k')
    await page.waitForSelector('.palette input')
    await page.keyboard.type('turn 3')
    await page.waitForSelector('.palette-list li:has-text("Go to turn 3")')
    expect(await accessibilityProblems(page)).to.deep.equal([])
    await page.keyboard.press('Enter')
    await page.waitForSelector('.turn.target[aria-posinset="3"]')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  for (const width of [320, 768, 1280])
    for (const dark of [false, true])
      it(`with ghosts and a found text at ${width} px, ${dark ? 'dark' : 'light'}: nothing over the edge, no barrier`, async () => {
        const { page, problems } = await opened(`/t/${TAKEN_BACK}?rb=1&find=the`, { width, dark })
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
        await keepPicture(page, `thread-${width}-${dark ? 'dark' : 'light'}`)
        expect(wide).to.be.at.most(width)
        expect(await accessibilityProblems(page)).to.deep.equal([])
        await page.context().close()
        expect(problems).to.deep.equal([])
      })
})
