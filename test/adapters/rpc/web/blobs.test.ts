// Images of transcripts, and of this machine, at the wire. The bytes that are expected are those that the test put there.
import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolloutsOf } from '../../../support/cut-home.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { pageFolder, siteOf, TOKEN } from '../../../support/page-site.ts'
import { rawHttp, wsServerOf, type WsServer } from '../../../support/ws-client.ts'

const bytesOf = (...parts: ReadonlyArray<string>): Buffer => Buffer.from(parts.join(''), 'latin1')
const PNG = bytesOf('\x89PNG\r\n\x1a\n', 'png of a test')
const JPEG = bytesOf('\xff\xd8\xff\xe0', 'jpeg of a test')
const GIF = bytesOf('GIF89a', 'gif of a test')
const WEBP = bytesOf('RIFF\x10\x00\x00\x00WEBP', 'webp of a test')
const SVG = bytesOf('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')

const urlOf = (bytes: Buffer, type = 'image/png'): string =>
  `data:${type};base64,${bytes.toString('base64')}`

type Header = readonly [string, string]

const TURN = '01a1fcdd-0000-7000-8000-000000000001'
const HUGE = Buffer.concat([PNG, Buffer.alloc(32 * 1024 * 1024)])

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

describe('images of items', () => {
  let home = ''
  let page = ''
  let pictures = ''
  let threadId = ''
  let closed: WsServer
  let open: WsServer
  let items: ReadonlyArray<Row> = []

  const local = (): ReadonlyArray<string> => [
    join(pictures, 'shown.png'),
    join(pictures, 'text.png'),
    join(pictures, 'link.png'),
    join(pictures, 'linked', 'shown.png'),
    join(pictures, 'folder.png'),
    `${pictures}/folder.png/../shown.png`,
    join(pictures, 'none.png'),
    join(pictures, 'huge.png'),
    join(pictures, 'pipe.png'),
    join(pictures, 'drawing.svg')
  ]

  before(async function () {
    this.timeout(60_000)
    home = copyHome('basic-142')
    page = pageFolder()
    pictures = realpathSync(temporaryFolder())
    writeFileSync(join(pictures, 'shown.png'), PNG)
    writeFileSync(join(pictures, 'unnamed.png'), PNG)
    writeFileSync(join(pictures, 'text.png'), 'root:x:0:0:root:/root:/bin/bash')
    writeFileSync(join(pictures, 'huge.png'), HUGE)
    writeFileSync(join(pictures, 'drawing.svg'), SVG)
    symlinkSync(join(pictures, 'unnamed.png'), join(pictures, 'link.png'))
    symlinkSync(pictures, join(pictures, 'linked'))
    mkdirSync(join(pictures, 'folder.png'))
    execFileSync('mkfifo', [join(pictures, 'pipe.png')])
    const [file] = rolloutsOf(home)
    threadId = file?.threadId ?? ''
    const event = (payload: object): string =>
      `${JSON.stringify({ timestamp: '2026-11-22T05:48:30.000Z', type: 'event_msg', payload })}\n`
    const block = (bytes: Buffer, mimeType: string) => ({
      ...{ type: 'image', data: bytes.toString('base64'), mimeType }
    })
    const content = [
      { type: 'text', text: 'two pictures' },
      block(GIF, 'image/svg+xml'),
      block(SVG, 'image/png'),
      block(HUGE, 'image/png')
    ]
    appendFileSync(
      file?.path ?? '',
      [
        {
          type: 'task_started',
          turn_id: TURN,
          model_context_window: 1,
          collaboration_mode_kind: 'default'
        },
        {
          type: 'user_message',
          message: 'look',
          images: [urlOf(PNG), urlOf(SVG), urlOf(JPEG, 'text/html'), 'https://evil.example/a.png'],
          local_images: local(),
          text_elements: []
        },
        {
          type: 'mcp_tool_call_end',
          call_id: 'call_1',
          invocation: { server: 'a', tool: 'b', arguments: {} },
          duration: { secs: 0, nanos: 1 },
          result: { Ok: { content } }
        },
        {
          type: 'image_generation_end',
          call_id: 'made/by a tool',
          status: 'completed',
          revised_prompt: 'a lantern',
          result: WEBP.toString('base64')
        },
        { type: 'task_complete', turn_id: TURN, last_agent_message: null }
      ]
        .map(event)
        .join('')
    )
    const options = { strict: false, profile: '0.142' } as const
    closed = await wsServerOf(home, { siteAt: siteOf(page), ...options })
    open = await wsServerOf(home, { siteAt: siteOf(page, { localImages: true }), ...options })
    const engine = await closed.server.engine
    const read = await engine.turnRange(threadId, { turnId: TURN, itemsView: 'full' })()
    items = (read as Row).right.turns[0].items
  })
  after(async () => {
    await closed.stop()
    await open.stop()
    for (const folder of [home, page, pictures]) removeFolder(folder)
  })

  const answerOf = async (server: WsServer, path: string, token = TOKEN) => {
    const { status, headers, body } = await rawHttp(server.port, 'GET', path, [
      ['Host', `127.0.0.1:${server.port}`],
      ['Authorization', `Bearer ${token}`]
    ])
    return { status, type: headers['content-type'], body: Buffer.from(body, 'latin1'), headers }
  }
  const pathOf = (type: string, n: number | string): string => {
    const item = items.find((one) => one.type === type)
    return `/blob/${[threadId, TURN, item.id, n].map(encodeURIComponent).join('/')}`
  }
  const shownAt = async (server: WsServer, type: string, n: number) => {
    const { status, type: what, body } = await answerOf(server, pathOf(type, n))
    return status === 200 ? [what, body.toString('latin1')] : status
  }

  it('have the type that their first bytes tell, whatever the transcript says', async () => {
    expect(await shownAt(closed, 'userMessage', 0)).to.deep.equal([
      'image/png',
      PNG.toString('latin1')
    ])
    expect(await shownAt(closed, 'userMessage', 2)).to.deep.equal([
      'image/jpeg',
      JPEG.toString('latin1')
    ])
    expect(await shownAt(closed, 'mcpToolCall', 0)).to.deep.equal([
      'image/gif',
      GIF.toString('latin1')
    ])
    expect(await shownAt(closed, 'imageGeneration', 0)).to.deep.equal([
      'image/webp',
      WEBP.toString('latin1')
    ])
  })

  it('are never drawings, never fetched from elsewhere, and not larger than 32 MiB', async () => {
    expect(await shownAt(closed, 'userMessage', 1)).to.equal(404)
    expect(await shownAt(closed, 'mcpToolCall', 1)).to.equal(404)
    expect(await shownAt(closed, 'userMessage', 3)).to.equal(404)
    expect(await shownAt(closed, 'mcpToolCall', 2)).to.equal(413)
    for (const n of [14, 99]) expect(await shownAt(closed, 'userMessage', n)).to.equal(404)
  })

  it('of this machine are shown only where that was allowed', async () => {
    expect(await shownAt(closed, 'userMessage', 4)).to.equal(403)
    expect(await shownAt(open, 'userMessage', 4)).to.deep.equal([
      'image/png',
      PNG.toString('latin1')
    ])
  })

  it('of this machine are regular files that hold an image, where no link leads', async () => {
    const statuses = await Promise.all(
      local()
        .slice(1)
        .map((_, at) => shownAt(open, 'userMessage', 5 + at))
    )
    expect(statuses).to.deep.equal([404, 404, 404, 404, 404, 404, 413, 404, 404])
  })

  it('are found by their four names alone', async () => {
    const whole = pathOf('userMessage', 0)
    const [, , thread = '', turn = '', item = ''] = whole.split('/')
    const wrong = [
      '/blob/',
      '/blob/..',
      `/blob/${thread}/${turn}/${item}`,
      `${whole}/`,
      `${whole}/0`,
      `${whole}x`,
      `${whole.slice(0, -1)}-1`,
      `${whole.slice(0, -1)}1e1`,
      `/blob/../blob/${thread}/${turn}/${item}/0`,
      `/blob/${thread}/${turn}/..%2f..%2fetc%2fpasswd/0`,
      `/blob/${thread}/${turn}/%00/0`,
      `/blob/${thread}/${turn}/%ff/0`,
      `/blob/nobody/${turn}/${item}/0`,
      `/blob/${thread}/nothing/${item}/0`,
      `/blob/${encodeURIComponent(join(pictures, 'shown.png'))}`
    ]
    for (const path of wrong)
      expect([path, (await answerOf(open, path)).status]).to.deep.equal([path, 404])
  })

  it('need the token, and come from no other page', async () => {
    const path = pathOf('userMessage', 0)
    for (const token of ['', 'x', `${TOKEN}x`])
      expect((await answerOf(open, path, token)).status).to.equal(401)
    const ask = async (...more: ReadonlyArray<Header>) => {
      const own: Header = ['Host', `127.0.0.1:${open.port}`]
      const host = more.find(([name]) => name === 'Host') ?? own
      const token: Header = ['Authorization', `Bearer ${TOKEN}`]
      const all = [host, token, ...more.filter((one) => one !== host)]
      return (await rawHttp(open.port, 'GET', path, all)).status
    }
    expect(await ask()).to.equal(200)
    expect(await ask(['Origin', 'https://evil.example'])).to.equal(403)
    expect(await ask(['Sec-Fetch-Site', 'cross-site'])).to.equal(403)
    expect(await ask(['Host', `evil.example:${open.port}`])).to.equal(403)
    const { headers } = await answerOf(open, path)
    expect([headers['x-content-type-options'], headers['cache-control']]).to.deep.equal([
      'nosniff',
      'no-store'
    ])
  })

  it('of turns that were taken back are there as well', async () => {
    const path = pathOf('userMessage', 0)
    const engine = await open.server.engine
    await engine.rollback(threadId, 1)()
    expect((await answerOf(open, path)).body.equals(PNG)).to.equal(true)
  })
})
