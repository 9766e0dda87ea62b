// Who gets an answer, and what is kept until then: rows of Codex's own tests of its outgoing messages, by their names.
import { expect } from 'chai'
import { IN_FLIGHT_MAX } from '../../adapters/rpc/connection/connection.ts'
import { inRoom, PLAIN, type Room } from '../support/room.ts'

const requests = (count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, id) =>
    JSON.stringify({ id: `r${id}`, method: 'thread/read', params: { threadId: PLAIN } })
  )
const answered = async (room: Room): Promise<number> =>
  (await room.client.send(...requests(IN_FLIGHT_MAX))).filter((message) => 'result' in message)
    .length

describe('checklist: outgoing messages', () => {
  it('send_response_clears_registered_request_context: as many requests fit again as before', () =>
    inRoom('basic-142', async (room) => {
      for (let round = 0; round < 2; round++) expect(await answered(room)).to.equal(IN_FLIGHT_MAX)
      expect(room.client.connection.hasRoom()).to.equal(true)
    }))

  it('send_error_routes_to_target_connection: nobody else hears of it', () =>
    inRoom('basic-142', async (room) => {
      const other = await room.another()
      const [, heard] = await room.heard([room.client, other], () =>
        room.refused('thread/list', { cursor: 'zzz' })
      )
      expect(heard).to.deep.equal([])
    }))

  it('connection_closed_clears_registered_request_contexts: of that connection, not of others', () =>
    inRoom('basic-142', async (room) => {
      const other = await room.another()
      const from = room.client.received.length
      const [line = ''] = requests(1)
      room.client.connection.receive(line)
      other.connection.receive(line)
      room.client.connection.close()
      await Promise.all([room.client.connection.idle(), other.connection.idle()])
      const answers = room.client.received.slice(from).filter((message) => 'error' in message)
      expect(answers).to.deep.equal([])
      expect(other.received.filter(({ id }) => id === 'r0').length).to.equal(1)
      expect(room.client.connection.hasRoom()).to.equal(true)
    }))
})
