// The views of a thread in a real browser, over the sample home. Numbers, kinds and texts that are expected stand in the rollouts.
import { expect } from 'chai'
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
import { removeFolder } from '../../support/fixture-home.ts'

const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const PARENT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const FORK = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const REVIEWED = '01a1fcef-e332-7322-acc8-36820d338696'
const DAY = join('sessions', '2026', '11', '21')
const GEARBOX = '/workspace/demo/gearbox-40.txt'

const fileOf = (home: string, threadId: string): string =>
  join(home, DAY, readdirSync(join(home, DAY)).find((name) => name.includes(threadId)) ?? '')

interface RolloutLine {
  readonly timestamp: string
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

const linesOf = (threadId: string): ReadonlyArray<RolloutLine> =>
  readFileSync(fileOf(SAMPLE_HOME, threadId), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RolloutLine)

const turnIds = (lines: ReadonlyArray<RolloutLine>): ReadonlyArray<string> =>
  lines.flatMap(({ payload }) =>
    payload['type'] === 'task_started' ? [String(payload['turn_id'])] : []
  )

const PLACES = {
  events: `/t/${LONG}/events?from=40`,
  'events of a kind': `/t/${LONG}/events?kind=function_call`,
  context: `/t/${LONG}/context`,
  files: `/t/${LONG}/files`,
  file: `/t/${LONG}/files?path=${GEARBOX}`,
  timeline: `/t/${PARENT}/timeline`,
  'timeline by time': `/t/${PARENT}/timeline?x=time`,
  'timeline of a review': `/t/${REVIEWED}/timeline`,
  'turns of then': `/t/${PARENT}?at=rev:58`,
  'context of then': `/t/${PARENT}/context?at=rev:58`,
  differences: `/t/${LONG}/diff?a=rev:30`,
  'differences of files': `/t/${LONG}/diff?a=rev:30&of=files`,
  'differences of context': `/t/${PARENT}/diff?a=rev:30&of=context`,
  'differences of usage': `/t/${PARENT}/diff?a=rev:30&of=usage`
}

const READY =
  '.event-row:not(.event-head), .context-row, .numbers, .blame li, .timeline-node, .difference, .turn, .empty'

;(hasBrowser() ? describe : describe.skip)('the views of a thread in a browser', () => {
  let home = ''
  let server: WebServer
  let browser: Browser
  let token = ''
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'unroll-home-'))
    cpSync(SAMPLE_HOME, home, { recursive: true })
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

  /** A view that is shown; problems are told when it is closed. */
  const within = async (
    path: string,
    use: (page: Page) => Promise<void>,
    look = {}
  ): Promise<void> => {
    const { page, problems } = await watchedPage(browser, server.origin, look)
    await page.context().addInitScript(`localStorage.setItem('unroll.token', '${token}')`)
    await page.goto(`${server.origin}${path}`)
    await page.waitForSelector(READY)
    await use(page)
    await page.context().close()
    expect(problems).to.deep.equal([])
  }
  const queryOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams)
  const texts = (page: Page, selector: string) => page.locator(selector).allTextContents()

  it('lists the newest event first, and the oldest when asked', () =>
    within(`/t/${LONG}/events`, async (page) => {
      const lines = linesOf(LONG)
      await page.waitForSelector(`[aria-label="event ${lines.length - 1}"]`)
      expect(await page.getAttribute('[role=table]', 'aria-rowcount')).to.equal(
        String(lines.length + 1)
      )
      await page.getByLabel('first').selectOption('oldest')
      await page.waitForSelector('[aria-label="event 0"]')
      expect(queryOf(page)).to.deep.equal({ order: 'oldest' })
      const kinds = await texts(page, '[role=row]:not(.event-head) .event-kind')
      const expected = lines.map(({ type, payload }) =>
        ['event_msg', 'response_item'].includes(type) ? `${type}:${String(payload['type'])}` : type
      )
      expect(kinds.slice(0, 10)).to.deep.equal(expected.slice(0, 10))
    }))

  it('leads to an event by its number, opens it, and copies nothing but the line', () =>
    within(`/t/${LONG}/events`, async (page) => {
      await page.getByLabel('event', { exact: true }).fill('150')
      await page.keyboard.press('Enter')
      const row = page.locator('.event-row.open')
      await row.waitFor()
      expect(queryOf(page)).to.deep.equal({ from: '150' })
      expect(await row.locator('.event-number').textContent()).to.equal('150')
      await page.getByRole('button', { name: 'plain text' }).click()
      const shown = await page.locator('.event-text').textContent()
      expect(JSON.parse(shown ?? '')).to.deep.equal(linesOf(LONG)[150])
    }))

  it('shows the events of one kind, and says when there are none', () =>
    within(`/t/${LONG}/events?kind=function_call`, async (page) => {
      const calls = linesOf(LONG).filter(({ payload }) => payload['type'] === 'function_call')
      await page.waitForSelector(`[role=table][aria-rowcount="${calls.length + 1}"]`)
      await page.locator('.filters select').first().selectOption('damaged')
      await page.waitForSelector('.empty')
      await page.getByRole('button', { name: 'Show every kind' }).click()
      await page.waitForSelector(`[role=table][aria-rowcount="${linesOf(LONG).length + 1}"]`)
    }))

  it('leads from an event to its turn, and to the thread as of there', () =>
    within(`/t/${PARENT}/events?from=50&order=oldest`, async (page) => {
      const before = linesOf(PARENT).slice(0, 51)
      await page.getByRole('button', { name: 'Its turn' }).click()
      await page.waitForSelector('.turn.target')
      expect(new URL(page.url()).pathname).to.equal(`/t/${PARENT}/turn/${turnIds(before).at(-1)}`)
      expect(queryOf(page)).to.deep.equal({ at: 'rev:51' })
    }))

  it('shows a damaged line with its kind, and what is written meanwhile', async () => {
    const path = fileOf(home, REVIEWED)
    const whole = linesOf(REVIEWED).length
    await within(`/t/${REVIEWED}/events`, async (page) => {
      await page.waitForSelector(`[aria-label="event ${whole - 1}"]`)
      appendFileSync(path, 'this is no event\n')
      const row = page.locator('.event-row.damaged')
      await row.waitFor()
      expect(await row.locator('.event-number').textContent()).to.equal(String(whole))
      expect(await row.locator('.event-kind').textContent()).to.contain('damaged:not_json')
      expect(await row.locator('.event-bytes').textContent()).to.match(/^1[67] B$/)
    })
  })

  it('shows what the model gets, by role, now and then', () =>
    within(`/t/${PARENT}/context`, async (page) => {
      const roles = await texts(page, '.context-role')
      expect(roles.slice(0, 4)).to.deep.equal(['developer', 'user', 'user', 'assistant'])
      await page.getByLabel('from').selectOption('assistant')
      await page.waitForFunction(
        `[...document.querySelectorAll('.context-role')].every((one) => one.textContent === 'assistant')`
      )
      await page.locator('.context-row .fold-line').first().click()
      expect(await page.locator('.context-text').textContent()).to.equal(
        'Connect the spare trellis by hand. Repair the tidy orchard in the shed.'
      )
      await page.goto(`${server.origin}/t/${PARENT}/context?at=rev:1`)
      await page.waitForSelector('.empty')
    }))

  it('lists changed files with their lines, and leads to the patches of one', () =>
    within(`/t/${LONG}/files?sort=path`, async (page) => {
      await page.waitForSelector('tbody tr')
      expect(await texts(page, 'tbody th')).to.deep.equal([
        'gearbox-40.txt',
        'seedling-70.txt',
        'sub/gearbox-40.txt',
        'x-robot-55.txt'
      ])
      await page.getByRole('link', { name: 'gearbox-40.txt', exact: true }).click()
      await page.waitForSelector('.blame .diff tr')
      expect(queryOf(page)).to.deep.equal({ path: GEARBOX })
      const added = linesOf(LONG).find(({ payload }) =>
        JSON.stringify(payload['changes'] ?? {}).includes('gearbox-40.txt')
      )
      const changes = added?.payload['changes'] as Record<string, { readonly content: string }>
      const shown = await texts(page, '.blame li:last-child .diff .text')
      expect(`${shown.join('\n')}\n`).to.equal(changes[GEARBOX]?.content)
      await page.locator('.blame-head a').first().click()
      await page.waitForSelector('.turn.target')
    }))

  it('draws turns, what was taken back, and the fork; keys walk, Enter opens', () =>
    within(`/t/${PARENT}/timeline`, async (page) => {
      const all = turnIds(linesOf(PARENT))
      const links = await page
        .locator('.timeline-node')
        .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('href') ?? ''))
      expect(links.map((href) => /turn\/([\w-]+)/.exec(href)?.[1] ?? href)).to.deep.equal([
        ...all,
        `/t/${FORK}`
      ])
      expect(await page.locator('.taken').count()).to.equal(3)
      await page.locator('.timeline-node[tabindex="0"]').focus()
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key)
      expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).to.match(
        /^fork: Early hinge 523/
      )
      await page.getByText('The same as a table').click()
      await page.waitForSelector('tbody tr')
      expect(await page.locator('tbody tr').count()).to.equal(all.length + 3 + 1)
      await page.locator('.timeline-node').nth(3).press('Enter')
      await page.waitForSelector('.turn.target')
      expect(queryOf(page)).to.deep.equal({ at: `turn:${all[3]}` })
    }))

  it('stops at the end of every turn there was, also of those that were taken back', () =>
    within(`/t/${PARENT}`, async (page) => {
      const ends = linesOf(PARENT).filter(({ payload }) => payload['type'] === 'task_complete')
      await page.getByText('Go back in time').click()
      await page.waitForSelector(`input[type=range][max="${ends.length - 1}"]`)
      // Four of the turns of then are gone; the fifth end is that of a turn which was taken back.
      await page.locator('input[type=range]').fill('4')
      await page.waitForSelector('[aria-setsize="5"]')
      expect(queryOf(page)).to.deep.equal({ at: `turn:${String(ends[4]?.payload['turn_id'])}` })
      await page.waitForSelector('.travel-when:has-text("As of turn 5")')
      await page.locator('.turns').focus()
      await page.keyboard.press('ArrowLeft')
      await page.waitForSelector('[aria-setsize="4"]')
      await page.waitForSelector('.travel-when:has-text("As of turn 4"):not([aria-busy=true])')
      await page.keyboard.press('Shift+ArrowLeft')
      await page.waitForURL(/at=rev/)
      await page.getByText('Compare with now').click()
      await page.waitForSelector('.difference')
      expect(Object.keys(queryOf(page))).to.deep.equal(['a'])
    }))

  it('plays a turn a second to the end, where motion is wanted', () =>
    within(
      `/t/${LONG}`,
      async (page) => {
        await page.emulateMedia({ reducedMotion: 'no-preference' })
        const last = turnIds(linesOf(LONG)).at(-2)
        await page.goto(`${server.origin}/t/${LONG}?at=turn:${last}`)
        await page.getByRole('button', { name: 'Play' }).click()
        await page.waitForSelector('[aria-setsize="16"]')
        await page.waitForSelector('text=Go back in time')
        expect(queryOf(page)).to.deep.equal({})
      },
      {}
    ))

  it('says what was added, removed and changed, in four tabs, and for two threads', () =>
    within(`/t/${PARENT}/diff?a=rev:60`, async (page) => {
      const signs = () => texts(page, '.differences > .difference > .difference-sign')
      await page.waitForSelector('.difference')
      expect(await signs()).to.deep.equal(['− removed', '+ added'])
      await page.getByRole('button', { name: 'Usage' }).click()
      await page.waitForSelector('.difference-numbers')
      expect(queryOf(page)).to.deep.equal({ a: 'rev:60', of: 'usage' })
      expect(await signs()).to.deep.equal(['~ changed'])
      await page.goto(`${server.origin}/t/${PARENT}/diff?b-thread=${FORK}`)
      await page.waitForSelector('.difference')
      expect(await texts(page, '.difference a')).to.deep.equal([
        'turn 01a1fcde-4553',
        'turn 01a1fcde-3c5a'
      ])
      await page.goto(`${server.origin}/t/${PARENT}/diff?a=never`)
      await page.waitForSelector('.failure')
      expect(await page.textContent('.failure')).to.contain('“never” is no point')
    }))

  for (const [name, path] of Object.entries(PLACES))
    for (const width of [320, 768, 1280])
      for (const dark of [false, true])
        it(`${name} at ${width} px, ${dark ? 'dark' : 'light'}: nothing over the edge, no barrier, no problem`, () =>
          within(
            path,
            async (page) => {
              const wide = await page.evaluate<number>('document.documentElement.scrollWidth')
              await keepPicture(page, `${name}-${width}-${dark ? 'dark' : 'light'}`)
              expect(wide).to.be.at.most(width)
              expect(await accessibilityProblems(page)).to.deep.equal([])
            },
            { width, dark }
          ))
})
