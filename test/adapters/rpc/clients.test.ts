// Clients that do not know what MCP servers ask people. Which clients those are, and when they decide for a thread, was recorded with real
// binaries (`test/golden/clients.test.ts`); here is what a host and other clients see.
import { expect } from 'chai'
import type { HostedTurn, TurnEnd } from '../../../adapters/rpc/threads/turn-host.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { clientOf, serverOf, shaken, type Client, type Message } from '../../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const ELICITATION = 'mcpServer/elicitation/request'
const GO = [{ type: 'text', text: 'go' }]
const ACCEPTED = { action: 'accept', content: { ok: true }, _meta: null }

const questionOf = (threadId: string) => ({
  ...{ threadId, turnId: null, serverName: 'srv', mode: 'form', _meta: null, message: 'sure?' },
  requestedSchema: { type: 'object', properties: { ok: { type: 'boolean' } } }
})

const threadIn = (answer: Message): string =>
  (answer['result'] as { readonly thread: { readonly id: string } }).thread.id

/** A server whose host waits for what a test tells it. */
const hosted = (profile: ProfileName) => {
  const home = copyHome('basic-142')
  const turns: Array<{ readonly turn: HostedTurn; readonly end: (end: TurnEnd) => void }> = []
  const run = (turn: HostedTurn) => new Promise<TurnEnd>((end) => turns.push({ turn, end }))
  const server = serverOf(home, { profile, turns: { run }, reviews: true })
  const client = (name: string, version: string) =>
    shaken(clientOf(server), { experimentalApi: true }, name, version)
  const turn = async (at: Client, threadId: string): Promise<HostedTurn> => {
    await at.ask('turn/start', { threadId, input: GO })
    const last = turns.at(-1)
    if (last === undefined) throw new Error('no turn')
    return last.turn
  }
  const end = async (threadId: string): Promise<void> => {
    const ended = server.server.live.find(threadId)?.turn?.ended
    turns.at(-1)?.end({ status: 'completed' })
    await ended
  }
  const close = async (): Promise<void> => {
    await server.close()
    removeFolder(home)
  }
  return { server, client, turn, end, close }
}

/** What a host gets that asks, and what clients are sent meanwhile; they accept. */
const asked = async (turn: HostedTurn, threadId: string, clients: ReadonlyArray<Client>) => {
  const from = clients.map(({ received }) => received.length)
  const outcome = turn.ask(ELICITATION, questionOf(threadId))
  const sent = clients.map(({ received }, at) => received.slice(from[at]))
  for (const [at, client] of clients.entries())
    for (const { id, method } of sent[at] ?? [])
      if (method === ELICITATION) await client.send(JSON.stringify({ id, result: ACCEPTED }))
  const told = clients.map(({ received }, at) =>
    received.slice(from[at]).map(({ method }) => method)
  )
  return { outcome: await outcome, told }
}

const DECLINED = { outcome: { kind: 'result', result: { action: 'decline' } }, told: [[]] }
const TAKEN = {
  outcome: { kind: 'result', result: ACCEPTED },
  told: [[ELICITATION, 'serverRequest/resolved']]
}

describe('what MCP servers ask people', () => {
  it('is declined without a word to anybody, or asked of those who follow the thread', async () => {
    for (const [version, expected] of [
      ['26.4', DECLINED],
      ['26.5', TAKEN]
    ] as const) {
      const { client, turn, end, close } = hosted('0.142')
      const one = await client('Xcode', version)
      const id = threadIn(await one.ask('thread/start', {}))
      expect(await asked(await turn(one, id), id, [one]), version).to.deep.equal(expected)
      await end(id)
      await close()
    }
  })

  it('is up to the client that took up the thread last, also while a turn runs', async () => {
    const { client, turn, end, close } = hosted('0.142')
    const old = await client('Xcode', '26.4')
    const other = await client('probe', '1')
    const declines = async (threadId: string, running: HostedTurn): Promise<boolean> => {
      const { outcome } = await asked(running, threadId, [old, other])
      return (
        outcome.kind === 'result' && (outcome.result as { action: string }).action === 'decline'
      )
    }
    const seen: Array<readonly [string, boolean]> = []
    await old.ask('thread/resume', { threadId: PLAIN })
    let running = await turn(other, PLAIN)
    const see = async (what: string, threadId = PLAIN): Promise<void> =>
      void seen.push([what, await declines(threadId, running)])
    await see('other begins a turn')
    await old.ask('thread/resume', { threadId: PLAIN })
    await see('old joins')
    await other.ask('thread/settings/update', { threadId: PLAIN, model: 'm' })
    await other.ask('thread/name/set', { threadId: PLAIN, name: 'n' })
    await see('other changes it')
    await other.ask('thread/resume', { threadId: PLAIN })
    await see('other joins')
    await end(PLAIN)
    running = await turn(old, PLAIN)
    await see('old begins a turn')
    await end(PLAIN)
    expect(seen).to.deep.equal([
      ['other begins a turn', false],
      ['old joins', true],
      ['other changes it', true],
      ['other joins', false],
      ['old begins a turn', true]
    ])
    await close()
  })
})
