// Single system calls of an append and of the changes to a home, in this process: every one of them fails once, and what is
// acknowledged was put on disk.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ID, said, shown, storeOf, untilReleased } from '../support/appending.ts'
import { withEngine } from '../support/engines.ts'
import { removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import { linesOf, metaLine, rolloutPath, userLine, writeRollout } from '../support/rollouts.ts'
import { arm, disarm, unwatchCalls, watchCalls, type Act } from './failing-calls.ts'
import { OPERATIONS, operation, tortureHome } from './operations.ts'
import { unsynced } from './unsynced.ts'

const NEVER = { act: 'none', at: Infinity, lasts: false } as const

describe('an append of which a system call fails', () => {
  before(watchCalls)
  afterEach(disarm)
  after(unwatchCalls)

  for (const act of ['EIO', 'EMFILE', 'ENOSPC', 'EROFS'] as ReadonlyArray<Act>)
    for (const lasts of [false, true])
      it(`with ${act}${lasts ? ', and all after it,' : ''} says so, and the next one succeeds`, async () => {
        for (let at = 1, isHit = true; isHit; at++) {
          const home = temporaryFolder()
          writeRollout(rolloutPath(home, ID), linesOf([metaLine(ID), userLine('one')]))
          const store = storeOf(home)
          arm({ act, at, lasts }, [home])
          const first = await store.append(ID, 2, [said('two')])()
          await untilReleased()
          const { hit } = disarm()
          isHit = hit !== null
          const where = `${act} at call ${at}, ${hit?.name} ${hit?.paths.join()}`
          if (E.isLeft(first)) {
            expect(first.left, where).to.deep.include({ _tag: 'IoFailure' })
            expect(JSON.stringify(first.left), where).to.include(act)
          }
          const again = await store.append(ID, 2, [said('two')])()
          const isThere = E.isLeft(again) && again.left._tag === 'WrongExpectedRevision'
          expect(E.isRight(again) || isThere, `${where}: ${JSON.stringify(again)}`).to.equal(true)
          const lines = (await shown(home)).filter((line) => line !== 'not_json')
          expect(lines, where).to.deep.equal(['meta', 'one', 'two'])
          await untilReleased()
          expect(readdirSync(join(home, '.unroll', 'locks')), where).to.deep.equal([])
          removeFolder(home)
        }
      })
})

/**
 * The record of a change that moves no file may be lost with the power: nobody needs it to finish the change.
 */
const MAY_BE_LOST = /operations\.jsonl$/

describe('a change that is acknowledged', () => {
  before(watchCalls)
  after(unwatchCalls)

  for (const { name, first, reads, run } of OPERATIONS)
    if (!reads)
      it(`(${name}) has every byte and every name on disk`, async () => {
        const home = tortureHome()
        await withEngine({ home }, async (engine) => {
          for (const earlier of first) await operation(earlier).run(engine, home)
          arm(NEVER, [home])
          const answer = await run(engine, home)
          const { trace } = disarm()
          expect(E.isRight(answer)).to.equal(true)
          expect(unsynced(trace).filter((one) => !MAY_BE_LOST.test(one))).to.deep.equal([])
        })
        removeFolder(home)
      })
})
