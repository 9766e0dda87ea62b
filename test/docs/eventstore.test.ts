// docs/EVENTSTORE.md shows commands, types and metadata. The goal: commands print what is shown, and every type and member is
// named. The method: run the commands over the sample home and a stand-in of the server; read the types' declarations.
// `UPDATE_DOCS=1` writes what commands print.
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine } from '../../adapters/library.ts'
import { unroll } from '../adapters/cli/console.ts'
import { startEventStore, type TestEventStore } from '../support/eventstore-server/server.ts'
import { copySample, removeFolder } from '../support/fixture-home.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PAGE = join(ROOT, 'docs', 'EVENTSTORE.md')
const STORED = readFileSync(join(ROOT, 'adapters/log/eventstore/stream/stored.ts'), 'utf8')

const SHOWN = 'esdb://localhost:2113?tls=false'
const BLOCKS = /(?<=^```console\n)[\s\S]*?(?=^```$)/gm

/** The part between two marks. */
const marked = (name: string): string =>
  new RegExp(`<!-- ${name} -->\n([\\s\\S]*?)<!-- /${name} -->`).exec(
    readFileSync(PAGE, 'utf8')
  )?.[1] ?? ''

const inFirstColumn = (table: string): ReadonlyArray<string> =>
  Array.from(table.matchAll(/^\| (`[^|]*)\|/gm), ([, cell = '']) => cell)
    .flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name))
    .toSorted()

const declared = (head: string): string =>
  new RegExp(`export (?:type|interface) ${head}[\\s\\S]*?\n(?:\\}|\n)`).exec(STORED)?.[0] ?? ''

const membersOf = (head: string): ReadonlyArray<string> =>
  Array.from(declared(head).matchAll(/^ {2}readonly (\w+)\??:/gm), ([, name = '']) => name)

const typesOf = (head: string): ReadonlyArray<string> =>
  Array.from(declared(head).matchAll(/\| '(unroll-[a-z]+)'/g), ([, name = '']) => name)

let server: TestEventStore
let home = ''

/** What the commands of a block print, one after the other; the store and the home have stand-ins. */
const printed = async (block: string): Promise<string> => {
  let shown = ''
  for (const line of block.split('\n').filter((one) => one.startsWith('$ '))) {
    const typed = line.replace(SHOWN, server.url).replace('~/.codex', home)
    const words = typed.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'))
    const { code, out, err } = await unroll(words.slice(2), {
      tty: true,
      columns: 100,
      env: { CODEX_HOME: home, NO_COLOR: '1', UNROLL_STORE: server.url },
      open: (options) => openEngine({ ...options, index: 'memory' })
    })
    expect({ line, code, err }).to.deep.equal({ line, code: 0, err: '' })
    shown += `${line}\n${out}`
  }
  return shown
    .replaceAll(server.url, SHOWN)
    .replaceAll(`127.0.0.1:${server.port}`, 'localhost:2113')
    .replaceAll(home, '~/.codex')
    .replace(/"commit":\d+,"prepare":\d+/g, '"commit":273251,"prepare":273251')
    .replace(/"at":"[^"]+"/g, '"at":"2026-11-22T10:00:00.000Z"')
}

describe('docs/EVENTSTORE.md', () => {
  before(async () => {
    server = await startEventStore()
    home = copySample()
  })
  after(async () => {
    await server.stop()
    removeFolder(home)
  })

  it('shows what its commands print', async () => {
    const page = readFileSync(PAGE, 'utf8')
    const filled: Array<string> = []
    for (const block of page.match(BLOCKS) ?? []) filled.push(await printed(block))
    expect(filled.length).to.be.greaterThan(0)
    let next = 0
    const renewed = page.replace(BLOCKS, () => filled[next++] ?? '')
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, renewed)
    expect(readFileSync(PAGE, 'utf8')).to.equal(renewed)
  })

  it('names every type of ours', () => {
    const named = inFirstColumn(marked('types')).filter((type) => type.startsWith('unroll-'))
    const others = ['unroll-damaged', 'unroll-line', 'unroll-part']
    const lease = ['unroll-lease-held', 'unroll-lease-free']
    const all = [...typesOf('FactType'), ...typesOf('ByteType'), ...others, ...lease]
    expect(named).to.deep.equal(all.toSorted())
  })

  it('names every member of the metadata', () => {
    const all = [...membersOf('LineMetadata'), ...membersOf('GroupMark')]
    expect(inFirstColumn(marked('line-metadata'))).to.deep.equal(all.toSorted())
  })
})
