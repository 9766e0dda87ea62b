// Threads, search and usage in a real browser, over the sample home. What is expected stands in its rollouts, or is what the command
// line says of the same home.
import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
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
const ROLLED_BACK = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'dist', 'unroll.cjs')

const PLACES = {
  threads: '/?all=1',
  projects: '/?group=project&model=lab-a',
  noThreads: '/?q=zzzzzz&since=7',
  found: '/search?q=the&tool=outputs&role=user',
  empty: '/search?q=zzzzzz',
  hint: '/search',
  usage: '/usage?by=model',
  usageOfThread: `/usage?thread=${LONG}&by=turn`,
  explained: `/usage?by=thread&explain=${LONG}`,
  noUsage: '/usage?since=2001-01-01&until=2001-01-02'
}

const READY = '.thread-line, .empty, .places a, .numbers tbody tr'

/** What a command says about the sample home. */
const told = (...words: ReadonlyArray<string>): ReadonlyArray<Record<string, unknown>> =>
  execFileSync(
    process.execPath,
    [PROGRAM, ...words, '--json', '--home', SAMPLE_HOME, '--index', 'memory'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    }
  )
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const textsOf = (page: Page, selector: string): Promise<ReadonlyArray<string>> =>
  page.locator(selector).allTextContents()

;(hasBrowser() ? describe : describe.skip)('lists in a browser', () => {
  let server: WebServer
  let browser: Browser
  let home = ''
  before(async () => {
    home = temporaryFolder()
    cpSync(SAMPLE_HOME, home, { recursive: true })
    server = await startWeb(home, '--port', '0')
    browser = await openBrowser()
  })
  after(async () => {
    await browser.close()
    await server.stop()
    removeFolder(home)
  })

  let token = ''
  const opened = async (path: string, look = {}) => {
    const watched = await watchedPage(browser, server.origin, look)
    const { page } = watched
    if (token === '') {
      await page.goto(server.address)
      await page.waitForSelector(READY)
      token = await page.evaluate<string>(`localStorage.getItem('unroll.token')`)
    }
    await page.context().addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await page.goto(`${server.origin}${path}`)
    await page.waitForSelector(READY)
    return watched
  }

  it('tell turns, changes, tokens and rollbacks beside each title', async () => {
    const { page, problems } = await opened('/')
    const details = page.locator(`[data-thread="${LONG}"] .thread-details`)
    await details.getByText('16 turns').waitFor()
    const long = (await details.textContent()) ?? ''
    expect(long).to.contain('4 files changed, 8 lines added, 4 removed')
    const [usage] = told('usage', 'total', '--thread', LONG)
    const tokens = Number(usage?.['totalTokens'])
    expect(long).to.contain(`${(tokens / 1000).toFixed(1)} k tokens`)
    const other = page.locator(`[data-thread="${ROLLED_BACK}"] .thread-details`)
    await other.getByText('3 rollbacks').waitFor({ state: 'attached' })
    expect(await other.textContent()).to.contain('1 fork')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('are narrowed by what threads of the home have, in the address', async () => {
    const { page, problems } = await opened('/')
    const models = await textsOf(page, 'select[name=none], label:has-text("model") option')
    expect(models).to.include('lab-shell (1)')
    await page.getByLabel('model').selectOption('lab-shell')
    await page.locator('.thread-line').nth(1).waitFor({ state: 'detached' })
    expect(new URL(page.url()).search).to.equal('?model=lab-shell')
    await page.reload()
    await page.waitForSelector('.thread-line')
    expect(await page.locator('.thread-line').count()).to.equal(1)
    await page.getByLabel('since').selectOption('1')
    await page.waitForSelector('.empty')
    expect(await page.textContent('.empty')).to.contain('show them too')
    await page.click('.empty a[href="/"]')
    await page.locator('.thread-line').nth(6).waitFor()
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('stand under their projects when asked', async () => {
    const { page, problems } = await opened('/?group=project')
    const cwds = told('threads').map(({ cwd }) => String(cwd).split('/').at(-1))
    expect(await textsOf(page, '.day')).to.have.members([...new Set(cwds)])
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('are walked and picked by keys', async () => {
    const { page, problems } = await opened('/')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const ids = await page
      .locator('.thread-line')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-thread') ?? ''))
    const focused = (n: number) => page.waitForSelector(`[data-thread="${ids[n]}"]:focus-within`)
    await page.keyboard.press('j')
    await focused(0)
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await focused(1)
    await page.keyboard.press('j')
    await focused(2)
    await page.keyboard.press('Shift+X')
    await page.getByText('3 threads selected').waitFor()
    await page.getByText('copy ids').click()
    await page.getByText('Copied the ids').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(
      ids.slice(0, 3).join('\n')
    )
    await page.getByText('copy export command').click()
    await page.getByText('Copied the command').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(
      `unroll export ${ids.slice(0, 3).join(' ')}`
    )
    await page.keyboard.press('Escape')
    await page.waitForSelector('.selection-bar', { state: 'detached' })
    await page.locator(`[data-thread="${ids[1]}"] a`).focus()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.turn')
    expect(new URL(page.url()).pathname).to.equal(`/t/${ids[1]}`)
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('show that a thread is written to, and what is new about it', async () => {
    const { page, problems } = await opened('/')
    const rollout = rolloutsOf(home).find(({ threadId }) => threadId === ROLLED_BACK)
    const row = page.locator(`[data-thread="${ROLLED_BACK}"]`)
    await row.getByText('4 turns').waitFor()
    appendFileSync(rollout?.path ?? '', 'no line of any rollout\n')
    await row.getByRole('img', { name: 'being written to' }).waitFor()
    await row.getByText('1 damaged line').waitFor({ state: 'attached' })
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('of what was found lead to the place with the term, by arrow keys too', async () => {
    const { page, problems } = await opened('/search?q=wooden%20ledger')
    await page.waitForSelector('.places a')
    expect(await textsOf(page, '.places mark')).to.include('wooden ledger')
    await page.focus('.search-form input')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.turn.target')
    const { searchParams, pathname } = new URL(page.url())
    expect(searchParams.get('find')).to.equal('wooden ledger')
    expect(pathname).to.match(/^\/t\/[\w-]+\/turn\/[\w-]+$/)
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('of what was found hold what tools did, when asked', async () => {
    const { page, problems } = await opened('/search?q=echo')
    await page.getByLabel('tools').selectOption('tools')
    await page.waitForSelector('.places .part')
    expect(new URL(page.url()).searchParams.get('tool')).to.equal('tools')
    expect(new Set(await textsOf(page, '.places .part'))).to.deep.equal(new Set(['call']))
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('of usage have the numbers of the command line, as a file too', async () => {
    const { page, problems } = await opened('/usage?by=model')
    const models = told('usage', 'model')
    const expected = models.map(({ key, totalTokens }) => [key, Number(totalTokens)] as const)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click()
    ])
    const [, ...rows] = readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n')
    const cells = rows.map((row) => row.split(','))
    expect(cells.map(([key, tokens]) => [key, Number(tokens)])).to.deep.equal(expected)
    expect(await textsOf(page, '.legend li')).to.deep.equal(
      expected.toSorted(([, a], [, b]) => b - a).map(([key]) => key)
    )
    await page.waitForSelector('.chart canvas')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('of usage explain a number by its answers, down to the line', async () => {
    const { page, problems } = await opened(`/usage?by=thread`)
    const spends = told('usage', 'thread', '--thread', LONG, '--explain')
    await page.locator(`tr:has(a[href="/t/${LONG}"]) .number-link`).click()
    await page.waitForSelector('.explain tbody tr')
    expect(new URL(page.url()).searchParams.get('explain')).to.equal(LONG)
    const rows = await page.locator('.explain tbody tr').count()
    expect(rows).to.equal(spends.filter(({ threadId }) => threadId === LONG).length)
    await page.locator('.explain tbody button').first().click()
    await page.getByText('token_count').first().waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.waitForSelector('.explain', { state: 'detached' })
    expect(new URL(page.url()).searchParams.get('explain')).to.equal(null)
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('of usage show what a thread had spent at an earlier point', async () => {
    const { page, problems } = await opened(`/usage?thread=${ROLLED_BACK}`)
    const spent = () => page.locator('.usage-total strong').getAttribute('title')
    // The counts of the log: its last line that has one, and the one before event 20.
    expect(await spent()).to.equal('24,008')
    await page.getByText('Go back in time').click()
    await page.getByRole('button', { name: 'by event' }).click()
    await page.locator('.slider input').fill('20')
    await page.waitForSelector('.usage-total strong[title="6,037"]')
    expect(new URL(page.url()).searchParams.get('at')).to.equal('rev:20')
    await page.getByText('Back to now').click()
    await page.waitForSelector('.usage-total strong[title="24,008"]')
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('of usage walk through the days of a year by keys', async () => {
    const { page, problems } = await opened('/usage')
    await page.focus('.heatmap-box')
    await page.keyboard.press('ArrowLeft')
    const said = (await page.textContent('.heatmap figcaption')) ?? ''
    expect(said).to.match(/^\d{4}-\d{2}-\d{2}: /)
    await page.keyboard.press('Enter')
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('since')).to.equal(said.slice(0, 10))
    expect(searchParams.get('until')).to.equal(said.slice(0, 10))
    await page.context().close()
    expect(problems).to.deep.equal([])
  })

  it('of usage have costs only where there are prices', async () => {
    const plain = await opened('/usage?by=model')
    expect(await plain.page.textContent('.numbers thead')).to.not.contain('cost')
    await plain.page.context().close()
    const folder = temporaryFolder()
    const path = join(folder, 'prices.json')
    const models = [{ model: 'lab-a', input: 2, cachedInput: 2, output: 2 }]
    writeFileSync(path, JSON.stringify({ currency: 'EUR', models }))
    const own = await startWeb(SAMPLE_HOME, '--port', '0', '--prices', path)
    const { page, problems } = await watchedPage(browser, own.origin)
    await page.goto(own.address)
    await page.waitForSelector('.thread-line')
    await page.goto(`${own.origin}/usage?by=model`)
    await page.waitForSelector('.numbers tbody tr')
    expect(await page.textContent('.numbers thead')).to.contain('cost (EUR)')
    const [model] = told('usage', 'model').filter(({ key }) => key === 'lab-a')
    const cost = ((2 * Number(model?.['totalTokens'])) / 1e6).toFixed(2)
    expect(await page.textContent('tr:has-text("lab-a")')).to.contain(cost)
    expect(await page.textContent('tr:has-text("lab-shell")')).to.contain('no price')
    await page.context().close()
    await own.stop()
    removeFolder(folder)
    expect(problems).to.deep.equal([])
  })

  for (const [name, path] of Object.entries(PLACES))
    for (const width of [320, 768, 1280])
      for (const dark of [false, true])
        it(`${name} at ${width} px, ${dark ? 'dark' : 'light'}: nothing over the edge, no barrier, no problem`, async () => {
          const { page, problems } = await opened(path, { width, dark })
          const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
          await keepPicture(page, `lists-${name}-${width}-${dark ? 'dark' : 'light'}`)
          expect(wide).to.be.at.most(width)
          expect(await accessibilityProblems(page)).to.deep.equal([])
          await page.context().close()
          expect(problems).to.deep.equal([])
        })
})
