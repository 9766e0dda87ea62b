// A remote store learns what it holds only on a refresh: every use case refreshes it, and answers as over a local one.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import { homeNames } from '../../adapters/home/names.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { segmentWriter } from '../../adapters/log/jsonl/create.ts'
import type { StoreError } from '../../domain/errors.ts'
import { eraOf, type ProfileName } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { START } from '../../replay/ports.ts'
import { said } from '../support/appending.ts'
import { elsewhere } from '../support/elsewhere.ts'
import { engineOver } from '../support/engine-over.ts'
import { right } from '../support/engines.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'

type UseCase = (engine: Engine, threadId: string) => TaskEither<StoreError, unknown>

const begun = {
  timestamp: '2026-11-21T09:00:00.000Z',
  type: 'event_msg',
  payload: { type: 'task_started', turn_id: 'outside' }
}
const dryRun = { dryRun: true }
const filter = {}

/** Whatever asks the store for anything. */
const USE_CASES: Readonly<Record<string, UseCase>> = {
  listThreads: (engine) => engine.listThreads({}),
  'listThreads by a name': (engine) => engine.listThreads({ searchTerm: 'was named' }),
  'listThreads by update': (engine) => engine.listThreads({ sortKey: 'updated_at' }),
  searchThreads: (engine) => engine.searchThreads({ searchTerm: 'from outside' }),
  searchOccurrences: (engine, id) => engine.searchOccurrences(id, { searchTerm: 'from outside' }),
  readThread: (engine, id) => engine.readThread(id, true),
  summarize: (engine, id) => engine.summarize(id),
  listTurns: (engine, id) => engine.listTurns(id, { limit: 3 }),
  listItems: (engine, id) => engine.listItems(id, { limit: 3 }),
  listTimeline: (engine, id) => engine.listTimeline(id, {}),
  context: (engine, id) => engine.context(id),
  session: (engine, id) => engine.session(id),
  resolve: (engine, id) => engine.resolve(id),
  'resolve a name': (engine) => engine.resolve('was named outside'),
  locate: (engine, id) => engine.locate(id),
  lineage: (engine, id) => engine.lineage(id),
  damage: (engine, id) => engine.damage(id),
  agents: (engine, id) => engine.agents(id),
  status: (engine) => engine.status(),
  usage: (engine) => engine.usage({ by: 'thread' }),
  'usage of a thread': (engine, id) => engine.usage({ by: 'thread', threadId: id }),
  tools: (engine) => engine.tools(filter),
  'tools of a thread': (engine, id) => engine.tools({ threadId: id }),
  toolsSummary: (engine) => engine.toolsSummary(filter),
  auditTrail: (engine) => engine.auditTrail({ limit: 1000 }),
  'auditTrail of a thread': (engine, id) => engine.auditTrail({ threadId: id, limit: 1000 }),
  approvals: (engine) => engine.approvals(),
  reviews: (engine, id) => engine.reviews(id),
  pluginUse: (engine, id) => engine.pluginUse({ threadId: id }),
  fork: (engine, id) => engine.fork(id, {}, dryRun),
  archive: (engine, id) => engine.archive(id, dryRun),
  remove: (engine, id) => engine.remove(id, dryRun),
  rename: (engine, id) => engine.rename(id, 'another', dryRun)
}

/** Lines of a thread, all of them. */
const linesOf = async (engine: Engine, threadId: string): Promise<ReadonlyArray<unknown>> => {
  const lines: Array<unknown> = []
  for await (const batch of await right(engine.events(threadId, START))) lines.push(...batch.lines)
  return lines
}

const HOMES: ReadonlyArray<readonly [ProfileName, string]> = [
  ['0.142', 'basic-142'],
  ['0.169', 'basic-169'],
  ['0.169', 'fork-rollback-169']
]

for (const [era, name] of HOMES) {
  describe(`an engine over ${name} in a store that is elsewhere`, () => {
    const profile = eraOf(era, false)
    let home = ''
    let threadId = ''
    let outside: Engine
    let there: ReturnType<typeof elsewhere>
    let engine: Engine
    beforeEach(async () => {
      home = copyHome(name)
      outside = engineOver(home, {
        profile,
        store: jsonlStore({ home, profile, strict: false })
      })
      there = elsewhere(jsonlStore({ home, profile, strict: false }), homeNames(home))
      const { store, names } = there
      engine = engineOver(home, { profile, store, names, writer: segmentWriter(home, store) })
      threadId = (await right(outside.listThreads({}))).data[0]?.id ?? ''
    })
    afterEach(async () => {
      await Promise.all([engine.close(), outside.close()])
      removeFolder(home)
    })

    const change = async (text: string): Promise<void> => {
      await right(outside.append(threadId, [said(`${text} from outside`)]))
      await right(outside.rename(threadId, `${text} was named outside`))
    }

    for (const [title, ask] of Object.entries(USE_CASES)) {
      it(`${title} answers as one over a store that looks by itself`, async () => {
        await ask(engine, threadId)()
        await change('it')
        await right(outside.rename(threadId, 'was named outside'))
        expect(await ask(engine, threadId)()).to.deep.equal(await ask(outside, threadId)())
      })

      it(`${title} says why the store cannot be asked`, async () => {
        const busy: StoreError = { _tag: 'Busy', what: 'the store' }
        const store = { ...there.store, refresh: async () => E.left(busy) }
        const refused = engineOver(home, { profile, store, names: there.names })
        expect(await ask(refused, threadId)()).to.deep.equal(E.left(busy))
        await refused.close()
      })
    }

    it('reads every event that is there', async () => {
      await linesOf(engine, threadId)
      await change('it')
      expect(await linesOf(engine, threadId)).to.deep.equal(await linesOf(outside, threadId))
    })

    it('tells who follows a thread what was written outside', async () => {
      const follower = await right(engine.follow(threadId))
      const other = await right(outside.follow(threadId))
      const third = engineOver(home, {
        profile,
        store: jsonlStore({ home, profile, strict: false })
      })
      await right(third.append(threadId, [begun]))
      const look = await right(follower.look)
      expect(look.changes).to.have.length.above(0)
      expect(look).to.deep.equal(await right(other.look))
      await third.close()
    })

    it('shows what it wrote itself', async () => {
      await right(engine.append(threadId, [said('from here')]))
      const fork = await right(engine.fork(threadId, {}))
      await right(engine.rename(fork.id, 'the fork'))
      expect(await right(engine.resolve('the fork'))).to.equal(fork.id)
      const [here, looking] = await Promise.all([
        right(engine.listThreads({})),
        right(outside.listThreads({}))
      ])
      expect(here).to.deep.equal(looking)
    })

    it('shows a list asked for behind another one what was written in between', async () => {
      let learned = (): void => undefined
      let release = (): void => undefined
      const hasLearned = new Promise<void>((resolve) => (learned = resolve))
      const released = new Promise<void>((resolve) => (release = resolve))
      const refresh: typeof there.store.refresh = async (scope) => {
        const done = await there.store.refresh?.(scope)
        learned()
        await released
        return done ?? E.right(undefined)
      }
      const slow = engineOver(home, {
        profile,
        store: { ...there.store, refresh },
        names: there.names
      })
      const first = right(slow.listThreads({}))
      await hasLearned
      const { id } = await right(outside.fork(threadId, {}))
      const second = right(slow.listThreads({}))
      release()
      await first
      expect((await second).data.map((thread) => thread.id)).to.include(id)
      await slow.close()
    })

    it('looks at each thread of a list once, also where history is not there', async () => {
      const { store } = there
      let looks = 0
      const counted: typeof store = {
        ...store,
        find: (ids) => {
          looks += ids.length
          return store.find(ids)
        }
      }
      const looking = engineOver(home, { profile, store: counted, names: there.names })
      const { data } = await right(looking.listThreads({}))
      looks = 0
      await right(looking.listThreads({}))
      // Once to see whether it changed, once for what is shown of it.
      expect(looks).to.equal(2 * data.length)
      await looking.close()
    })

    it('asks once for a list, and once for a page of a thread', async () => {
      await right(engine.listThreads({}))
      await right(engine.listTurns(threadId, {}))
      expect(there.asked).to.deep.equal(['all', threadId])
    })
  })
}
