// The goal: what was said is found from the command line, with the hit marked and nothing hostile printed.
import { expect } from 'chai'
import { removeFolder } from '../../support/fixture-home.ts'
import { idOf } from '../../support/rollouts.ts'
import { searchHome } from '../../support/search-home.ts'
import { inHome, jsonLines } from './console.ts'

let home = ''
const search = inHome(() => home)

describe('unroll search', () => {
  before(() => (home = searchHome()))
  after(() => removeFolder(home))

  it('prints threads with the message around the hit, which is in colour', async () => {
    const argv = ['search', 'KeepNeedle', '--color', 'always']
    const { code, out, err } = await search(argv, { tty: true })
    expect([code, err]).to.deep.equal([0, ''])
    const [head = '', line = ''] = out.split('\n')
    expect(head).to.include('fourth rolledneedle')
    expect(line).to.match(
      /^ {4}\u001b\[33mkeepneedle\u001b\[0m now\u001b\[2m {2}turn \S+\u001b\[0m$/
    )
    expect(out).to.include('unroll search KeepNeedle --thread 01960001-0000')
  })

  it('prints a hit once where the thread is called by it', async () => {
    const { out } = await search(['search', 'line only'], { tty: true, env: { NO_COLOR: '1' } })
    expect(out.replace(/(?<=turn )\S+/g, 'T').split('\n\n')[0]).to.equal(
      '01960001-0000  2026-05-01 10:00 UTC  first line only  turn T'
    )
  })

  it('spells out what could command a terminal', async () => {
    const { out } = await search(['search', 'ansineedle'], { tty: true, env: { NO_COLOR: '1' } })
    expect(out).to.include('    \\x1b[31mred ansineedle\\x00x  turn ')
  })

  it('prints fields for scripts, and objects with the place of the hit', async () => {
    const { out } = await search(['search', 'needleone'])
    const fields = out.split('\n').map((line) => line.split('\t'))
    expect(fields.map(([id]) => id)).to.deep.equal([idOf(7), idOf(1), ''])
    const [first, page] = jsonLines(
      (await search(['search', 'needleone', '--json', '--page-line', '--limit', '1'])).out
    )
    expect(first.thread.id).to.equal(idOf(7))
    expect([first.snippet, first.range]).to.deep.equal(['prov needleone', { start: 5, end: 14 }])
    const rest = await search([
      'search',
      'needleone',
      '--json',
      '--page-line',
      '--cursor',
      page.nextCursor
    ])
    expect(jsonLines(rest.out).map((one) => one.thread?.id)).to.deep.equal([idOf(1), undefined])
  })

  it('prints every place of one thread', async () => {
    const found = await search(['search', 'needleone', '--thread', idOf(1)])
    expect(found.out.split('\n').map((line) => line.split('\t')[1])).to.deep.equal([
      'item-2',
      'item-3',
      undefined
    ])
  })

  it('looks where it is told to', async () => {
    const ids = async (...words: ReadonlyArray<string>) => {
      const { out } = await search(['search', 'needleone', ...words])
      return out.split('\n').flatMap((line) => line.split('\t')[0] || [])
    }
    expect(await ids('--source', 'exec')).to.deep.equal([idOf(5)])
    expect(await ids('--archived')).to.deep.equal([idOf(8)])
    expect(await ids('--all')).to.deep.equal([7, 6, 5, 1].map(idOf))
  })

  it('says so when nobody said that, and refuses what it cannot search for', async () => {
    const nothing = await search(['search', 'nothing at all'])
    expect([nothing.code, nothing.out]).to.deep.equal([0, ''])
    expect(nothing.err).to.match(/^no matches; /)
    const empty = await search(['search', '  '])
    expect([empty.code, empty.err]).to.deep.equal([
      2,
      'unroll: a search needs a term that is not empty\nsee "unroll help search"\n'
    ])
    expect((await search(['search', 'x', '--cursor', 'zzz'])).code).to.equal(2)
    expect((await search(['search', 'x', '--thread', 'no such thread'])).code).to.equal(3)
  })
})
