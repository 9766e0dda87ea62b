// An item that is larger than a page may be: pages keep their budget and say what they leave out, and the item is there whole.
import { expect } from 'chai'
import { right, withEngine } from '../../../support/engines.ts'
import { removeFolder } from '../../../support/fixture-home.ts'
import { agent, done, item, meta, numberedLines, start, user } from '../../../support/numbered.ts'
import { emptyHome, linesOf, rolloutPath, THREAD, writeRollout } from '../../../support/rollouts.ts'

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

describe('a thread with an item of 64 MB', () => {
  const output = 'grüße "x" \\ 日本 🎉\n'.repeat(2_300_000)
  const command = (turn: string, id: string, aggregated_output: string) =>
    item(turn, {
      ...{ type: 'CommandExecution', id, command: ['ls'], cwd: 'file:///w', parsed_cmd: [] },
      ...{ source: 'agent', status: 'completed', aggregated_output, exit_code: 0 }
    })
  const lines = numberedLines([
    meta(THREAD),
    start('a'),
    user('a', 'u', 'before'),
    command('a', 'huge', output),
    agent('a', 'after'),
    command('a', 'small', 'ok'),
    done('a')
  ])
  let home = ''
  before(() => {
    home = emptyHome()
    writeRollout(rolloutPath(home, THREAD), linesOf(lines))
  })
  after(() => removeFolder(home))

  it('gives pages within a budget of one hundred thousand bytes', () =>
    withEngine({ home, profile: '0.169', rich: false }, async (engine) => {
      const ask = (cursor: string | null) =>
        right(engine.listItems(THREAD, { cursor, maxBytes: 100_000 }))
      const first = await ask(null)
      expect(first.data.map((one) => one.item.id)).to.deep.equal(['u'])
      const second = await ask(first.nextCursor)
      const [huge] = second.data
      expect(second.data.length).to.equal(1)
      if (huge?.item.type !== 'commandExecution') throw new Error('not the command')
      expect(huge.item.truncated?.bytes).to.be.greaterThan(64_000_000)
      expect(bytesOf(huge)).to.be.within(99_900, 100_000)
      const shown = huge.item.aggregatedOutput ?? ''
      expect(output.startsWith(shown) && !/[\ud800-\udbff]$/.test(shown)).to.equal(true)
      const third = await ask(second.nextCursor)
      expect(third.data.map((one) => one.item.id)).to.deep.equal(['after', 'small'])
      expect(third.nextCursor).to.equal(null)
    }))

  it('shows the whole turn in a budget, every item of it', () =>
    withEngine({ home, profile: '0.169', rich: false }, async (engine) => {
      const { data } = await right(
        engine.listTurns(THREAD, { itemsView: 'full', maxBytes: 50_000 })
      )
      expect(bytesOf(data[0])).to.be.within(49_900, 50_000)
      expect(
        data[0]?.items.map(({ id, truncated }) => [id, truncated !== undefined])
      ).to.deep.equal([
        ['u', false],
        ['huge', true],
        ['after', false],
        ['small', false]
      ])
    }))

  it('gives the item whole when it is asked for', () =>
    withEngine({ home, profile: '0.169', rich: false }, async (engine) => {
      const [read] = await right(engine.readItems(THREAD, 'a', ['huge']))
      if (read?.item.type !== 'commandExecution') throw new Error('not the command')
      expect(read.item.aggregatedOutput === output).to.equal(true)
      expect('truncated' in read.item).to.equal(false)
      const [small] = await right(engine.readItems(THREAD, 'a', ['small']))
      expect(small?.item.id).to.equal('small')
    }))
})
