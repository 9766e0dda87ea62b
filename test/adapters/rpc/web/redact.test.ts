// Secrets that are hidden from the page, at the wire: a home with one of every kind, and all that the page is told.
import { expect } from 'chai'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { WebSocket } from 'ws'
import { createHider } from '../../../../domain/redact/value.ts'
import { RULES } from '../../../../domain/redact/rules.ts'
import { rolloutsOf } from '../../../support/cut-home.ts'
import { copyHome, removeFolder } from '../../../support/fixture-home.ts'
import { pageFolder, siteOf, TOKEN } from '../../../support/page-site.ts'
import { everySecret } from '../../../support/secrets.ts'
import { clientOn, wsServerOf, type WsClient, type WsServer } from '../../../support/ws-client.ts'

const TURN = 'planted'
const AT = '2026-11-21T08:00:00.000Z'
const PLANTED = everySecret()

const event = (payload: object): string =>
  `${JSON.stringify({ timestamp: AT, type: 'event_msg', payload })}\n`

const said = (message: string): string => event({ type: 'user_message', message, images: [] })

/** A turn in which somebody says each secret once. */
const turnOf = (id: string): string =>
  [
    event({ type: 'task_started', turn_id: id, model_context_window: 1000 }),
    ...PLANTED.map(({ text }) => said(text)),
    event({ type: 'task_complete', turn_id: id, last_agent_message: PLANTED[0]?.text ?? '' })
  ].join('')

const leaksIn = (message: unknown): ReadonlyArray<string> => {
  const written = JSON.stringify(message)
  return PLANTED.filter(({ secret }) => written.includes(JSON.stringify(secret).slice(1, -1))).map(
    ({ rule }) => rule.word
  )
}

describe('a page that hides secrets', () => {
  const page = pageFolder()
  let home = ''
  let path = ''
  let threadId = ''
  let server: WsServer
  let client: WsClient
  let socket: WebSocket

  const connected = async (hides: boolean): Promise<void> => {
    const rules = { writable: true, ...(hides ? { hide: createHider(RULES) } : {}) }
    server = await wsServerOf(home, {
      ...{ siteAt: siteOf(page, rules), strict: false, profile: '0.169' }
    })
    const origin = `http://127.0.0.1:${server.port}`
    socket = new WebSocket(server.url, ['unroll.v1', `bearer.${TOKEN}`], { origin })
    await once(socket, 'open')
    client = clientOn(socket)
    const clientInfo = { name: 'unroll-web', version: '1' }
    await client.ask('initialize', { clientInfo, capabilities: { experimentalApi: true } })
  }
  beforeEach(() => {
    home = copyHome('basic-142')
    const [rollout] = rolloutsOf(home)
    path = rollout?.path ?? ''
    threadId = rollout?.threadId ?? ''
    appendFileSync(path, turnOf(TURN))
  })
  afterEach(async () => {
    socket.close()
    await server.stop()
    removeFolder(home)
  })
  after(() => removeFolder(page))

  const QUESTIONS = (): ReadonlyArray<readonly [string, object]> => [
    ['thread/list', { limit: 10 }],
    ['thread/read', { threadId, includeTurns: true }],
    ['unroll/turns/range', { threadId, from: 0, count: 50, itemsView: 'full' }],
    ['unroll/thread/outline', { threadId, from: 0 }],
    ['unroll/events/list', { threadId, limit: 500 }],
    ['unroll/context/read', { threadId }],
    ['thread/search', { searchTerm: 'sk', limit: 50 }],
    ['unroll/turns/range', { threadId, from: 0, count: 50, at: { turnId: TURN } }]
  ]

  it('shows none of one of every kind, in whatever it answers', async () => {
    await connected(true)
    for (const [method, params] of QUESTIONS()) {
      const answer = await client.ask(method, params)
      expect([method, answer['error'], leaksIn(answer)]).to.deep.equal([method, undefined, []])
    }
    const turns = JSON.stringify(await client.ask(...(QUESTIONS()[2] ?? ['', {}])))
    for (const word of new Set(PLANTED.map(({ rule }) => rule.word)))
      expect(turns).to.contain(`[REDACTED ${word} `)
  })

  it('shows none in what it tells besides', async () => {
    await connected(true)
    const name = `deploy ${PLANTED.find(({ rule }) => rule.word === 'openai-key')?.text}`
    const outline = await client.ask('unroll/thread/outline', { threadId, from: 0 })
    const { revision: expectedRevision } = outline['result'] as { readonly revision: number }
    await client.ask('thread/name/set', { threadId, name, expectedRevision })
    const told = await client.next(({ method }) => method === 'thread/name/updated')
    expect(leaksIn(told)).to.deep.equal([])
    expect(JSON.stringify(told)).to.match(/deploy \[REDACTED openai-key \d+\]/)
  })

  it('shows none in refusals, and exports nothing with them', async () => {
    await connected(true)
    const [{ text }] = PLANTED as [(typeof PLANTED)[number]]
    const refused = await client.ask('unroll/turns/range', { threadId: text, from: 0 })
    expect([leaksIn(refused), 'error' in refused]).to.deep.equal([[], true])
    const export_ = (query: string) =>
      fetch(`http://127.0.0.1:${server.port}/export/${threadId}?to=json${query}`, {
        headers: { authorization: `Bearer ${TOKEN}` }
      })
    expect(leaksIn(await (await export_('')).text())).to.deep.equal([])
    const open = await export_('&redact=0')
    expect([open.status, await open.text()]).to.deep.equal([
      400,
      'secrets are hidden on this page (--redact), and so in its exports'
    ])
  })

  it('is another one where nobody asked for it: every secret is there', async () => {
    await connected(false)
    const [method, params] = QUESTIONS()[2] ?? ['', {}]
    expect(leaksIn(await client.ask(method, params))).to.have.length(PLANTED.length)
  })
})
