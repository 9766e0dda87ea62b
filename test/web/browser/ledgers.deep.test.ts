// The pages about a whole home, in a real browser: over the sample, and over a copy of it that was damaged, changed and given a plugin.
// What is expected stands in the files, or is what the commands say of them.
import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { rolloutsOf } from '../../support/cut-home.ts'
import { copySample, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { LOCAL, placed, removeFresh } from '../../support/plugin-tree.ts'
import {
  accessibilityProblems,
  hasBrowser,
  keepPicture,
  openBrowser,
  startWeb,
  watchedPage,
  type WebServer
} from '../../support/browser.ts'
import { inHome, jsonLines } from '../../adapters/cli/console.ts'

const SHORT = '01a1fcdb-46e0-71c3-911f-3350c9a8ce4c'
const NAMED = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const CUT_BYTES = 40

const PLACES = {
  tools: '/tools',
  'tools of a kind': '/tools?kind=patch&by=tool',
  plugins: '/plugins',
  audit: '/audit?action=renamed',
  approvals: '/audit?view=approvals',
  reviews: '/audit?view=reviews',
  seals: '/audit?view=seals',
  health: '/health',
  storage: '/storage',
  log: '/log',
  about: '/about'
}

const READY = '.ledger-row, .numbers, .empty, .about-facts, .section-title, .choices button'

;(hasBrowser() ? describe : describe.skip)('pages about the whole home, in a browser', () => {
  let home = ''
  let server: WebServer
  let browser: Browser
  let token = ''
  const unroll = inHome(() => home)
  const fileOf = (threadId: string): string =>
    rolloutsOf(home).find((file) => file.threadId === threadId)?.path ?? ''

  before(async () => {
    home = copySample()
    placed(home, LOCAL, '1.0.0')
    await unroll(['plugins', 'list', '--record'])
    placed(home, LOCAL, '1.1.0')
    await unroll(['plugins', 'list', '--record'])
    await unroll(['rename', NAMED, 'A name of this test'])
    await unroll(['audit', 'seal'])
    truncateSync(fileOf(SHORT), statSync(fileOf(SHORT)).size - CUT_BYTES)
    server = await startWeb(home, '--port', '0')
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await server.stop()
    removeFresh()
    removeFolder(home)
  })

  const opened = async (path: string, look = {}) => {
    const watched = await watchedPage(browser, server.origin, look)
    const { page } = watched
    if (token === '') {
      await page.goto(server.address)
      await page.waitForSelector('.thread-row')
      token = await page.evaluate<string>(`localStorage.getItem('unroll.token')`)
    }
    await page.context().addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await page.goto(`${server.origin}${path}`)
    await page.waitForSelector(READY)
    return watched
  }
  const closed = async (page: Page, problems: ReadonlyArray<string>): Promise<void> => {
    await page.context().close()
    expect(problems).to.deep.equal([])
  }
  const query = (page: Page): string => new URL(page.url()).search
  const saved = async (page: Page, button: string): Promise<string> => {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText(button, { exact: true }).click()
    ])
    return readFileSync(await file.path(), 'utf8')
  }

  it('lists tool calls, narrows them by the address, opens one and leads to its turn', async () => {
    const { out } = await unroll(['tools', '--kind', 'patch', '--json'])
    const calls = jsonLines(out)
    const { page, problems } = await opened('/tools')
    await page.waitForSelector('.ledger-row')
    await page.selectOption('.filters select >> nth=0', 'patch')
    await page.waitForSelector(`.totals strong:text-is("${calls.length}")`)
    expect(query(page)).to.equal('?kind=patch')
    const links = await page
      .locator('.ledger-row .row-links a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')))
    expect(links).to.deep.equal(
      calls.map(({ threadId, turnId, callId }) => `/t/${threadId}/turn/${turnId}#${callId}`)
    )
    const row = page.locator('.ledger-row .fold-line').first()
    await row.focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.ledger-row .json')
    expect(await page.textContent('.ledger-row .opened')).to.contain('*** Begin Patch')
    await page.locator('.ledger-row .row-links a').first().click()
    await page.waitForSelector('.turn.target')
    await page.goBack()
    await page.waitForSelector('.ledger-row')
    expect(query(page)).to.equal('?kind=patch')
    await page.getByText('Tools', { exact: true }).first().click()
    await closed(page, problems)
  })

  it('shows the tool calls of one thread alone, and all again', async () => {
    const { page, problems } = await opened(`/tools?thread=${SHORT}`)
    const text = readFileSync(fileOf(SHORT), 'utf8')
    const asked = text.split('"type":"function_call"').length - 1
    const own = text.split('"type":"custom_tool_call"').length - 1
    await page.waitForSelector('.totals')
    expect(Number(await page.textContent('.totals strong'))).to.be.at.least(asked + own)
    await page.getByText('all threads', { exact: true }).click()
    await page.waitForSelector('.thread-filter', { state: 'detached' })
    await closed(page, problems)
  })

  it('shows the audit trail of an action, and saves what is shown', async () => {
    const { page, problems } = await opened('/audit')
    await page.selectOption('.filters select >> nth=0', 'renamed')
    expect(query(page)).to.equal('?action=renamed')
    const { out } = await unroll(['audit', 'report', '--action', 'renamed', '--asc', '--json'])
    const rows = jsonLines(out)
    await page.waitForSelector(`.downloads:has-text("${rows.length} row")`)
    expect(jsonLines(await saved(page, 'save as JSON Lines'))).to.deep.equal(rows)
    const table = (await saved(page, 'save as CSV')).split('\r\n')
    expect(table[0]?.split(',')).to.include.members(['threadId', 'at', 'action', 'after'])
    expect(table).to.have.length(rows.length + 2)
    expect(await page.textContent('.ledger-row >> nth=-1')).to.contain('A name of this test')
    await closed(page, problems)
  })

  it('says whether the files are as they were sealed', async () => {
    const { page, problems } = await opened('/audit?view=seals')
    await page.getByText('Verify the seals now').click()
    await page.waitForSelector('.verdict.bad')
    const row = await page.locator('.numbers tbody tr').allInnerTexts()
    expect(row).to.have.length(1)
    expect(row[0])
      .to.match(/^truncated/)
      .and.to.contain(SHORT)
    await closed(page, problems)
  })

  it('checks the home, keeps the check when one leaves, and plans a repair', async () => {
    const { page, problems } = await opened('/health')
    await page.getByText('Check now').click()
    await page.waitForSelector('.verdict.bad')
    await page.click('nav.side a[href="/about"]')
    await page.waitForSelector('.about-facts')
    await page.goBack()
    await page.waitForSelector('.verdict.bad')
    const size = statSync(fileOf(SHORT)).size
    const before = readFileSync(fileOf(SHORT), 'utf8').lastIndexOf('\n') + 1
    const number = (n: number): string => n.toLocaleString('en')
    const found = await page.textContent('.findings.broken')
    expect(found).to.contain('torn tail').and.to.contain('The last line is incomplete.')
    const bytes = Buffer.byteLength(readFileSync(fileOf(SHORT), 'utf8').slice(0, before))
    expect(found).to.contain(`bytes ${number(bytes)}–${number(size)}`)
    await page.getByText('Plan a repair').click()
    await page.waitForSelector('.commands pre')
    const folder = temporaryFolder()
    const file = join(folder, 'plan.json')
    await unroll(['repair', 'plan', '--out', file])
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    expect(await page.textContent('.commands pre')).to.equal(
      `unroll repair plan --out plan.json --home ${home}\nunroll repair apply plan.json --digest ${digest} --home ${home}`
    )
    removeFolder(folder)
    await page.click('.finding a:nth-of-type(2)')
    await page.waitForSelector('.event-row')
    await closed(page, problems)
  })

  it('shows what is on disk, and the largest threads', async () => {
    const { page, problems } = await opened('/storage')
    const files = rolloutsOf(home)
    const bytes = files.reduce((sum, { path }) => sum + statSync(path).size, 0)
    expect(await page.getAttribute('.totals strong', 'title')).to.equal(
      `${bytes.toLocaleString('en')} bytes`
    )
    const [largest] = files.toSorted((a, b) => statSync(b.path).size - statSync(a.path).size)
    const links = page.locator('.numbers').nth(1).locator('a')
    expect(await links.first().getAttribute('href')).to.equal(`/t/${largest?.threadId}`)
    await closed(page, problems)
  })

  it('shows plugins, their versions over time and no use', async () => {
    const { page, problems } = await opened('/plugins')
    await page.waitForSelector('.numbers >> nth=1')
    expect(await page.locator('.numbers').first().textContent())
      .to.contain('linear@labmarket')
      .and.to.contain('1.1.0')
    expect(await page.locator('.numbers').nth(1).textContent()).to.contain('1.0.0 → 1.1.0')
    await page.getByRole('button', { name: 'linear@labmarket' }).click()
    expect(query(page)).to.equal('?plugin=linear%40labmarket')
    await closed(page, problems)
  })

  it('shows the changes that unroll made, without a way to undo where it only reads', async () => {
    const { page, problems } = await opened('/log')
    await page.waitForSelector('.operation')
    const { out } = await unroll(['log', '--json'])
    expect(await page.locator('.operation').count()).to.equal(jsonLines(out).length)
    expect(await page.locator('.operation .row-links a').first().getAttribute('href')).to.equal(
      `/t/${NAMED}`
    )
    expect(await page.getByText('Undo…').count()).to.equal(0)
    await closed(page, problems)
  })

  it('says what it is', async () => {
    const { page, problems } = await opened('/about')
    await page.waitForSelector('.about-facts')
    const { version } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')
    ) as { readonly version: string }
    const text = await page.textContent('.about-facts')
    expect(text).to.contain(`unroll ${version}`).and.to.contain(home)
    await page.getByText('Keys of this page').click()
    await page.waitForSelector('.key-list')
    await closed(page, problems)
  })

  it('says what to do where there is nothing', async () => {
    const empty = temporaryFolder()
    writeFileSync(join(empty, 'config.toml'), '')
    const own = await startWeb(empty, '--port', '0')
    const { page, problems } = await watchedPage(browser, own.origin)
    await page.goto(own.address)
    await page.waitForSelector('nav.side')
    for (const path of ['/tools', '/audit', '/plugins', '/storage', '/log']) {
      await page.click(`nav.side a[href="${path}"]`)
      await page.waitForSelector(`h1:text-is("${path[1]?.toUpperCase()}${path.slice(2)}")`)
      await page.waitForSelector('.empty p')
    }
    await closed(page, problems)
    await own.stop()
    removeFolder(empty)
  })

  for (const [name, path] of Object.entries(PLACES))
    for (const width of [320, 768, 1280])
      for (const dark of [false, true])
        it(`${name} at ${width} px, ${dark ? 'dark' : 'light'}: nothing over the edge, no barrier, no problem`, async () => {
          const { page, problems } = await opened(path, { width, dark })
          await page.waitForSelector('.waiting', { state: 'detached' })
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
          await keepPicture(page, `${name}-${width}-${dark ? 'dark' : 'light'}`)
          expect(wide).to.be.at.most(width)
          expect(await accessibilityProblems(page)).to.deep.equal([])
          await closed(page, problems)
        })
})
