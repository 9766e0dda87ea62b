// How threads are named on the command line: by what its tables show, by place in the list, and with a point behind an @.
// What the tables show was read off the recorded rollouts by hand.
import { expect } from 'chai'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const SAMPLE = 'adapters/home/sample'
const GREETING = '01a1fcf0-7dc2-7310-8c90-03c7e4614852'
const SEEDLING = '01a1fcef-e332-7322-acc8-36820d338696'
const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const HINGE = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const TOOLS = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const TOOLS_SECOND_TURN = '01a1fcdc-373a-7a93-a3d0-c2641b930b3c'

describe('command line: names of threads', () => {
  let home = ''
  const unroll = inHome(() => home)
  before(() => {
    home = temporaryFolder()
    cpSync(SAMPLE, home, { recursive: true })
  })
  after(() => removeFolder(home))

  const named = async (...words: ReadonlyArray<string>): Promise<string> => {
    const { out, err } = await unroll(['show', ...words, '--json', '--limit', '1'])
    const [value] = jsonLines(out)
    return value?.id ?? `${value?.message ?? err}`
  }

  it('takes what the THREAD column shows, whole or cut, in any case, with or without accents', async () => {
    expect(await named('Please sort the wooden seedling with care')).to.equal(SEEDLING)
    expect(await named('Please sort the wooden seed…')).to.equal(SEEDLING)
    expect(await named('early hinge')).to.equal(HINGE)
    expect(await named('HINGE 523')).to.equal(HINGE)
    expect(await named('Grüße aus dem Gärtchen 🌱🪴')).to.equal(GREETING)
    expect(await named('grusse aus')).to.equal('no thread "grusse aus" in this home')
    expect(await named('gartchen')).to.equal(GREETING)
  })

  it('takes every thread by the cell of its row', async () => {
    const { out } = await unroll(['threads'], { tty: true, columns: 60, env: { NO_COLOR: '1' } })
    const rows = out.split('\n').slice(1, 8)
    const ids = jsonLines((await unroll(['threads', '--json'])).out).map(({ id }) => id as string)
    const cells = rows.map((row) => row.split(/ {2,}/).at(-1) ?? '')
    // A fork was told what its source was told, but is shown by its name.
    const found = await Promise.all(cells.map((cell) => named(cell)))
    expect(found).to.deep.equal(ids)
  })

  it('counts threads from the newest, as "threads" lists them', async () => {
    expect(await named('@1')).to.equal(GREETING)
    expect(await named('--last')).to.equal(GREETING)
    expect(await named('@2')).to.equal(SEEDLING)
    expect(await named('@8')).to.equal('no thread @8: the list has 7 threads')
    const { code, err } = await unroll(['rename', '--last', 'x', 'y'])
    expect([code, err.split('\n')[0]]).to.deep.equal([2, 'unroll: rename does not take "y"'])
  })

  it('prefers what lists show, and what is called exactly so', async () => {
    // The sub-agent of the thread was told the same words.
    expect(await named('please sort')).to.equal(SEEDLING)
  })

  it('lists what is ambiguous with names and times, at most ten, and counts the others', async () => {
    const wooden = await unroll(['show', 'wooden'], { columns: 60 })
    expect(wooden).to.deep.equal({
      code: 2,
      out: '',
      err: [
        'unroll: "wooden" names 2 threads:',
        '  01a1fcef-e332  2026-11-21 07:09 UTC  Please sort the wood…',
        '  01a1fcdb-46e0  2026-11-21 06:46 UTC  Can you lift the qui…',
        'type more of the id or of the name',
        ''
      ].join('\n')
    })
  })

  it('offers near matches, at most five', async () => {
    expect(await unroll(['show', 'erly hing'], { columns: 60 })).to.deep.equal({
      code: 3,
      out: '',
      err: [
        'unroll: no thread "erly hing" in this home; near matches:',
        '  01a1fcde-3abc  2026-11-21 06:49 UTC  Early hinge 523',
        'list the threads with "unroll threads --all", archived ones with --archived',
        ''
      ].join('\n')
    })
    const { out } = await unroll(['show', '01a1ff', '--json'])
    const { kind, threads, more } = jsonLines(out)[0]
    expect([kind, threads.length, more]).to.deep.equal(['thread_not_found', 5, 0])
    expect((await unroll(['show', 'qqqq zzzz'])).err.split('\n')).to.have.length(3)
  })

  it('prints nothing of a name that a terminal would obey', async () => {
    const { err } = await unroll(['show', 'x\u001b[2Jy'])
    expect(err).to.contain('no thread "x\\x1b[2Jy"').and.not.contain('\u001b')
  })

  const turnsOf = async (...words: ReadonlyArray<string>) =>
    jsonLines((await unroll(['turns', ...words, '--view', 'notLoaded', '--json'])).out)

  it('reads a thread at a point that is typed behind it', async () => {
    const at40 = await turnsOf(TOOLS, '--at', '40')
    expect(at40).to.have.length(3)
    for (const text of [`${TOOLS}@40`, '01a1fcdc@40', 'Narrow ladder@40', '@5@40'])
      expect(await turnsOf(text), text).to.deep.equal(at40)
    expect((await turnsOf('@5@#2'))[0].id).to.equal(TOOLS_SECOND_TURN)
    expect(await turnsOf('@5@#2')).to.deep.equal(await turnsOf(TOOLS, '--at', TOOLS_SECOND_TURN))
    expect(await turnsOf('narrow', '--at', '-16')).to.deep.equal(await turnsOf(TOOLS, '--at', '#1'))
    expect(await turnsOf('@5@2026-11-21T06:47:34Z')).to.deep.equal(
      await turnsOf(TOOLS, '--at', '2026-11-21T06:47:34Z')
    )
    const diff = await unroll(['diff', 'early hinge@40', 'EARLY HINGE'])
    expect(diff).to.deep.equal(await unroll(['diff', `${HINGE}@40`, HINGE]))
  })

  it('refuses a point that is named twice, or where there is none', async () => {
    const first = async (...argv: ReadonlyArray<string>) => {
      const { code, err } = await unroll(argv)
      return [code, err.split('\n')[0]]
    }
    expect(await first('show', '01a1fcdc@40', '--at', '3')).to.deep.equal([
      2,
      'unroll: @40 and --at exclude each other'
    ])
    expect(await first('show', '01a1fcdc@40', '--rolled-back')).to.deep.equal([
      2,
      'unroll: @40 and --rolled-back exclude each other'
    ])
    expect((await first('show', '01a1fcdc@zzz'))[0]).to.equal(3)
    expect(await first('show', '')).to.deep.equal([2, 'unroll: a thread is named by an empty text'])
  })

  it('takes an @ of a name for a part of it', async () => {
    const other = copyHome('fork-rollback-142')
    const there = inHome(() => other)
    try {
      expect((await there(['rename', ROOT, 'mail to me@40'])).code).to.equal(0)
      const { out } = await there(['show', 'to me@40', '--json'])
      expect(jsonLines(out)[0]).to.include({ id: ROOT, name: 'mail to me@40' })
      const at = await there(['turns', 'mail to me@40@40', '--json'])
      expect(at).to.deep.equal(await there(['turns', ROOT, '--at', '40', '--json']))
    } finally {
      removeFolder(other)
    }
  })

  it('counts up to ten of many candidates', async () => {
    const many = temporaryFolder()
    try {
      cpSync(SAMPLE, many, { recursive: true })
      const { path } = jsonLines((await unroll(['show', HINGE, '--json'])).out)[0]
      const text = readFileSync(path, 'utf8')
      for (let at = 0; at < 12; at++) {
        const id = `01a1fcde-3abc-7921-ae69-8e353aa0${(0x3000 + at).toString(16)}`
        const to = path.replace(home, many).replace(HINGE, id)
        writeFileSync(to, text.replaceAll(HINGE, id))
      }
      const { err } = await inHome(() => many)(['show', '01a1fcde-3abc'])
      expect(err.split('\n').filter((line) => line.startsWith('  01a1fcde'))).to.have.length(10)
      expect(err).to.contain('names 13 threads:').and.contain('\n  and 3 more\n')
    } finally {
      removeFolder(many)
    }
  })
})
