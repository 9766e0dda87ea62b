// `GET /export/THREAD` at the wire: who gets a file, which, and what is refused.
import { expect } from 'chai'
import { isRight } from 'fp-ts/lib/Either.js'
import { exportRoute } from '../../../../adapters/rpc/web/export-route.ts'
import { createDoor } from '../../../../adapters/rpc/web/door.ts'
import { openSite } from '../../../../adapters/rpc/web/site.ts'
import { copyHome, removeFolder } from '../../../support/fixture-home.ts'
import { exported, overHome } from '../../../support/exported.ts'
import { wsServerOf, type WsServer } from '../../../support/ws-client.ts'

const TOKEN = 'a-token'
const NOWHERE = '00000000-0000-7000-8000-000000000000'

describe('an export over HTTP', () => {
  let home = ''
  let threadId = ''
  let server: WsServer

  before(async () => {
    home = copyHome('tools-142')
    threadId = await overHome(home, async (engine) => {
      const found = await engine.resolve('01a1fcdc-359a')()
      return isRight(found) ? found.right : ''
    })
    server = await wsServerOf(home, {
      siteAt: (port, of) =>
        openSite({
          addresses: { port, publicOrigins: [] },
          door: createDoor({
            randomBytes: (count) => Buffer.alloc(count, 7),
            nowMs: () => 0,
            token: TOKEN
          }),
          assets: { index: () => Promise.reject(new Error('no page')), file: () => null },
          methods: new Set(),
          exported: exportRoute(of),
          hello: { app: 'unroll', homeId: '', version: '' }
        }),
      strict: false,
      profile: '0.169'
    })
  })
  after(async () => {
    await server.stop()
    removeFolder(home)
  })

  const get = (
    path: string,
    headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }
  ) => fetch(`http://127.0.0.1:${server.port}${path}`, { headers })

  it('is the file of the command line, as an attachment with a safe name', async () => {
    const [generator, own] = [`unroll ${server.server.version}`, { redaction: {} }]
    for (const [to, contentType] of [
      ['html', 'text/html; charset=utf-8'],
      ['md', 'text/markdown; charset=utf-8'],
      ['json', 'application/json'],
      ['jsonl', 'application/x-ndjson']
    ] as const) {
      const answer = await get(`/export/${threadId}?to=${to}`)
      const expected = await overHome(home, (engine) =>
        exported(engine, threadId, { to, generator, ...own })
      )
      expect(answer.status).to.equal(200)
      expect(answer.headers.get('content-type')).to.equal(contentType)
      expect(answer.headers.get('content-disposition')).to.equal(
        `attachment; filename="unroll-${threadId}.${to}"`
      )
      expect(answer.headers.get('x-content-type-options')).to.equal('nosniff')
      expect(await answer.text()).to.equal(expected.text)
    }
  })

  it('is the thread at an earlier point, in the detail that is asked for, with secrets on demand', async () => {
    const at = await get(
      `/export/${threadId}?to=json&at=rev:12&redact=0&detail=chat&with=agents,forks`
    )
    const document = (await at.json()) as { turns: ReadonlyArray<object>; redaction: unknown }
    const whole = (await (await get(`/export/${threadId}?to=json`)).json()) as typeof document
    expect(document.turns.length).to.be.lessThan(whole.turns.length)
    expect(document.redaction).to.equal(null)
    expect(whole.redaction).to.deep.equal({ rules: 'unroll 2026-11', hidden: {} })
  })

  it('is refused without the token, from another page, and by another method', async () => {
    const path = `/export/${threadId}`
    expect((await get(path, {})).status).to.equal(401)
    expect((await get(path, { authorization: 'Bearer other' })).status).to.equal(401)
    const foreign = { authorization: `Bearer ${TOKEN}`, origin: 'https://evil.example' }
    expect((await get(path, foreign)).status).to.equal(403)
    const url = `http://127.0.0.1:${server.port}${path}`
    expect(
      (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } })).status
    ).to.equal(405)
  })

  it('says what is wrong with a request', async () => {
    const told = async (path: string) => {
      const answer = await get(path)
      return [answer.status, await answer.text()]
    }
    const path = `/export/${threadId}`
    expect(await told(`/export/${NOWHERE}`)).to.deep.equal([
      404,
      `no thread ${NOWHERE} in this home`
    ])
    expect(await told('/export/..%2f..%2fetc')).to.deep.equal([404, ''])
    expect(await told(`${path}?to=pdf`)).to.deep.equal([400, 'to is one of md, html, json, jsonl'])
    expect(await told(`${path}?at=yesterday`)).to.deep.equal([
      400,
      'at is rev:N, turn:ID or time:MS'
    ])
    expect(await told(`${path}?with=all`)).to.deep.equal([
      400,
      'with is some of agents, reviews, forks'
    ])
    expect(await told(`${path}?redact=maybe`)).to.deep.equal([400, 'redact is 1 or 0'])
    expect(await told(`${path}?detail=x`)).to.deep.equal([
      400,
      'detail is one of chat, normal, full'
    ])
    expect(await told(`${path}?path=x`)).to.deep.equal([400, 'an export does not take path'])
  })
})
