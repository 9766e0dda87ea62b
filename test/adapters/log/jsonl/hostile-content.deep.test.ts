// Rollouts made to hurt. The goal: whatever stands in a file, the process lives, every question is answered, and the whole turns
// around the hostile content are served. `npm run torture` does the same with files a hundred times as large, and
// measures memory and how long the process was deaf.
import { expect } from 'chai'
import { turnsOf, withEngine } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../../../support/rollouts.ts'
import { askEverything } from '../../../torture/hostile/ask.ts'
import { HOSTILE_KINDS, writeHostile } from '../../../torture/hostile/kinds.ts'

const SIZE = 0.002

const GOOD = idOf(2)

const whole = (id: string) => ({
  id,
  status: 'completed',
  said: [`this is ${id}`, `the answer of ${id}`]
})

describe('hostile content', () => {
  for (const kind of HOSTILE_KINDS)
    it(`${kind.name}: the turns around it and the thread beside it are served`, async () => {
      const home = emptyHome()
      try {
        writeHostile(rolloutPath(home, THREAD), kind, SIZE)
        writeRollout(rolloutPath(home, GOOD), linesOf([metaLine(GOOD), userLine('hello')]))
        await withEngine({ home }, async (engine) => {
          const turns = (await turnsOf(engine, THREAD)).map(({ id, status, items }) => ({
            id,
            status,
            said: items.map((item) =>
              item.type === 'agentMessage'
                ? item.text
                : item.type === 'userMessage'
                  ? item.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
                  : item.type
            )
          }))
          const around = turns.filter(({ id }) => id === 'before' || id === 'after')
          const isTaken = kind.name.includes('rollbacks') || kind.name.startsWith('the number')
          expect(around.at(-1)).to.deep.equal(whole('after'))
          if (!isTaken) expect(around.map(({ id }) => id)).to.deep.equal(['before', 'after'])
          expect(await askEverything(engine)).to.deep.equal([])
          const [good] = await turnsOf(engine, GOOD)
          expect(good?.items).to.have.length(1)
        })
      } finally {
        removeFolder(home)
      }
    })
})
