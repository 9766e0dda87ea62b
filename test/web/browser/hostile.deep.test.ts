// Transcripts that want to run, load, post or hide something, in a real browser: nothing of it happens, and the page goes on.
import { expect } from 'chai'
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import { hasBrowser, openBrowser, startWeb, watchedPage } from '../../support/browser.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { PAYLOADS, withAnswers } from '../../support/hostile-markup.ts'

const SHORT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
const FILE = join('sessions', '2026', '11', '21', `rollout-2026-11-21T06-46-31-${SHORT}.jsonl`)

;(hasBrowser() ? describe : describe.skip)('hostile transcripts in a browser', () => {
  it('run, load, send and cover nothing', async () => {
    expect(PAYLOADS.length).to.be.above(120)
    const home = mkdtempSync(join(tmpdir(), 'unroll-home-'))
    cpSync(SAMPLE_HOME, home, { recursive: true })
    const path = join(home, FILE)
    const original = readFileSync(path, 'utf8')
    const browser = await openBrowser()
    const server = await startWeb(home, '--port', '0')
    const { page, problems } = await watchedPage(browser, server.origin)
    await page.goto(server.address)
    await page.waitForSelector('.thread-row')
    // As many as a turn shows at once.
    for (let from = 0; from < PAYLOADS.length; from += 30) {
      const some = PAYLOADS.slice(from, from + 30)
      writeFileSync(path, withAnswers(original, some))
      await page.goto(`${server.origin}/t/${SHORT}`)
      await page.waitForSelector('[aria-posinset="1"]')
      await page.keyboard.press('g')
      await page.keyboard.press('O')
      await page.waitForSelector('.answer')
      const shown = await page.locator('[aria-posinset="1"] .answer').count()
      expect(shown, `payloads from ${from}`).to.equal(some.length)
      const forbidden =
        '.answer :is(script,style,iframe,object,embed,form,svg,math,img,link,meta,base,video,audio,[style],[id],[name])'
      expect(await page.locator(forbidden).count()).to.equal(0)
      const links = await page
        .locator('.answer a[href]')
        .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
      expect(links.filter((href) => !/^(?:https?:|mailto:)/i.test(href))).to.deep.equal([])
    }
    expect(problems).to.deep.equal([])
    await browser.close()
    await server.stop()
    removeFolder(home)
  })
})
