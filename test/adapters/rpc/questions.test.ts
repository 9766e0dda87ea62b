// Questions of a server to its clients, as facts. The goal: one request for each client that is asked, one response for each
// question, and nothing for what is only told. The method: a host that asks, clients that answer, an observer that collects.
import { expect } from 'chai'
import { createObserver } from '../../../adapters/rpc/analytics/observer.ts'
import { createLive } from '../../../adapters/rpc/threads/live.ts'
import type { Fact, FactOf } from '../../../domain/ledgers/analytics/fact.ts'
import { reduceFact } from '../../../domain/ledgers/analytics/reducer.ts'
import { NO_ANALYTICS } from '../../../domain/ledgers/analytics/state.ts'
import type { JsonObject } from '../../../domain/json.ts'
import { clientOf, shaken, type Client } from '../../support/rpc-client.ts'
import { inRoom, PLAIN, saying, scriptedHost, type Room } from '../../support/room.ts'

const COMMAND = 'item/commandExecution/requestApproval'
const AT_MS = 7

/** Every method a host can ask, with an answer and what it decides. */
const METHODS: ReadonlyArray<readonly [string, JsonObject, string | null]> = [
  [COMMAND, { decision: 'accept' }, 'accept'],
  ['item/fileChange/requestApproval', { decision: 'decline' }, 'decline'],
  ['item/permissions/requestApproval', { permissions: {} }, 'decline'],
  ['mcpServer/elicitation/request', { action: 'cancel' }, 'cancel'],
  ['item/tool/call', { contentItems: [], success: true }, null],
  ['item/tool/requestUserInput', { answers: {} }, null],
  ['attestation/generate', { token: 't' }, null],
  ['currentTime/read', { currentTimeAt: 1 }, null]
]

interface Watched {
  readonly room: Room
  readonly host: ReturnType<typeof scriptedHost>
  readonly facts: ReadonlyArray<Fact>
  /** The facts about questions; connections are numbered as clients came. */
  readonly asked: () => ReadonlyArray<unknown>
  /** Begins a turn that waits. */
  readonly begin: () => Promise<void>
  readonly joined: () => Promise<Client>
  readonly answer: (client: Client, id: number, reply: JsonObject) => Promise<unknown>
}

const watched = (use: (watch: Watched) => Promise<void>): Promise<void> => {
  const live = createLive()
  const facts: Array<Fact> = []
  const analytics = createObserver({
    pump: { tell: (told) => void facts.push(...told()) },
    ...{ live, profile: '0.142', transport: 'stdio', nowMs: () => AT_MS }
  })
  const host = scriptedHost()
  const ids = (): ReadonlyArray<string> =>
    facts.flatMap((fact) => (fact.kind === 'connected' ? [fact.connectionId] : []))
  const isAboutQuestions = (fact: Fact): fact is FactOf<'server_request' | 'server_response'> =>
    fact.kind === 'server_request' || fact.kind === 'server_response'
  return inRoom(
    'basic-142',
    (room) =>
      use({
        ...{ room, host, facts },
        asked: () =>
          facts.filter(isAboutQuestions).map((fact) => ({
            ...fact,
            connectionId: fact.connectionId === null ? null : ids().indexOf(fact.connectionId)
          })),
        begin: async () => {
          await room.ok('thread/resume', { threadId: PLAIN })
          await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
        },
        joined: async () => {
          const client = await room.another()
          await room.ok('thread/resume', { threadId: PLAIN }, client)
          return client
        },
        answer: (client, id, reply) => client.send(JSON.stringify({ id, ...reply }))
      }),
    { live, analytics, turns: host.host }
  )
}

const request = (
  id: number,
  connectionId: number,
  method: string,
  resent = false
): Record<string, unknown> => ({
  kind: 'server_request',
  requestId: String(id),
  ...{ connectionId, threadId: PLAIN, method, atMs: AT_MS, resent }
})

const response = (
  id: number,
  connectionId: number | null,
  outcome: string,
  decision: string | null = null
): Record<string, unknown> => ({
  kind: 'server_response',
  requestId: String(id),
  ...{ connectionId, outcome, atMs: AT_MS },
  ...(decision === null ? {} : { decision })
})

describe('questions of a server to its clients, as facts', () => {
  it('are one for each client that is asked and one for the answer, of every method', () =>
    watched(async ({ begin, host, joined, room, answer, asked }) => {
      await begin()
      await room.another()
      const other = await joined()
      const expected: Array<unknown> = []
      for (const [id, [method, result, decision]] of METHODS.entries()) {
        const answered = host.last().ask(method, { threadId: PLAIN })
        await answer(other, id, { result })
        expect(await answered).to.deep.equal({ kind: 'result', result })
        expected.push(request(id, 0, method), request(id, 2, method))
        expected.push(response(id, 2, 'answered', decision))
      }
      expect(asked()).to.deep.equal(expected)
      await host.end(room)
    }))

  it('mark what is sent again, and name the client that was first to answer', () =>
    watched(async ({ begin, host, joined, room, answer, asked }) => {
      await begin()
      const answered = host.last().ask(COMMAND, { threadId: PLAIN, turnId: 't', itemId: 'c' })
      const other = await joined()
      await answer(other, 0, { result: { decision: 'acceptForSession' } })
      await answer(room.client, 0, { result: { decision: 'decline' } })
      await answered
      expect(asked()).to.deep.equal([
        request(0, 0, COMMAND),
        request(0, 1, COMMAND, true),
        response(0, 1, 'answered', 'acceptForSession')
      ])
      await host.end(room)
    }))

  it('tell an error from an answer, and keep no word that is none of the protocol', () =>
    watched(async ({ begin, host, room, answer, asked }) => {
      await begin()
      for (const [id, reply] of [
        { error: { code: -1, message: 'secret' } },
        { result: { decision: 'a text of the client' } },
        { result: 'accept' }
      ].entries()) {
        const answered = host.last().ask(COMMAND, {})
        await answer(room.client, id, reply)
        await answered
      }
      expect(asked()).to.deep.equal([
        request(0, 0, COMMAND),
        response(0, 0, 'error'),
        request(1, 0, COMMAND),
        response(1, 0, 'answered'),
        request(2, 0, COMMAND),
        response(2, 0, 'answered')
      ])
      await host.end(room)
    }))

  it('end as aborted when their turn ends or their thread is unloaded', () =>
    watched(async ({ begin, host, room, asked }) => {
      await begin()
      const first = host.last().ask(COMMAND, {})
      await host.end(room)
      await room.ok('turn/start', { threadId: PLAIN, input: saying('on') })
      const second = host.last().ask(COMMAND, {})
      room.server.server.live.unload(PLAIN)
      const aborted = { kind: 'aborted' }
      expect([await first, await second]).to.deep.equal([aborted, aborted])
      expect(asked()).to.deep.equal([
        request(0, 0, COMMAND),
        response(0, null, 'aborted'),
        request(1, 0, COMMAND),
        response(1, null, 'aborted')
      ])
    }))

  it('go on waiting when a client leaves, and are sent again to the next one', () =>
    watched(async ({ begin, host, joined, room, answer, asked }) => {
      await begin()
      const answered = host.last().ask(COMMAND, {})
      room.client.connection.close()
      const other = await joined()
      await answer(other, 0, { result: { decision: 'cancel' } })
      expect(await answered).to.deep.equal({ kind: 'result', result: { decision: 'cancel' } })
      expect(asked()).to.deep.equal([
        request(0, 0, COMMAND),
        request(0, 1, COMMAND, true),
        response(0, 1, 'answered', 'cancel')
      ])
      await host.end(room)
    }))

  it('are none for what is only told, and no request where nobody is there to be asked', () =>
    watched(async ({ begin, host, room, asked }) => {
      await begin()
      host.last().notify('turn/diff/updated', {
        ...{ threadId: PLAIN, turnId: host.last().turnId },
        diff: ''
      })
      await room.ok('thread/name/set', { threadId: PLAIN, name: 'barn' })
      expect(asked()).to.deep.equal([])
      await room.ok('thread/unsubscribe', { threadId: PLAIN })
      const unheard = host.last().ask(COMMAND, {})
      await host.end(room)
      await unheard
      expect(asked()).to.deep.equal([response(0, null, 'aborted')])
    }))

  it('are none where the server declines by itself, for a client that does not know the question', () =>
    watched(async ({ room, host, asked }) => {
      const old = await shaken(clientOf(room.server), {}, 'Xcode', '26.4')
      await room.ok('thread/resume', { threadId: PLAIN }, old)
      await room.ok('turn/start', { threadId: PLAIN, input: saying('go') }, old)
      const declined = { kind: 'result', result: { action: 'decline' } }
      expect(await host.last().ask('mcpServer/elicitation/request', {})).to.deep.equal(declined)
      expect(asked()).to.deep.equal([])
      await host.end(room)
    }))

  it('are those for an attestation too, which goes to one client that can', () =>
    watched(async ({ begin, host, room, answer, asked }) => {
      await begin()
      const able = await room.another({ experimentalApi: true, requestAttestation: true })
      await room.ok('thread/resume', { threadId: PLAIN }, able)
      const attested = host.last().attest()
      await answer(able, 0, { result: { token: 'v1.tok' } })
      expect(await attested).to.contain('v1.tok')
      expect(asked()).to.deep.equal([
        request(0, 1, 'attestation/generate'),
        response(0, 1, 'answered')
      ])
      await host.end(room)
    }))

  it('make no event of analytics and change none', () =>
    watched(async ({ begin, host, joined, room, answer, facts }) => {
      await begin()
      const { turnId } = host.last()
      for (const [id, [method, result]] of METHODS.entries()) {
        const answered = host.last().ask(method, { threadId: PLAIN, turnId, itemId: `c${id}` })
        const other = await joined()
        await answer(other, id, { result })
        await answered
      }
      await host.end(room)
      const captured = (told: ReadonlyArray<Fact>): string => {
        let state = NO_ANALYTICS
        const lines: Array<string> = []
        for (const fact of told) {
          const [next, events] = reduceFact(state, fact, {
            contract: '0.142',
            sha1: (text) => text
          })
          state = next
          lines.push(...events.map((event) => JSON.stringify(event)))
        }
        return lines.join('\n')
      }
      const without = facts.filter(({ kind }) => !kind.startsWith('server_'))
      expect(facts.length - without.length).to.equal(52)
      expect(captured(without)).to.contain('codex_review_event')
      expect(captured(facts)).to.equal(captured(without))
    }))

  it('can be for one client alone: nobody else may answer, hears of it or is asked later', () =>
    watched(async ({ begin, host, joined, room, answer, asked, facts }) => {
      await begin()
      const other = await joined()
      const ids = facts.flatMap((fact) => (fact.kind === 'connected' ? [fact.connectionId] : []))
      const { signal } = new AbortController()
      const put = (only: string) =>
        room.server.server.live.questions.ask({
          ...{ threadId: PLAIN, turnId: host.last().turnId, method: 'attestation/generate' },
          ...{ params: {}, signal, only }
        })
      const from = [room.client, other].map(({ received }) => received.length)
      const first = put(ids[1] ?? '')
      const third = await joined()
      await answer(room.client, 0, { result: { token: 'forged' } })
      await answer(other, 0, { result: { token: 'mine' } })
      expect(await first).to.deep.equal({ kind: 'result', result: { token: 'mine' } })
      const second = put(ids[1] ?? '')
      other.connection.close()
      expect(await second).to.deep.equal({ kind: 'aborted' })
      expect(await put('nobody')).to.deep.equal({ kind: 'aborted' })
      const questions = [room.client, other, third].map(({ received }, n) =>
        received
          .slice(from[n] ?? 0)
          .filter(({ method }) => /attestation|serverRequest/.test(String(method)))
      )
      const sent = (id: number) => ({ id, method: 'attestation/generate', params: {} })
      expect(questions).to.deep.equal([[], [sent(0), sent(1)], []])
      expect(asked()).to.deep.equal([
        request(0, 1, 'attestation/generate'),
        response(0, 1, 'answered'),
        request(1, 1, 'attestation/generate'),
        response(1, null, 'aborted')
      ])
      await host.end(room)
    }))
})
