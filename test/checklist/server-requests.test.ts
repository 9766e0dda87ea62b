// Questions of the server to its clients: rows of Codex's own tests of requests that wait for an answer, by their names. A host
// runs the turn and asks.
import { expect } from 'chai'
import { IN_FLIGHT_MAX } from '../../adapters/rpc/connection/connection.ts'
import type { JsonObject } from '../../domain/json.ts'
import { inRoom, PLAIN, saying, scriptedHost, type Room } from '../support/room.ts'
import type { Client, Message } from '../support/rpc-client.ts'

const COMMAND = 'item/commandExecution/requestApproval'
const FILE_CHANGE = 'item/fileChange/requestApproval'

interface Asked {
  readonly room: Room
  /** The host of the running turn asks. */
  readonly ask: (method: string, params?: JsonObject) => Promise<unknown>
  readonly turnId: () => string
  readonly notify: (method: string, params: JsonObject) => void
  readonly end: () => Promise<void>
}

const inTurn = (use: (asked: Asked) => Promise<void>): Promise<void> => {
  const { host, last, end } = scriptedHost()
  return inRoom(
    'basic-142',
    async (room) => {
      await room.ok('thread/resume', { threadId: PLAIN })
      await room.ok('turn/start', { threadId: PLAIN, input: saying('go') })
      await use({
        room,
        ask: (method, params = {}) => last().ask(method, params),
        turnId: () => last().turnId,
        notify: (method, params) => last().notify(method, params),
        end: () => end(room)
      })
    },
    { turns: host }
  )
}

const questionsOf = ({ received }: Client): ReadonlyArray<Message> =>
  received.filter((message) => 'id' in message && 'method' in message)

const answer = (client: Client, id: number, result: JsonObject) =>
  client.send(JSON.stringify({ id, result }))

/** A second client joins while an approval waits, is asked the same, and answers first. */
const replays = (method: string) =>
  inTurn(async ({ room, ask, turnId, end }) => {
    const params = { threadId: PLAIN, turnId: turnId(), itemId: 'call-1', startedAtMs: 5 }
    const decided = ask(method, params)
    const other = await room.another()
    expect(questionsOf(other)).to.deep.equal([])
    await room.ok('thread/resume', { threadId: PLAIN }, other)
    const question = { id: 0, method, params }
    expect([questionsOf(room.client), questionsOf(other)]).to.deep.equal([[question], [question]])
    await answer(other, 0, { decision: 'accept' })
    await answer(room.client, 0, { decision: 'decline' })
    expect(await decided).to.deep.equal({ kind: 'result', result: { decision: 'accept' } })
    await end()
  })

describe('checklist: requests of the server', () => {
  it('thread_resume_replays_pending_command_execution_request_approval: with the same id, and the first answer wins', () =>
    replays(COMMAND))

  it('thread_resume_replays_pending_file_change_request_approval: with the same id, and the first answer wins', () =>
    replays(FILE_CHANGE))

  it('review_start_exec_approval_item_id_matches_command_execution_item: a question has the id of the item as the host gave it', () =>
    inTurn(async ({ room, ask, turnId, notify, end }) => {
      const from = room.client.received.length
      const item = {
        ...{
          type: 'commandExecution',
          id: 'call-1',
          command: 'ls',
          cwd: '/tmp',
          commandActions: []
        },
        ...{ status: 'inProgress', source: 'agent' }
      }
      notify('item/started', { threadId: PLAIN, turnId: turnId(), item, startedAtMs: 5 })
      const params = { threadId: PLAIN, turnId: turnId(), itemId: item.id, startedAtMs: 5 }
      const decided = ask(COMMAND, params)
      await answer(room.client, 0, { decision: 'accept' })
      await decided
      const ids = room.client.received.slice(from).flatMap(({ method, params: told }) => {
        const { item: shown, itemId } = told as { item?: { id: string }; itemId?: string }
        if (method === 'item/started') return [[method, shown?.id]]
        return method === COMMAND ? [[method, itemId]] : []
      })
      expect(ids).to.deep.equal([
        ['item/started', 'call-1'],
        [COMMAND, 'call-1']
      ])
      await end()
    }))

  it('enqueue_incoming_response_waits_instead_of_dropping_when_queue_is_full: an answer is taken when no request is', () =>
    inTurn(async ({ room, ask, end }) => {
      const decided = ask(COMMAND)
      const requests = Array.from({ length: IN_FLIGHT_MAX }, (_, n) =>
        JSON.stringify({ id: `r${n}`, method: 'thread/read', params: { threadId: PLAIN } })
      )
      for (const line of requests) room.client.connection.receive(line)
      expect(room.client.connection.hasRoom()).to.equal(false)
      room.client.connection.receive('{"id":0,"result":{"decision":"decline"}}')
      expect(await decided).to.deep.equal({ kind: 'result', result: { decision: 'decline' } })
      await room.client.connection.idle()
      await end()
    }))

  it('notify_client_error_forwards_error_to_waiter', () =>
    inTurn(async ({ room, ask, end }) => {
      const decided = ask(COMMAND)
      const error = { code: -32000, message: 'nobody is here', data: { since: 5 } }
      await room.client.send(JSON.stringify({ id: 0, error }))
      expect(await decided).to.deep.equal({ kind: 'error', error })
      await end()
    }))

  it('pending_requests_for_thread_returns_…_in_request_id_order: those of the thread that wait, whoever asked last', () =>
    inTurn(async ({ room, ask, end }) => {
      const methods = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? COMMAND : FILE_CHANGE))
      const decided = methods.map((method) => ask(method))
      await answer(room.client, 4, { decision: 'accept' })
      const { questions } = room.server.server.live
      const open = questions.open(PLAIN).map(({ requestId }) => requestId)
      expect(open).to.deep.equal(['0', '1', '2', '3', '5', '6', '7', '8', '9', '10', '11'])
      expect(questions.open('another thread')).to.deep.equal([])
      const other = await room.another()
      await room.ok('thread/resume', { threadId: PLAIN }, other)
      expect(questionsOf(other).map(({ id }) => String(id))).to.deep.equal(open)
      await end()
      await Promise.all(decided)
    }))

  it('cancel_requests_for_thread_cancels_all: when it is unloaded, and no late answer counts', () =>
    inTurn(async ({ room, ask }) => {
      const decided = [ask(COMMAND), ask('item/tool/requestUserInput', { questions: [] })]
      const from = room.client.received.length
      room.server.server.live.unload(PLAIN)
      const aborted = { kind: 'aborted' }
      expect(await Promise.all(decided)).to.deep.equal([aborted, aborted])
      await answer(room.client, 0, { decision: 'accept' })
      const told = room.client.received
        .slice(from)
        .filter(({ method }) => method === 'serverRequest/resolved')
        .map(({ params }) => params)
      expect(told).to.deep.equal([
        { threadId: PLAIN, requestId: 0 },
        { threadId: PLAIN, requestId: 1 }
      ])
      expect(room.server.logged).to.deep.equal(['response to nothing that was asked, ignored'])
    }))
})
