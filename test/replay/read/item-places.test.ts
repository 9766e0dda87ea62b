// Where items stand, over histories of several files: the line that has the number of an item stands at its place, and holds it.
import { expect } from 'chai'
import { isRight, type Either } from 'fp-ts/lib/Either.js'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES } from '../../support/fixture-home.ts'
import { overHome } from '../../support/exported.ts'

const HOMES = join(FIXTURES, 'lineages')

const right = <A>(answer: Either<unknown, A>): A => {
  if (isRight(answer)) return answer.right
  throw new Error(JSON.stringify(answer.left))
}

describe('places of items', () => {
  it('are those of lines with their numbers, and each item has one', async function () {
    this.timeout(60_000)
    const wrong: Array<string> = []
    let [count, older] = [0, 0]
    for (const name of readdirSync(HOMES))
      await overHome(join(HOMES, name, 'home'), async (engine) => {
        for (const { threadId } of right(await engine.titles()())) {
          const { turns } = right(await engine.readThread(threadId, true)())
          const places = right(await engine.itemPlaces(threadId, 0, turns.length)())
          expect(places).to.have.length(turns.length)
          for (const [at, { items }] of turns.entries()) {
            const placed = new Map(places[at]?.map((one) => [one.itemId, one]))
            for (const { id } of items) {
              const place = placed.get(id)
              count += 1
              older += place?.segment === 0 ? 0 : 1
              const from = place?.revision ?? 0
              const { data } = right(await engine.eventPage(threadId, { from, limit: 1 })())
              const [line] = data
              if (line?.segment !== place?.segment || line?.offset !== place?.byte)
                wrong.push(`${name} ${threadId} ${id}`)
            }
          }
        }
      })
    expect(wrong).to.deep.equal([])
    expect([count > 100, older > 20]).to.deep.equal([true, true])
  })
})
