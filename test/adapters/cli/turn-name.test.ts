// How turns are named wherever a command takes one: by id, prefix, number, and from the end.
import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const TOOLS = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'

describe('command line: names of turns', () => {
  let tools = ''
  let forks = ''
  const unroll = inHome(() => tools)
  const there = inHome(() => forks)
  beforeEach(() => {
    tools = copyHome('tools-142')
    forks = copyHome('fork-rollback-142')
  })
  afterEach(() => [tools, forks].forEach(removeFolder))

  /** Ids of turns, oldest first. */
  const turnIds = async (thread: string, run = unroll): Promise<ReadonlyArray<string>> =>
    jsonLines((await run(['turns', thread, '--asc', '--view', 'notLoaded', '--json'])).out).map(
      ({ id }) => id as string
    )

  it('lists the items of a turn by prefix, number, and from the end', async () => {
    const [first = '', second = ''] = await turnIds(TOOLS)
    const items = async (turn: string) => (await unroll(['items', TOOLS, '--turn', turn])).out
    const whole = await items(second)
    expect(whole.split('\n').filter((line) => !line.startsWith(second))).to.deep.equal([''])
    for (const name of ['2', '#2', '-15', second.slice(0, 13), second.slice(0, 13).toUpperCase()])
      expect(await items(name), name).to.equal(whole)
    const calls = (await unroll(['tools', TOOLS, '--turn', second])).out
    expect((await unroll(['tools', TOOLS, '--turn', '2'])).out).to.equal(calls)
    expect(await unroll(['items', TOOLS, '--turn', first.slice(0, 8)])).to.deep.include({ code: 2 })
    const { code, err } = await unroll(['items', TOOLS, '--turn', '17'])
    expect([code, err]).to.deep.equal([
      3,
      `unroll: no turn 17 in thread ${TOOLS}\nlist the turns with "unroll turns ${TOOLS}"\n`
    ])
  })

  it('counts the turns that a prefix shares and lists ten of them', async () => {
    const ids = await turnIds(TOOLS)
    const { code, err } = await unroll(['items', TOOLS, '--turn', '01a1fcdc'])
    const shown = ids.slice(0, 10).map((id, at) => `#${at + 1} ${id}`)
    expect([code, err.split('\n')[0]]).to.deep.equal([
      2,
      `unroll: "01a1fcdc" names 16 turns: ${shown.join(', ')}, and 6 more`
    ])
  })

  it('forks behind a turn that is named by its number', async () => {
    const ids = await turnIds(ROOT, there)
    const made = jsonLines((await there(['fork', ROOT, '--last-turn', '#1', '--json'])).out)[0]
    expect(await turnIds(made.id, there)).to.deep.equal(ids.slice(0, 1))
    const other = jsonLines((await there(['fork', ROOT, '--before-turn=-1', '--json'])).out)[0]
    expect(await turnIds(other.id, there)).to.deep.equal(ids.slice(0, -1))
  })

  it('says that an item does not exist, and how to list those that do', async () => {
    const kind = async (...argv: ReadonlyArray<string>) => {
      const { code, out } = await unroll([...argv, '--json'])
      const { kind, hint } = jsonLines(out)[0]
      return [code, kind, hint]
    }
    const [first = ''] = await turnIds(TOOLS)
    expect(await kind('show', TOOLS, '--item', 'zzz')).to.deep.equal([
      3,
      'item_not_found',
      `list the items with "unroll items ${TOOLS}"`
    ])
    expect(await kind('items', TOOLS, '--turn', '1', '--item', 'zzz')).to.deep.equal([
      3,
      'item_not_found',
      `list the items with "unroll items ${TOOLS} --turn ${first}"`
    ])
  })
})
