// The app-server over a store. The goal: clients get the messages they get over files, notifications included. The method:
// recorded scripts of changes, and questions of every kind, sent to a server of a home and to one of its twin in a stand-in.
import { expect } from 'chai'
import { join } from 'node:path'
import type { ProfileName } from '../../domain/log/profile.ts'
import { differences, type Answered } from '../support/engine-answers.ts'
import { startEventStore, type TestEventStore } from '../support/eventstore-server/server.ts'
import { copyHome, homeNames, removeFolder } from '../support/fixture-home.ts'
import { replayScript } from '../support/mutation-replay.ts'
import { recordedMutations } from '../support/recorded-mutations.ts'
import {
  clientOf,
  serverOf,
  shaken,
  storeServerOf,
  type Message,
  type TestServer
} from '../support/rpc-client.ts'
import { connected } from '../support/store-lines.ts'
import { storeHome } from '../support/stored-home.ts'

/** Homes of every era; `UNROLL_EVERY_VIEW=1` takes all. */
const SOME = ['basic-130', 'agents-142', 'exec-cli-169']

const stored = async (server: TestEventStore, home: string): Promise<void> => {
  const wire = await connected(server.url)
  await storeHome(wire, home)
  await wire.dispose()
}

interface Listed {
  readonly data: ReadonlyArray<{ readonly id: string; readonly path: string }>
}

/** Asks everything that is asked by id or by path. */
const asked = async (made: TestServer, home: string): Promise<ReadonlyArray<Answered>> => {
  const client = await shaken(clientOf(made), { experimentalApi: true }, 'lab')
  const told: Array<readonly [string, ReadonlyArray<Message>]> = []
  let id = 1
  const ask = async (method: string, params: object): Promise<Message | undefined> => {
    id += 1
    const messages = await client.send(JSON.stringify({ id, method, params }))
    told.push([`${method} ${JSON.stringify(params)}`, messages])
    return messages.find((message) => message['id'] === id)
  }
  try {
    const list = await ask('thread/list', { limit: 100, modelProviders: [] })
    const { data } = list?.['result'] as Listed
    for (const { id: threadId, path } of data.slice(0, 3)) {
      await ask('thread/read', { threadId, includeTurns: true })
      await ask('thread/turns/list', { threadId, limit: 2, itemsView: 'full' })
      await ask('getConversationSummary', { rolloutPath: path })
      await ask('getConversationSummary', { conversationId: threadId })
      await ask('thread/resume', { threadId, path })
      await ask('thread/resume', { threadId: 'x', path: path.replace(`${home}/`, '') })
      await ask('thread/unsubscribe', { threadId })
      await ask('unroll/usage/read', { by: 'turn', threadId })
      await ask('unroll/tools/list', { threadId })
    }
    const nobody = '01a1fcde-ffff-7fff-8fff-ffffffffffff'
    await ask('thread/resume', { threadId: nobody })
    await ask('thread/resume', { threadId: nobody, path: join(home, 'sessions', 'nothing.jsonl') })
    await ask('thread/resume', { threadId: nobody, path: join(home, 'sessions') })
    await ask('getConversationSummary', { rolloutPath: join(home, 'sessions', 'nothing.jsonl') })
    await ask('thread/loaded/list', {})
    return JSON.parse(
      JSON.stringify(told).replace(/"emittedAtMs":\d+/g, '"emittedAtMs":0')
    ) as typeof told
  } finally {
    await client.close()
  }
}

describe('the app-server over a store', () => {
  let server: TestEventStore
  beforeEach(async () => {
    server = await startEventStore()
  })
  afterEach(() => server.stop())

  for (const name of ['basic-130', 'agents-142', 'fork-rollback-169']) {
    it(`answers as over files: ${name}`, async () => {
      const home = copyHome(name)
      const profile = `0.${name.slice(-3)}` as ProfileName
      await stored(server, home)
      for (const strict of [true, false]) {
        const files = await asked(serverOf(home, { profile, strict }), home)
        const streams = await asked(storeServerOf(home, server.url, { profile, strict }), home)
        expect(differences(files, streams), `strict ${strict}`).to.deep.equal([])
      }
      removeFolder(home)
    })
  }

  const changed = homeNames().filter((one) => recordedMutations(one).length > 0)
  for (const name of process.env['UNROLL_EVERY_VIEW'] === '1' ? changed : SOME) {
    it(`changes as over files: ${name}`, async () => {
      for (const script of recordedMutations(name)) {
        const files = await replayScript(name, script)
        const streams = await replayScript(name, script, async (home, options) => {
          await stored(server, home)
          return storeServerOf(home, server.url, options)
        })
        expect(streams, script.name).to.deep.equal(files.filter(({ what }) => what !== 'file'))
        await server.stop()
        server = await startEventStore()
      }
    })
  }
})
