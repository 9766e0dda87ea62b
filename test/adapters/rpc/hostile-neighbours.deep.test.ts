// One client asks about a thread that is made to be slow; another one's small questions are answered meanwhile. Counted in answers,
// not in time: the server gives way again and again, so the neighbour is answered many times before the slow answer is there.
import { expect } from 'chai'
import { removeFolder } from '../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import { clientOf, serverOf, shaken, type Client } from '../../support/rpc-client.ts'
import { HOSTILE_KINDS, writeHostile } from '../../torture/hostile/kinds.ts'

const NEIGHBOUR = idOf(2)
/** Fewer answers than these would mean that the hostile thread is read in one piece, or in a few. */
const ANSWERS_MIN = 6

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const turnsOf = (client: Client, threadId: string) =>
  client.ask('thread/turns/list', { threadId, limit: 2 })

/** Kinds, and how much of them: enough for a second of work in one piece. */
const SLOW: ReadonlyArray<readonly [name: string, size: number]> = [
  ['NUL bytes on one line', 0.1],
  ['lines of NUL bytes', 0.02],
  ['bytes that are not UTF-8', 0.1],
  ['a line of 256 MiB and more', 0.1],
  ['a line of 300 MiB that is nothing', 0.1],
  ['an output of 250 MiB', 0.1],
  ['a compaction of 250 MiB', 0.1],
  ['a line of white space', 0.1],
  ['millions of empty lines', 0.05],
  ['a million lines of nothing', 0.02],
  ['a hundred thousand turns', 0.1],
  ['a turn of a hundred thousand items', 0.1]
]

describe('a client of a server on which another one asks about a hostile thread', () => {
  for (const [name, size] of SLOW)
    it(`is answered meanwhile: ${name}`, async () => {
      const home = emptyHome()
      const kind = HOSTILE_KINDS.find((one) => one.name === name)
      if (kind === undefined) throw new Error(`there is no kind "${name}"`)
      writeHostile(rolloutPath(home, THREAD), kind, size)
      writeRollout(
        rolloutPath(home, NEIGHBOUR, 1),
        linesOf([metaLine(NEIGHBOUR), userLine('a small question')])
      )
      const server = serverOf(home, { strict: false })
      const slow = await shaken(clientOf(server))
      const quick = await shaken(clientOf(server))
      const small = await turnsOf(quick, NEIGHBOUR)
      expect(small).to.have.property('result')
      let isAnswered = false
      const answer = turnsOf(slow, THREAD).finally(() => (isAnswered = true))
      let answers = 0
      while (!isAnswered) {
        expect(await turnsOf(quick, NEIGHBOUR)).to.deep.equal(small)
        if (!isAnswered) answers += 1
        await turn()
      }
      expect(await answer).to.have.property('result')
      expect(answers).to.be.at.least(ANSWERS_MIN)
      await server.close()
      removeFolder(home)
    })
})
