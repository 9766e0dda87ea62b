// A long thread costs the page no more than a short one: what is scrolled away is forgotten.
import { expect } from 'chai'
import type { Browser } from 'playwright-core'
import { writeHomeOf } from '../../../bench/home/home.ts'
import { seeHome } from '../../../bench/measure/web/open.ts'
import { passes } from '../../../bench/measure/web/scroll.ts'
import { hasBrowser, openBrowser } from '../../support/browser.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'

const NODES_MAX = 4000
const HEAP_MB_MAX = 60
/** What one more pass may leave behind. */
const GROWTH_MB_MAX = 2

;(hasBrowser() ? describe : describe.skip)('scrolling from end to end', () => {
  let browser: Browser
  let home = ''
  before(async () => {
    home = temporaryFolder()
    writeHomeOf(home, 'long', { long: [{ turns: 2000, bytes: 6e6, short: true }] }, '1')
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    removeFolder(home)
  })

  it('leaves few elements and little memory, and no more each time', async () => {
    const seen = await seeHome(browser, home)
    const [thread] = (
      await seen.ask<{ readonly data: ReadonlyArray<{ readonly id: string }> }>('thread/list', {
        modelProviders: []
      })
    ).data
    // Ledgers are folded before anything is measured.
    await seen.ask('unroll/usage/read', { by: 'total' })
    await seen.ask('unroll/tools/list', {})
    const { page, devtools, close } = await seen.open()
    await page.goto(`${seen.server.origin}/t/${thread?.id}`)
    await page.waitForSelector('.turn:not(.loading)')
    const figures = await passes(page, devtools, 20)
    await close()
    await seen.close()
    const [third, fourth] = figures.slice(-2)
    expect(fourth?.nodes).to.be.within(1, NODES_MAX)
    expect(fourth?.heapMb).to.be.within(1, HEAP_MB_MAX)
    expect((fourth?.heapMb ?? NaN) - (third?.heapMb ?? NaN)).to.be.below(GROWTH_MB_MAX)
  })
})
