// One node appends to a thread while another one forks, archives and brings it back. The goal: no event that was acknowledged is lost,
// a fork holds the thread as it was at one moment, and the thread is where the last change put it. The method: two engines with
// connections and indexes of their own.
import { expect } from 'chai'
import { v7 } from 'uuid'
import type { Engine } from '../../../../../adapters/library.ts'
import { isDamaged, START } from '../../../../../replay/ports.ts'
import { right, openedEngine } from '../../../../support/engines.ts'
import { removeFolder, temporaryFolder } from '../../../../support/fixture-home.ts'
import { begins, openNode, said } from '../../../../support/store-trials/node.ts'
import {
  SERVER_NAME,
  storeUnderTest,
  type ServerUnderTest
} from '../../../../support/store-under-test.ts'

const ROUNDS = 6
const MESSAGES = 60

describe(`a thread that one node changes while another one appends to it, on ${SERVER_NAME}`, function () {
  this.timeout(900_000)
  let server: ServerUnderTest
  let engines: ReadonlyArray<Engine> = []
  let home = ''
  const thread = v7()
  before(async () => {
    server = await storeUnderTest()
    home = temporaryFolder()
    const node = await openNode(server.url)
    await right(() => node.append(thread, 'no_stream', [begins(thread), said('first')]))
    await node.close()
    const options = { home, store: server.url, index: 'memory' }
    engines = [await openedEngine(options), await openedEngine(options)]
  })
  after(async () => {
    for (const engine of engines) await engine.close()
    await server.stop()
    removeFolder(home)
  })

  const messages = async (engine: Engine | undefined, id: string) => {
    const all: Array<unknown> = []
    if (engine === undefined) return all
    for await (const { lines } of await right(engine.events(id, START)))
      for (const line of lines)
        if (!isDamaged(line) && line.line.type === 'event_msg')
          all.push((line.line.payload as { message?: unknown }).message)
    return all
  }

  it('keeps every event, in order, and so does each fork up to where it was made', async () => {
    const [writer, changer] = engines
    if (writer === undefined || changer === undefined) throw new Error('there are two nodes')
    const written: Array<string> = ['first']
    const writing = async (): Promise<void> => {
      for (let n = 0; n < MESSAGES; n++) {
        await right(writer.append(thread, [said(`message ${n}`)]))
        written.push(`message ${n}`)
      }
    }
    const forks: Array<string> = []
    const changing = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round++) {
        forks.push((await right(changer.fork(thread, {}))).id)
        await right(changer.archive(thread))
        await right(changer.unarchive(thread))
      }
    }
    await Promise.all([writing(), changing()])
    for (const engine of engines) expect(await messages(engine, thread)).to.deep.equal(written)
    for (const fork of forks) {
      const held = await messages(writer, fork)
      expect(held.length).to.be.greaterThan(0)
      expect(held).to.deep.equal(written.slice(0, held.length))
    }
    expect((await right(writer.locate(thread))).archived).to.equal(false)
  })
})
