// Letter case, regular expressions and parts of threads from the command line.
import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySample, removeFolder } from '../../support/fixture-home.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import { agentLine } from '../../support/search-home.ts'
import { inHome, jsonLines } from './console.ts'

describe('unroll search --in', () => {
  it('finds the words a command printed as they stand in the rollout', async () => {
    const home = copySample()
    const unroll = inHome(() => home)
    const outputs = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .filter((path) => /^sessions.*\.jsonl$/.test(path))
      .flatMap((path) => readFileSync(join(home, path), 'utf8').trim().split('\n'))
      .map((line) => JSON.parse(line).payload)
      .filter(({ type, output }) => type === 'function_call_output' && typeof output === 'string')
    const failed = outputs.find(({ output }) => output.includes('No such file'))
    const { out } = await unroll(['search', 'no such file', '--in', 'outputs', '--all', '--json'])
    expect(failed).to.not.equal(undefined)
    const found = jsonLines(out)
    expect(found.map(({ part }) => part)).to.deep.equal(found.map(() => 'outputs'))
    const ids: Array<string> = []
    for (const { thread } of found) {
      const words = ['search', 'no such file', '--in', 'outputs', '--thread', thread.id, '--json']
      ids.push(...jsonLines((await unroll(words)).out).map(({ itemId }) => itemId))
    }
    expect(ids).to.include(failed.call_id)
    removeFolder(home)
  })
})

describe('unroll search --regex', () => {
  let home = ''
  const unroll = inHome(() => home)
  const SAID = ['The gate', 'the  Gate\nis open', 'gate.', `${'a'.repeat(60)}!`]
  before(() => {
    home = emptyHome()
    const lines = [metaLine(idOf(1)), ...SAID.flatMap((text) => [userLine('?'), agentLine(text)])]
    writeRollout(rolloutPath(home, idOf(1), 1), linesOf(lines))
  })
  after(() => removeFolder(home))
  const hits = async (...words: ReadonlyArray<string>) =>
    jsonLines((await unroll(['search', ...words, '--thread', idOf(1), '--json'])).out).map(
      ({ snippet, range }) => snippet.slice(range.start, range.end)
    )

  it('keeps spacing, minds case when asked to, and finds each match once', async () => {
    expect(await hits('the +gate', '--regex')).to.deep.equal(['The gate', 'the Gate'])
    expect(await hits('the +gate', '--regex', '--case')).to.deep.equal([])
    expect(await hits('the gate')).to.deep.equal(['The gate', 'the Gate'])
    expect(await hits('the gate', '--case')).to.deep.equal([])
    expect(await hits('the Gate', '--case')).to.deep.equal(['the Gate'])
    expect(await hits('gate.', '--case')).to.deep.equal(['gate.'])
    expect(await hits('[.]|(?<=is )open', '--regex')).to.deep.equal(['open', '.'])
    expect(await hits('x*', '--regex')).to.deep.equal([])
  })

  it('walks pages of a text with many matches, each match once', async () => {
    const found: Array<string> = []
    let pages = 0
    for (let cursor: ReadonlyArray<string> = []; ; pages++) {
      const words = ['search', 'a', '--regex', '--in', 'agent', '--thread', idOf(1)]
      const { out } = await unroll([...words, '-n', '7', '--json', '--page-line', ...cursor])
      const rows = jsonLines(out)
      found.push(...rows.slice(0, -1).map(({ itemId, turnId }) => `${turnId} ${itemId}`))
      const { nextCursor } = rows.at(-1)
      if (nextCursor === null) break
      cursor = ['--cursor', nextCursor]
      const other = await unroll(['search', 'a', '--thread', idOf(1), ...cursor])
      expect([other.code, /^unroll: invalid cursor/.test(other.err)]).to.deep.equal([2, true])
    }
    // Three gates, and sixty letters.
    expect([found.length, pages, new Set(found).size]).to.deep.equal([63, 8, 4])
  })

  it('gives up on a pattern that would take for ever, and says what to avoid', async () => {
    for (const words of [[], ['--thread', idOf(1)], ['--in', 'agent']]) {
      const { code, out, err } = await unroll(['search', '(a+)+$', '--regex', ...words])
      expect([code, out, err.split('\n')[0]]).to.deep.equal([
        2,
        '',
        'unroll: the regular expression takes too long: avoid repetitions inside repetitions, such as "(a+)+"'
      ])
    }
    expect(await hits('open', '--regex')).to.deep.equal(['open'])
  })

  it('refuses what is no regular expression, or too long, and parts that are none', async () => {
    const first = async (...words: ReadonlyArray<string>) => {
      const { code, err } = await unroll(['search', ...words])
      return [code, err.split('\n')[0]]
    }
    expect((await unroll(['search', '((', '--regex'])).err).to.match(
      /\nsee "unroll help search"\n$/
    )
    expect(await first('((', '--regex')).to.deep.equal([
      2,
      'unroll: "((" is not a regular expression: Unterminated group'
    ])
    expect(await first('a'.repeat(1001), '--regex')).to.deep.equal([
      2,
      'unroll: a regular expression has at most 1,000 characters, and this one has 1,001'
    ])
    expect(await first('x', '--in', 'output')).to.deep.equal([
      2,
      'unroll: --in takes user, agent, reasoning, tools, outputs, diffs, not "output"; did you mean outputs?'
    ])
    expect(await first('x', '--in', 'outputs', '--strict')).to.deep.equal([
      2,
      'unroll: letter case, regular expressions and parts do not go with strict answers'
    ])
  })

  it('prints lines like those of every search, with the part, and keeps how it searched in the next command', async () => {
    const { out } = await unroll(['search', 'OPEN', '--in', 'agent', '--in', 'outputs'], {
      tty: true,
      env: { NO_COLOR: '1' }
    })
    expect(out.replace(/(?<=turn )\S+/g, 'T').replace(/ --home .*/, '')).to.equal(
      `01960001-0000  2026-05-01 10:00 UTC  ?\n    the Gate is open  turn T agent\n\nnext: unroll search OPEN --thread 01960001-0000 --in agent --in outputs\n`
    )
    const inThread = await unroll(['search', 'OPEN', '--in', 'agent', '--thread', idOf(1)], {
      tty: true,
      env: { NO_COLOR: '1' }
    })
    expect(inThread.out).to.match(
      /^turn (\S+) {2}item (\S+) {2}agent\n {4}the Gate is open\n\nnext: unroll show 01960001-0000 --turn \1 --home .*\n$/
    )
  })
})
