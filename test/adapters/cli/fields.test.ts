// Chosen fields. The goal: every list takes every field it names, and a field that is a member of its rows has the same value under
// --json. The method: ask a wrong field for the names, then ask for all of them, and compare with the whole rows.
import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'

const LISTS: ReadonlyArray<string> = [
  'threads',
  'search the',
  `search the --thread ${ROOT}`,
  `turns ${ROOT}`,
  `items ${ROOT}`,
  `events ${ROOT}`,
  `diff ${ROOT}@40`,
  'tools',
  'usage',
  'usage thread',
  'usage --explain',
  'audit report',
  'audit approvals',
  'audit reviews',
  'plugins list',
  'plugins history',
  'plugins usage',
  'check',
  'explain',
  'log',
  'repair list',
  'storage',
  'index changes'
]

/** Their JSON is one object, and their fields are of a list inside it. */
const LISTS_INSIDE: ReadonlyArray<string> = [
  'tools --summary',
  'explain torn_line',
  'doctor',
  'repair plan',
  'index status'
]

describe('command line: chosen fields', () => {
  let home = ''
  const unroll = inHome(() => home)
  before(async () => {
    home = copyHome('fork-rollback-142')
    const { code } = await unroll(['rename', ROOT, 'hinge'])
    expect(code).to.equal(0)
  })
  after(() => removeFolder(home))

  const namesIn = async (words: ReadonlyArray<string>): Promise<string> => {
    const { code, err } = await unroll([...words, '--tsv', '--fields', 'nosuch'])
    expect([code, err.split('\n')[0]]).to.deep.equal([2, 'unroll: there is no field "nosuch"'])
    return (err.split('\n')[1] ?? '').replace('the fields are ', '').replaceAll(', ', ',')
  }

  for (const list of [...LISTS, ...LISTS_INSIDE])
    it(`of ${list} are all there, as the rows have them`, async () => {
      const words = list.split(' ')
      const names = await namesIn(words)
      expect(names).to.match(/^[a-zA-Z_,]+$/)
      const { out } = await unroll([...words, '--json', '--fields', names])
      const chosen = jsonLines(out)
      for (const row of chosen) expect(Object.keys(row).join()).to.equal(names)
      if (LISTS_INSIDE.includes(list)) return
      const whole = jsonLines((await unroll([...words, '--json'])).out)
      const same = chosen.map((row, at) =>
        Object.fromEntries(Object.entries(row).filter(([name]) => name in whole[at]))
      )
      expect(whole.map((row, at) => ({ ...row, ...same[at] }))).to.deep.equal(whole)
    })
})
