// The numbers of docs/SCALE.md follow from the costs it states. UPDATE_DOCS=1 writes its tables again.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  capacityTable,
  costTable,
  COSTS,
  countText,
  sizeText,
  timeText
} from '../../bench/store/capacity.ts'

const PATH = join(import.meta.dirname, '..', '..', 'docs', 'SCALE.md')
const block = (name: string): RegExp =>
  new RegExp(`(?<=<!-- ${name} -->\n)[^]*(?=<!-- /${name} -->)`)

describe('docs/SCALE.md', () => {
  for (const [name, rendered] of [
    ['costs', costTable],
    ['capacity', capacityTable]
  ] as const)
    it(`has a table of ${name} that follows from the costs`, () => {
      const text = readFileSync(PATH, 'utf8')
      if (process.env['UPDATE_DOCS'] !== undefined)
        writeFileSync(
          PATH,
          text.replace(block(name), () => rendered())
        )
      expect(block(name).exec(readFileSync(PATH, 'utf8'))?.[0]).to.equal(rendered())
    })

  it('rounds to what a cost is known to, in units for people', () => {
    expect([999, 1000, 2_664_000_000, 26_880e9].map(sizeText)).to.deep.equal([
      ...['1000 B', '1 kB', '2.7 GB', '27 TB']
    ])
    expect([1_174_000, 11_740_000_000].map(countText)).to.deep.equal(['1.2 M', '12 G'])
    expect([65, 6500, 65_000, 650_000].map(timeText)).to.deep.equal([
      ...['65 s', '110 min', '18 h', '7.5 days']
    ])
  })

  it('states the cost of the server as its text does', () => {
    const text = readFileSync(PATH, 'utf8').replaceAll(/\s+/g, ' ')
    const { log, events, serverIndex, filter } = COSTS
    expect(text).to.include(`${serverIndex.value} bytes for each event in its index`)
    expect(text).to.include(`${sizeText(log.value * 1e8)} at a hundred million threads`)
    expect(text).to.include(
      `at ${sizeText(events.value * serverIndex.value * 1e8)} limit automatic`
    )
    expect(filter.value * 256_000_000).to.equal(256_000_000)
  })
})
