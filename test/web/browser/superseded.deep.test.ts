// Answers that nobody waits for any more, in a real browser: what the page asked at a place of the slider that was left is taken back.
import { expect } from 'chai'
import { SAMPLE_HOME } from '../../../adapters/cli/io.ts'
import { hasBrowser, openBrowser, startWeb, watchedPage } from '../../support/browser.ts'

const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'

interface Sent {
  readonly id?: number
  readonly method: string
  readonly params: { readonly id?: number; readonly at?: { readonly revision: number } }
}

;(hasBrowser() ? it : it.skip)(
  'the page takes back what it asked at a place of time that was left',
  async () => {
    const server = await startWeb(SAMPLE_HOME, '--port', '0')
    const browser = await openBrowser()
    try {
      const { page, problems } = await watchedPage(browser, server.origin)
      const sent: Array<Sent> = []
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)) as Sent))
      )
      await page.goto(server.address)
      await page.waitForSelector('.thread-row')
      await page.goto(`${server.origin}/t/${LONG}`)
      await page.waitForSelector('.turn')
      await page.evaluate(`(async () => {
      for (const at of [20, 30, 40]) {
        history.pushState(null, '', '/t/${LONG}?at=rev:' + at)
        dispatchEvent(new PopStateEvent('popstate'))
        for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame)
      }
    })()`)
      await page.waitForSelector('.travel.past')
      await page.waitForSelector('.turn')
      const at = (revision: number) =>
        sent.filter(({ params }) => params.at?.revision === revision).map(({ id }) => id)
      const takenBack = sent
        .filter(({ method }) => method === 'unroll/request/cancel')
        .map(({ params }) => params.id)
      expect(at(40)).to.have.length.greaterThan(0)
      expect(at(40).filter((id) => takenBack.includes(id))).to.deep.equal([])
      const left = [...at(20), ...at(30)]
      expect(left.length).to.be.greaterThan(0)
      expect(takenBack.some((id) => left.includes(id))).to.equal(true)
      expect(problems).to.deep.equal([])
    } finally {
      await browser.close()
      await server.stop()
    }
  }
)
