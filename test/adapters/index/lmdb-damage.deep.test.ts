// A damaged index costs a rebuild, never an answer and never the process.
import { expect } from 'chai'
import fc from 'fast-check'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { encodeRow, rowJson } from '../../../adapters/index/lmdb/row.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { right, withEngine } from '../../support/engines.ts'

const answers = (home: string, index: string) =>
  withEngine({ home, index }, async (engine) => {
    const list = await right(engine.listThreads({ modelProviders: [] }))
    const threads = []
    for (const { id } of list.data) threads.push(await right(engine.readThread(id, true)))
    return { list, threads, status: await right(engine.status()) }
  })

const PAGE_BYTES = 4096

/** Ways to damage a file, by a seed. */
const DAMAGES: Readonly<Record<string, (file: string, seed: number) => void>> = {
  'cut short': (file, seed) => truncateSync(file, seed % statSync(file).size),
  'with a zeroed page': (file, seed) => {
    const bytes = readFileSync(file)
    const page = seed % Math.floor(bytes.length / PAGE_BYTES)
    writeFileSync(file, bytes.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES))
  },
  'with a page of noise': (file, seed) => {
    const bytes = readFileSync(file)
    const page = seed % Math.floor(bytes.length / PAGE_BYTES)
    for (let i = 0; i < PAGE_BYTES; i++) bytes[page * PAGE_BYTES + i] = (seed * 31 + i * 17) & 255
    writeFileSync(file, bytes)
  },
  'with a flipped bit': (file, seed) => {
    const bytes = readFileSync(file)
    const at = seed % bytes.length
    bytes[at] = (bytes[at] as number) ^ (1 << (seed % 8))
    writeFileSync(file, bytes)
  },
  'that is not LMDB at all': (file) => writeFileSync(file, 'hello')
}

describe('a damaged index', () => {
  let home = ''
  let folder = ''
  let whole: Awaited<ReturnType<typeof answers>>
  before(async () => {
    home = copyHome('fork-rollback-142')
    folder = temporaryFolder()
    whole = await answers(home, join(folder, 'whole'))
  })
  after(() => [home, folder].forEach(removeFolder))

  for (const [how, damage] of Object.entries(DAMAGES)) {
    it(`${how} is built again, with the same answers`, async () => {
      for (const seed of [1, 7_919, 104_729]) {
        const index = join(folder, `${how} ${seed}`)
        mkdirSync(index)
        for (const file of ['data.mdb', 'unroll-index.json']) {
          copyFileSync(join(folder, 'whole', file), join(index, file))
        }
        damage(join(index, 'data.mdb'), seed)
        expect(await answers(home, index)).to.deep.equal(whole)
      }
    })
  }

  it('of another layout is built again', async () => {
    const seal = join(folder, 'whole', 'unroll-index.json')
    writeFileSync(seal, readFileSync(seal, 'utf8').replace('"layout":2', '"layout":1'))
    expect(await answers(home, join(folder, 'whole'))).to.deep.equal(whole)
    expect(readFileSync(seal, 'utf8')).to.contain('"layout":2')
  })

  it('may be deleted at any time', async () => {
    removeFolder(join(folder, 'whole'))
    expect(await answers(home, join(folder, 'whole'))).to.deep.equal(whole)
    expect(existsSync(join(folder, 'whole', 'data.mdb'))).to.equal(true)
  })
})

const KEY = ['table', 'id', 7]

describe('a row', () => {
  it('comes back as it was written', () =>
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(rowJson(KEY, encodeRow(KEY, json))).to.equal(json)
      })
    ))

  it('with any one byte changed is refused', () =>
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.integer({ min: 1, max: 255 }), (json, seed, change) => {
        const row = encodeRow(KEY, json)
        const at = seed % row.length
        row[at] = (row[at] as number) ^ change
        expect(() => rowJson(KEY, row)).to.throw('checksum')
      })
    ))

  it('is refused under any other key', () => {
    expect(() => rowJson(['table', 'id', 8], encodeRow(KEY, '{}'))).to.throw('checksum')
  })
})
