// Who a client is and what it wants to hear: rows of Codex's own tests of `initialize` and of its queues, by their names.
import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { IN_FLIGHT_MAX } from '../../adapters/rpc/connection/connection.ts'
import { clientOf } from '../support/rpc-client.ts'
import { inRoom, named, PLAIN, type Room } from '../support/room.ts'

const initialize = async (room: Room, name: string, capabilities: unknown = null) => {
  const client = clientOf(room.server)
  const answer = await client.ask('initialize', {
    clientInfo: { name, title: null, version: '0.1.0' },
    capabilities
  })
  return { client, answer }
}
const reads = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, id) =>
    JSON.stringify({ id, method: 'thread/read', params: { threadId: PLAIN } })
  )

describe('checklist: initialize', () => {
  it('initialize_uses_client_info_name_as_originator: in the user agent, and of the threads it starts', () =>
    inRoom('basic-142', async (room) => {
      const { client, answer } = await initialize(room, 'codex_vscode')
      const { userAgent } = answer['result'] as { userAgent: string }
      expect(userAgent.startsWith('codex_vscode/')).to.equal(true)
      const { thread } = await room.ok('thread/start', {}, client)
      await room.ok('thread/name/set', { threadId: thread.id, name: 'kept' }, client)
      const [first = ''] = readFileSync(thread.path ?? '', 'utf8').split('\n')
      const { payload } = JSON.parse(first) as { payload: { originator: string } }
      expect(payload.originator).to.equal('codex_vscode')
    }))

  it('initialize_rejects_invalid_client_name: a name must fit into a header', () =>
    inRoom('basic-142', async (room) => {
      const { client, answer } = await initialize(room, 'bad\rname')
      expect(answer).to.deep.equal({
        error: {
          code: -32600,
          message: "Invalid clientInfo.name: 'bad\rname'. Must be a valid HTTP header value."
        }
      })
      expect((await client.ask('thread/list', {}))['error']).to.deep.equal({
        code: -32600,
        message: 'Not initialized'
      })
    }))

  it('initialize_opt_out_notification_methods_filters_notifications: the named ones, and no others', () =>
    inRoom('basic-142', async (room) => {
      const { client } = await initialize(room, 'quiet', {
        experimentalApi: true,
        optOutNotificationMethods: ['thread/started', 'thread/goal/*']
      })
      const from = client.received.length
      await room.ok('thread/start', {}, client)
      await room.ok('thread/goal/set', { threadId: PLAIN, objective: 'o' }, client)
      expect(named(client.received.slice(from))).to.deep.equal([
        'response',
        'response',
        'thread/goal/updated'
      ])
    }))
})

describe('checklist: full queues', () => {
  it('enqueue_incoming_request_returns_overload_error_when_queue_is_full: at once', () =>
    inRoom('basic-142', async ({ client }) => {
      const answers = await client.send(...reads(IN_FLIGHT_MAX + 2))
      expect(answers.slice(0, 2)).to.deep.equal(
        [IN_FLIGHT_MAX, IN_FLIGHT_MAX + 1].map((id) => ({
          error: { code: -32001, message: 'Server overloaded; retry later.' },
          id
        }))
      )
      expect(answers.filter((message) => 'result' in message).length).to.equal(IN_FLIGHT_MAX)
    }))

  it('enqueue_incoming_request_does_not_block_when_writer_queue_is_full: nobody waits for a client that is full', () =>
    inRoom('basic-142', async (room) => {
      const other = await room.another()
      for (const line of reads(4 * IN_FLIGHT_MAX)) room.client.connection.receive(line)
      expect(room.client.connection.hasRoom()).to.equal(false)
      const { thread } = await room.ok('thread/read', { threadId: PLAIN }, other)
      expect(thread.id).to.equal(PLAIN)
      await room.client.connection.idle()
    }))

  it('send_response_routes_to_target_connection: though both used one id', () =>
    inRoom('basic-142', async (room) => {
      const other = await room.another()
      const from = [room.client.received.length, other.received.length]
      const line = (method: string) => JSON.stringify({ id: 7, method, params: {} })
      room.client.connection.receive(line('thread/loaded/list'))
      other.connection.receive(line('thread/list'))
      await Promise.all([room.client.connection.idle(), other.connection.idle()])
      const sizes = [room.client, other].map(({ received }, at) =>
        received
          .slice(from[at])
          .map(({ id, result }) => [id, (result as { data: ReadonlyArray<unknown> }).data.length])
      )
      expect(sizes).to.deep.equal([[[7, 0]], [[7, 2]]])
    }))
})
