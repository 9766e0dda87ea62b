// The same rows both ways round, whatever the list; and threads and types of items as they are named everywhere.
import { expect } from 'chai'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { copySample, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines, unroll } from './console.ts'

describe('lists that have a direction', () => {
  let home = ''
  const inSample = inHome(() => home)
  before(() => (home = copySample()))
  after(() => removeFolder(home))
  const lines = async (...argv: ReadonlyArray<string>) => {
    const { code, out, err } = await inSample([...argv, '--json'])
    expect([code, err], argv.join(' ')).to.deep.equal([0, ''])
    return out.split('\n').slice(0, -1)
  }

  it('have the same rows both ways round, and one of them without being asked', async () => {
    const cases: ReadonlyArray<readonly [ReadonlyArray<string>, '--asc' | '--desc']> = [
      [['blame', '/workspace/demo/gearbox-40.txt'], '--asc'],
      [['usage', 'turn'], '--asc'],
      [['usage', 'model'], '--asc'],
      [['storage'], '--desc']
    ]
    for (const [words, usual] of cases) {
      const plain = await lines(...words)
      expect(plain.length, words.join(' ')).to.be.greaterThan(1)
      const other = usual === '--asc' ? '--desc' : '--asc'
      expect(await lines(...words, usual)).to.deep.equal(plain)
      expect(await lines(...words, other)).to.deep.equal(plain.toReversed())
      expect(await lines(...words, '--order', other.slice(2))).to.deep.equal(plain.toReversed())
      const both = await inSample([...words, '--asc', '--desc'])
      expect([both.code, both.err.split('\n')[0]]).to.deep.equal([
        2,
        'unroll: --asc and --desc exclude each other'
      ])
    }
    const sizes = (await lines('storage', '--limit', '2', '--asc')).map(
      (line) => JSON.parse(line).diskBytes
    )
    expect(sizes[0]).to.be.lessThan(sizes[1])
  })
})

describe('threads of storage', () => {
  it('are named as everywhere', async () => {
    const home = copySample()
    const inSample = inHome(() => home)
    const found = async (...words: ReadonlyArray<string>) =>
      jsonLines((await inSample(['storage', ...words, '--json'])).out).map(
        ({ threadId }) => threadId
      )
    const [{ id: newest }] = jsonLines((await inSample(['threads', '-n', '1', '--json'])).out)
    const [spare] = jsonLines((await inSample(['threads', '--name', 'spare queue', '--json'])).out)
    expect(await found('@1')).to.deep.equal([newest])
    expect(await found('spare QUEUE')).to.deep.equal([spare.id])
    expect(await found(spare.id.toUpperCase())).to.deep.equal([spare.id])
    const nobody = await inSample(['storage', 'spare quee 603'])
    expect([nobody.code, nobody.err.split('\n')[0]]).to.deep.equal([
      3,
      'unroll: no thread "spare quee 603" in this home; near matches:'
    ])
    expect(nobody.err).to.include('Spare queue 603')
    removeFolder(home)
  })
})

describe('types of items', () => {
  it('that do not exist are refused, with the one that was meant', async () => {
    const home = copySample()
    const inSample = inHome(() => home)
    const { code, err } = await inSample(['items', '01a1fcdc', '--type', 'comandExecution'])
    expect(code).to.equal(2)
    expect(err.split('\n')[0]).to.match(
      /^unroll: --type takes userMessage, .*, not "comandExecution"; did you mean commandExecution\?$/
    )
    const { out } = await inSample(['items', '01a1fcdc', '--type', 'fileChange', '--json'])
    expect(new Set(jsonLines(out).map(({ item }) => item.type))).to.deep.equal(
      new Set(['fileChange'])
    )
    removeFolder(home)
  })
})

describe('changes of files that the index noticed', () => {
  it('are printed newest first, or oldest first', async () => {
    const home = copySample()
    const index = join(home, 'index')
    const place = ['--home', home, '--index', index, '--json']
    const changes = async (...words: ReadonlyArray<string>) =>
      jsonLines((await unroll(['index', 'changes', ...words, ...place])).out).map(
        ({ threadId }) => threadId
      )
    await changes()
    const rows = jsonLines((await unroll(['threads', ...place])).out)
    const [first, second] = rows
    for (const { path } of [first, second]) {
      renameSync(path, `${path}.away`)
      await changes()
    }
    expect(await changes()).to.deep.equal([second.id, first.id])
    expect(await changes('--asc')).to.deep.equal([first.id, second.id])
    expect(await changes('--asc', '-n', '1')).to.deep.equal([first.id])
    removeFolder(home)
  })
})

describe('unroll explain', () => {
  it('never cuts what a kind of problem means', async () => {
    const meanings = jsonLines((await unroll(['explain', '--json'])).out).map(
      ({ meaning }) => meaning
    )
    expect(meanings.length).to.be.greaterThan(40)
    for (const columns of [60, 80, 200]) {
      const { out } = await unroll(['explain'], { tty: true, columns, env: { NO_COLOR: '1' } })
      const words = out.replace(/\s+/g, ' ')
      for (const meaning of meanings) expect(words, String(columns)).to.include(meaning)
      for (const line of out.split('\n')) expect(line.length).to.be.at.most(columns)
    }
  })
})
