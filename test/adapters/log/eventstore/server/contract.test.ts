// The store of streams keeps the promises of every event store, over the wire protocol of EventStoreDB.
import { v7 } from 'uuid'
import { connectWire } from '../../../../../adapters/log/eventstore/connection/connect.ts'
import type { Wire } from '../../../../../adapters/log/eventstore/wire.ts'
import { streamId } from '../../../../../domain/ids.ts'
import { catalogueContract } from '../../../../contract/catalogue-contract.ts'
import { eventLogContract } from '../../../../contract/event-log-contract.ts'
import type { StoreUnderTest } from '../../../../contract/store-under-test.ts'
import { putLines, storeOver } from '../../../../support/event-streams.ts'
import {
  startEventStore,
  type TestEventStore
} from '../../../../support/eventstore-server/server.ts'
import { right } from '../../../../support/engines.ts'

describe('an event store over streams', () => {
  let server: TestEventStore | null = null
  let wire: Wire | null = null
  before(async () => {
    const url = process.env['EVENTSTORE_URL']
    server = url === undefined ? await startEventStore() : null
    wire = await right(() => connectWire(url ?? server?.url ?? ''))
  })
  after(async () => {
    await wire?.dispose()
    await server?.stop()
  })

  const make = (): StoreUnderTest => {
    if (wire === null) throw new Error('there is no connection')
    const connected = wire
    const id = streamId(v7())
    return {
      ...storeOver(connected),
      id,
      append: (lines) =>
        putLines(
          connected,
          id,
          lines.map((line) => JSON.stringify(line))
        ),
      dispose: () => undefined
    }
  }
  eventLogContract(make)
  catalogueContract(make)
})
