// Exported pages in a real browser, opened from a disk: nothing of a hostile transcript runs, loads or covers anything, the page works by
// keys, on paper and without its script; and the dialog of the page that makes them.
import { expect } from 'chai'
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import {
  accessibilityProblems,
  hasBrowser,
  keepPicture,
  openBrowser,
  startWeb,
  watchedPage
} from '../../support/browser.ts'
import { exported, overHome } from '../../support/exported.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { PAYLOADS, withAnswers } from '../../support/hostile-markup.ts'

const SHORT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const FILE = join('sessions', '2026', '11', '21', `rollout-2026-11-21T06-46-31-${SHORT}.jsonl`)

/** Everything of the page but the transcript. */
const OVERHEAD_BYTES = 120_000

;(hasBrowser() ? describe : describe.skip)('an exported page in a browser', () => {
  let browser: Browser
  let folder = ''
  before(async () => {
    browser = await openBrowser()
    folder = temporaryFolder()
  })
  after(async () => {
    await browser.close()
    removeFolder(folder)
  })

  const written = async (home: string, id: string): Promise<string> => {
    const { text } = await overHome(home, (engine) => exported(engine, id, { to: 'html' }))
    const path = join(folder, `${id}.html`)
    writeFileSync(path, text)
    return pathToFileURL(path).href
  }

  it('runs, loads and covers nothing of a hostile transcript', async () => {
    const home = mkdtempSync(join(tmpdir(), 'unroll-home-'))
    cpSync(SAMPLE_HOME, home, { recursive: true })
    const path = join(home, FILE)
    writeFileSync(path, withAnswers(readFileSync(path, 'utf8'), PAYLOADS))
    const address = await written(home, SHORT)
    const { page, problems } = await watchedPage(browser, 'file://')
    await page.goto(address)
    expect(await page.locator('.message.codex').count()).to.be.at.least(PAYLOADS.length)
    await page.keyboard.press('o')
    const forbidden =
      '.text :is(script,style,iframe,object,embed,form,input,svg,math,img,link,meta,base,video,audio,[style],[id],[name],[onclick])'
    expect(await page.locator(forbidden).count()).to.equal(0)
    const links = await page
      .locator('.text a[href]')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''))
    expect(links.filter((href) => !/^(?:https?:|mailto:)/i.test(href))).to.deep.equal([])
    const top = await page.evaluate<boolean>(
      "document.elementFromPoint(640, 40)?.closest('main') !== null"
    )
    expect(top).to.equal(true)
    expect(problems).to.deep.equal([])
    await page.context().close()
    removeFolder(home)
  })

  it('may load nothing, even if something tried', async () => {
    const address = await written(SAMPLE_HOME, LONG)
    const { page } = await watchedPage(browser, 'file://')
    await page.goto(address)
    const tried = await page.evaluate<unknown>(`(async () => {
      const said = await fetch('https://evil.example/').then(() => 'loaded', () => 'refused')
      const script = document.createElement('script')
      script.textContent = 'globalThis.ran = true'
      document.body.append(script)
      return { said, ran: 'ran' in globalThis }
    })()`)
    expect(tried).to.deep.equal({ said: 'refused', ran: false })
    await page.context().close()
  })

  it('folds, filters, jumps and changes its colours, and is whole without its script', async () => {
    const address = await written(SAMPLE_HOME, LONG)
    const { page, problems } = await watchedPage(browser, 'file://')
    await page.goto(address)
    const open = () => page.locator('details[open]').count()
    const all = await page.locator('details').count()
    expect([await open(), all > 5]).to.deep.equal([0, true])
    await page.keyboard.press('o')
    expect(await open()).to.equal(all)
    await page.getByRole('button', { name: 'Shut all' }).click()
    expect(await open()).to.equal(0)
    await page.getByRole('button', { name: 'Tools', exact: true }).click()
    expect(await page.locator('details.tool:visible').count()).to.equal(0)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.waitForFunction('scrollY > 0')
    await page.getByRole('button', { name: 'Dark or light' }).click()
    expect(await page.locator('html').getAttribute('data-theme')).to.equal('dark')
    expect(problems).to.deep.equal([])
    await page.context().close()

    const context = await browser.newContext({ javaScriptEnabled: false })
    const still = await context.newPage()
    await still.goto(address)
    expect(await still.locator('.turn').count()).to.equal(16)
    expect(await still.locator('.tools:visible, .copy:visible').count()).to.equal(0)
    await still.locator('summary').first().click()
    expect(await still.locator('details[open]').count()).to.equal(1)
    await context.close()
  })

  it('fits every screen, in both themes, without a problem for anybody', async () => {
    const address = await written(SAMPLE_HOME, LONG)
    for (const width of [320, 768, 1280])
      for (const dark of [false, true]) {
        const { page, problems } = await watchedPage(browser, 'file://', { width, dark })
        await page.goto(address)
        await page.keyboard.press('o')
        expect(await page.evaluate<number>('document.documentElement.scrollWidth')).to.equal(width)
        expect(await accessibilityProblems(page), `${width} ${dark}`).to.deep.equal([])
        expect(problems).to.deep.equal([])
        await keepPicture(page, `export-${width}-${dark ? 'dark' : 'light'}`)
        await page.context().close()
      }
  })

  it('is small beside its transcript', async () => {
    const { text } = await overHome(SAMPLE_HOME, (engine) =>
      exported(engine, SHORT, { to: 'html', turns: { from: 0, until: 0 } })
    )
    expect(Buffer.byteLength(text)).to.be.below(OVERHEAD_BYTES)
  })
})

;(hasBrowser() ? describe : describe.skip)('the dialog that exports a thread', () => {
  it('gives the file that is asked for, by keys alone, on every screen', async () => {
    const browser = await openBrowser()
    for (const [width, dark] of [
      [320, true],
      [768, false],
      [1280, false]
    ] as const) {
      // The address of a server opens once.
      const server = await startWeb(SAMPLE_HOME, '--port', '0')
      const { page, problems } = await watchedPage(browser, server.origin, { width, dark })
      await page.goto(server.address)
      await page.waitForSelector('.thread-row')
      await page.goto(`${server.origin}/t/${LONG}`)
      await page.waitForSelector('.thread-tools button')
      await page.keyboard.press('e')
      await page.waitForSelector('dialog[open] .export-form')
      expect(await page.locator('input[name=redact]').isChecked()).to.equal(true)
      const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
      const scrolls = await page
        .locator('dialog')
        .evaluate((box) => box.scrollWidth > box.clientWidth)
      expect([wide, scrolls]).to.deep.equal([width, false])
      expect(await accessibilityProblems(page)).to.deep.equal([])
      await keepPicture(page, `export-dialog-${width}`)
      await page.locator('select[name=to]').selectOption('jsonl')
      const arrives = page.waitForEvent('download')
      await page.keyboard.press('Tab')
      await page.locator('.export-form button[type=submit]').press('Enter')
      const download = await arrives
      expect(download.suggestedFilename()).to.equal(`unroll-${LONG}.jsonl`)
      const lines = readFileSync(await download.path(), 'utf8')
        .trimEnd()
        .split('\n')
      expect(lines.length).to.equal(19)
      expect(JSON.parse(lines.at(-1) ?? '')).to.deep.include({
        type: 'end',
        turns: 16,
        redaction: { rules: 'unroll 2026-11', hidden: {} }
      })
      await page.waitForSelector('dialog', { state: 'detached' })
      // Blobs are no requests to elsewhere.
      expect(problems.filter((text) => !text.startsWith('request to blob:'))).to.deep.equal([])
      await page.context().close()
      await server.stop()
    }
    await browser.close()
  })
})
