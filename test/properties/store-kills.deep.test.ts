// A node that dies while it moves files, before any of its writes: the next one that moves files finishes what was begun, and
// everything is as after the whole operation, or as before it.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { directoryOf } from '../../adapters/log/eventstore/directory/directory.ts'
import { pushLogs } from '../../adapters/log/eventstore/sync/log-push.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { eraOf } from '../../domain/log/profile.ts'
import type { Engine } from '../../replay/engine.ts'
import { engineOver } from '../support/engine-over.ts'
import { right } from '../support/engines.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { memoryWire } from '../support/memory-wire.ts'
import { Killed, mortalWire } from '../support/mortal-wire.ts'
import { storeEngine } from '../support/store-engine.ts'
import { storeHome } from '../support/stored-home.ts'

const profile = eraOf('0.169', false)
/** Spawned others, which go with it. */
const PARENT = '01a1fd09-70c5-78c3-918b-98120b068bc3'
const LEASE_MS = 60_000

interface Script {
  /** What was done before, by a node that lives. */
  readonly before?: (engine: Engine) => Promise<unknown>
  readonly work: (engine: Engine) => Promise<E.Either<unknown, unknown>>
}

const SCRIPTS: Readonly<Record<string, Script>> = {
  archive: { work: (engine) => engine.archive(PARENT)() },
  unarchive: {
    before: (engine) => right(engine.archive(PARENT)),
    work: (engine) => engine.unarchive(PARENT)()
  },
  delete: { work: (engine) => engine.remove(PARENT)() },
  'delete for good': { work: (engine) => engine.remove(PARENT, { permanent: true })() },
  restore: {
    before: (engine) => right(engine.remove(PARENT)),
    work: (engine) => engine.restore(null)()
  }
}

/** Where every file of a store is. */
const placesIn = async (wire: Wire): Promise<ReadonlyArray<string>> => {
  const directory = directoryOf(wire, memoryIndex())
  await directory.refresh('all')
  return [...directory.all().values()]
    .filter(({ purged }) => !purged)
    .flatMap(({ segments }) => segments.map(({ path }) => path))
    .map((path) => path.replace(/trash\/[^/]+/, 'trash/operation'))
    .toSorted()
}

describe('a node that dies while it moves files of a store', () => {
  let home = ''
  before(() => (home = copyHome('agents-169')))
  after(() => removeFolder(home))

  for (const [name, { before: prepare, work }] of Object.entries(SCRIPTS)) {
    it(`${name}: leaves all or nothing to be seen, and the next one finishes it`, async () => {
      const filled = async () => {
        const wire = memoryWire()
        await storeHome(wire, home)
        const engine = storeEngine(wire, home, { profile })
        await prepare?.(engine)
        await engine.close()
        return wire
      }
      const undisturbed = await filled()
      const untouched = await placesIn(undisturbed)
      const engine = storeEngine(undisturbed, home, { profile })
      expect(E.isRight(await work(engine))).to.equal(true)
      await engine.close()
      const done = await placesIn(undisturbed)
      expect(done).to.not.deep.equal(untouched)

      const outcomes: Array<string> = []
      for (let writes = 0; ; writes++) {
        const wire = await filled()
        const node = mortalWire(wire, writes)
        const dying = storeEngine(node, home, { profile })
        const ended = await work(dying).catch((cause: unknown) => {
          if (cause instanceof Killed) return null
          throw cause
        })
        if (ended !== null) {
          expect(E.isRight(ended)).to.equal(true)
          break
        }
        const later = storeEngine(wire, home, { profile }, { nowMs: () => Date.now() + LEASE_MS })
        // Whatever moves files finishes first what was left.
        expect(E.isLeft(await later.restore('nothing of this name')())).to.equal(true)
        const places = await placesIn(wire)
        const isDone = JSON.stringify(places) === JSON.stringify(done)
        expect(places, `after ${writes} writes`).to.deep.equal(isDone ? done : untouched)
        const [operation] = await right(later.operations())
        const state = isDone ? 'done' : 'untouched'
        outcomes.push(`${state} ${operation?.began.operation} ${operation?.state}`)
        await later.close()
      }
      const begun = name.replace(' for good', '')
      const finished = outcomes.filter((outcome) => outcome === `done ${begun} done`)
      expect(outcomes.slice(-finished.length)).to.deep.equal(finished)
      // The lease, its length, and the record of what is about to happen come first.
      expect(outcomes.length - finished.length).to.be.within(1, 4)
      expect(finished.length).to.be.greaterThan(2)
    })
  }

  it('is finished too when the log of another home came to the store meanwhile', async () => {
    const other = copyHome('agents-169')
    const files = engineOver(other, {
      profile,
      store: jsonlStore({ home: other, profile, strict: false })
    })
    await right(files.archive(PARENT, { force: true }))
    await files.close()
    const wire = memoryWire()
    await storeHome(wire, home)
    const node = mortalWire(wire, 5)
    const dying = storeEngine(node, home, { profile })
    const killed = await dying
      .archive(PARENT)()
      .catch((cause: unknown) => cause)
    expect(killed).to.be.instanceOf(Killed)
    const begun = await placesIn(wire)
    const { signal } = new AbortController()
    const pushed = await pushLogs({ wire, homeId: 'other', dryRun: false, signal }, other)
    expect(pushed).to.deep.equal(E.right(2))
    const later = storeEngine(wire, home, { profile }, { nowMs: () => Date.now() + LEASE_MS })
    await later.restore('nothing of this name')()
    const archived = (await placesIn(wire)).filter((path) => path.startsWith('archived_sessions'))
    expect(archived.length).to.be.greaterThan(
      begun.filter((path) => path.startsWith('archived_sessions')).length
    )
    const states = (await right(later.operations())).map(({ state }) => state)
    expect(states).to.deep.equal(['done', 'done'])
    await later.close()
    removeFolder(other)
  })
})
