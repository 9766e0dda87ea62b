// A search is a scan: whatever the log holds, it finds exactly the threads and places in which a reader of all items would
// see the term; and its rows do not depend on how the rollout grew.
import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import type { Turn } from '../../domain/protocol.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import { folded, spaced } from '../../domain/thread/search/folded.ts'
import { mayContain } from '../../domain/thread/search/json-text.ts'
import { BLOCK_CHUNKS, numbersOf, postingOf } from '../../projections/full-text.ts'
import { gramReader, gramsOfTerm } from '../../domain/thread/search/grams.ts'
import { textParts } from '../../domain/text-parts.ts'
import type { Engine } from '../../replay/engine.ts'
import type { Index } from '../../replay/ports.ts'
import { THREADS, TURNS, type ReadModels } from '../../projections/catalogue.ts'
import { homeCatchUp, homeRows } from '../../replay/catch-up/backfill.ts'
import { fullText, type FullTextOptions } from '../../replay/read/search/full-text.ts'
import { searchPage, termOf } from '../../replay/read/search/search.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { right, turnsOf, withEngine } from '../support/engines.ts'
import {
  appendRollout,
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rollout,
  rolloutPath,
  THREAD,
  userLine,
  writeRollout
} from '../support/rollouts.ts'
import { agentLine, rollbackLine } from '../support/search-home.ts'
import { rowsIn } from '../support/index-rows.ts'

const said = fc
  .array(fc.constantFrom('ab', 'ba', 'A', 'b', ' ', '\n', '"', 'é', '日本', '語', '😀', '\\'), {
    minLength: 1,
    maxLength: 6
  })
  .map((parts) => parts.join(''))
const talk = fc.oneof(
  { arbitrary: said.map(userLine), weight: 4 },
  { arbitrary: said.map(agentLine), weight: 4 },
  fc.integer({ min: 0, max: 3 }).map(rollbackLine)
)
/** Talk, and lines of every other kind between it. */
const talking = fc
  .tuple(rollout, fc.array(talk, { maxLength: 30 }))
  .map(([lines, more]) => [...lines, ...more])
const term = said.filter((text) => text.trim() !== '')

// The letters above fold to their lower case alone, so a plain scan needs no folding of its own.
const plain = (text: string): string =>
  text.replace(/\s+/gu, ' ').trim().normalize('NFC').toLowerCase()

const messages = (turns: ReadonlyArray<Turn>): ReadonlyArray<readonly [string, string]> =>
  turns.flatMap((turn) =>
    turn.items.flatMap((item) => {
      if (item.type === 'agentMessage') return [[turn.id, item.text] as const]
      if (item.type !== 'userMessage') return []
      const parts = item.content.map((part) => (part.type === 'text' ? part.text : ''))
      return [[turn.id, parts.join('')] as const]
    })
  )

/** Turn and place of every occurrence, without overlaps. */
const scan = (turns: ReadonlyArray<Turn>, searched: string): ReadonlyArray<string> => {
  const needle = plain(searched)
  return messages(turns).flatMap(([turnId, text]) => {
    const count = plain(text).split(needle).length - 1
    return Array.from({ length: count }, () => turnId)
  })
}

const occurrences = async (engine: Engine, threadId: string, searchTerm: string) => {
  const all: Array<string> = []
  let cursor: string | null = null
  do {
    const request = { searchTerm, cursor, limit: 3 }
    const page: { data: ReadonlyArray<{ turnId: string }>; nextCursor: string | null } =
      await right(engine.searchOccurrences(threadId, request))
    all.push(...page.data.map(({ turnId }) => turnId))
    cursor = page.nextCursor
  } while (cursor !== null)
  return all
}

const inHome = async <A>(use: (home: string, path: string) => Promise<A>): Promise<A> => {
  const home = emptyHome()
  try {
    return await use(home, rolloutPath(home, THREAD))
  } finally {
    removeFolder(home)
  }
}

describe('a search', () => {
  it('finds what a scan of all items finds, place by place', () =>
    fc.assert(
      fc.asyncProperty(talking, fc.array(term, { minLength: 1, maxLength: 3 }), (lines, terms) =>
        inHome(async (home, path) => {
          writeRollout(path, linesOf(lines))
          await withEngine({ home }, async (engine) => {
            const turns = await turnsOf(engine, THREAD)
            const { preview } = await right(engine.readThread(THREAD, false))
            for (const one of terms) {
              const expected = scan(turns, one)
              expect(await occurrences(engine, THREAD, one)).to.deep.equal(expected)
              const { data } = await right(engine.searchThreads({ searchTerm: one }))
              const isListed = preview !== '' && expected.length > 0
              expect(data.map(({ turnId }) => turnId)).to.deep.equal(
                isListed ? expected.slice(0, 1) : []
              )
            }
          })
        })
      ),
      { numRuns: 40 }
    ))

  it('finds the same however the rollout grew, torn lines included', () =>
    fc.assert(
      fc.asyncProperty(
        talking,
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }),
        (lines, sizes) =>
          inHome(async (home, path) => {
            const bytes = Buffer.from(linesOf(lines))
            writeRollout(path, '')
            const store = jsonlStore({ home, profile: DEFAULT_PROFILE, strict: false })
            const index = async (into: Index) => {
              const env = { store, index: into, profile: DEFAULT_PROFILE, strict: false }
              const infos = store.list()
              if (E.isLeft(infos)) throw new Error('the home is not there')
              await fullText(env, () => undefined).catchUp(infos.right.streams, true)
            }
            const grown = memoryIndex()
            for (let at = 0, i = 0; at < bytes.length; i++) {
              const size = sizes[i % sizes.length] as number
              appendRollout(path, bytes.subarray(at, at + size))
              at += size
              await index(grown)
            }
            const rebuilt = memoryIndex()
            await index(rebuilt)
            const rows = (of: Index) =>
              rowsIn(of).filter(([key]) => !String(key[0]).endsWith('.head'))
            expect(rows(grown)).to.deep.equal(rows(rebuilt))
          })
      ),
      { numRuns: 30 }
    ))

  it('finds the same in several threads in whatever order they grew', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), talk, fc.boolean()), { maxLength: 24 }),
        fc.array(term, { minLength: 1, maxLength: 3 }),
        (steps, terms) =>
          inHome(async (home) => {
            const ids = [1, 2, 3].map((n) => idOf(n))
            ids.forEach((id, i) =>
              writeRollout(rolloutPath(home, id, i), linesOf([metaLine(id), userLine('first')]))
            )
            const answers = async (engine: Engine) =>
              Promise.all(
                terms.map(async (searchTerm) => ({
                  threads: await right(engine.searchThreads({ searchTerm })),
                  places: await Promise.all(ids.map((id) => occurrences(engine, id, searchTerm)))
                }))
              )
            const grown = await withEngine({ home }, async (engine) => {
              for (const [n, line, searches] of steps) {
                appendRollout(rolloutPath(home, idOf(n), n - 1), linesOf([line]))
                if (searches) await answers(engine)
              }
              return answers(engine)
            })
            expect(grown).to.deep.equal(await withEngine({ home }, answers))
          })
      ),
      { numRuns: 20 }
    ))

  it('finds in forks and reverted threads what a scan of their items finds', async () => {
    for (const name of ['fork-rollback-169', 'pages-169', 'walk-1-169', 'basic-169']) {
      const home = copyHome(name)
      await withEngine({ home }, async (engine) => {
        const { data } = await right(
          engine.listThreads({ limit: 100, modelProviders: [], sourceKinds: ['cli', 'vscode'] })
        )
        for (const { id } of data) {
          const turns = await turnsOf(engine, id)
          for (const one of ['the', 'er ', 'zz'])
            expect([id, await occurrences(engine, id, one)]).to.deep.equal([id, scan(turns, one)])
        }
      })
      removeFolder(home)
    }
  })
})

describe('a search of a home whose text is not indexed, or in part', () => {
  const thread = fc.array(talk, { minLength: 1, maxLength: 12 })
  const pageOfHits = async (folder: string, rows: Index, options: FullTextOptions, one: string) => {
    const store = jsonlStore({ home: folder, profile: DEFAULT_PROFILE, strict: false })
    const env = { store, index: rows, profile: DEFAULT_PROFILE, strict: false, defaultProvider: '' }
    const text = fullText(env, () => undefined, options)
    const rowsOf = (models: ReadModels) => homeCatchUp({ ...env, models }, () => undefined)
    const { whole: home } = homeRows(rowsOf(THREADS), rowsOf(TURNS))
    const parts = { env, text, home, nameOf: () => null }
    const search = async () => {
      const found = await searchPage(parts, { searchTerm: one, limit: 2 })
      if (E.isLeft(found)) throw new Error('the home cannot be searched')
      return found.right.page.data.map(({ streamId, hit }) => ({ streamId, hit }))
    }
    // The second one meets what goes on behind the first.
    const both = [await search(), await search()]
    await text.close()
    return both
  }

  it('finds the same threads and places in the same order at any moment', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(thread, { minLength: 1, maxLength: 5 }),
        term,
        fc.integer({ min: 0, max: 3000 }),
        (threads, one, leastBytes) =>
          inHome(async (home) => {
            threads.forEach((lines, i) => {
              const meta = metaLine(idOf(i + 1), { timestamp: new Date(i * 1000).toISOString() })
              writeRollout(rolloutPath(home, idOf(i + 1), i), linesOf([meta, ...lines]))
            })
            const expected = await withEngine({ home }, async (engine) => {
              const hits: Array<{ streamId: string; turnId: string | undefined }> = []
              for (let i = threads.length; i > 0; i--) {
                const { preview } = await right(engine.readThread(idOf(i), false))
                const [turnId] = scan(await turnsOf(engine, idOf(i)), one)
                if (preview !== '' && turnId !== undefined) hits.push({ streamId: idOf(i), turnId })
              }
              return hits.slice(0, 2)
            })
            const rows = memoryIndex()
            const behind = { soonBytesMax: -1, leastBytes }
            const pages = [
              ...(await pageOfHits(home, rows, behind, one)),
              ...(await pageOfHits(home, rows, behind, one)),
              ...(await pageOfHits(home, rows, {}, one))
            ]
            for (const page of pages) {
              const places = page.map(({ streamId, hit }) => ({ streamId, turnId: hit.turnId }))
              expect(places).to.deep.equal(expected)
              expect(page).to.deep.equal(pages[0])
            }
          })
      ),
      { numRuns: 30 }
    ))
})

describe('the JSON text of a line', () => {
  const letters = fc.constantFrom(
    ...[
      'a',
      'B',
      'k',
      '\u212a',
      'ß',
      'ﬁ',
      'f',
      'i',
      'İ',
      'é',
      '語',
      '😀',
      '"',
      '\\',
      '/',
      '\n',
      ' '
    ]
  )
  const words = fc.array(letters, { minLength: 1, maxLength: 8 }).map((some) => some.join(''))

  it('is never taken to lack a term that its message has, however it is written', () =>
    fc.assert(
      fc.property(words, words, words, fc.nat(3), (before, found, behind, way) => {
        const text = `${before}${found}${behind}`
        const line = way === 0 ? agentLine(text) : userLine(text)
        const numbered = line.replaceAll('a', '\\u0061')
        const parts = JSON.stringify({
          content: [{ text: `${before}${found[0]}` }, { text: behind }]
        })
        const one = termOf(found.trim() === '' ? 'x' : found, false)
        if (folded(spaced(text)).includes(one.key)) {
          expect(mayContain(one.key)(line)).to.equal(true)
          if (line.includes('a')) expect(mayContain(one.key)(numbered)).to.equal(true)
        }
        expect(mayContain(one.key)(parts)).to.equal(true)
      })
    ))

  it('is passed over when the term is not in it', () => {
    const passes = mayContain(termOf('two words', false).key)
    expect(passes(userLine('two words'))).to.equal(true)
    expect(passes(userLine('Two\nWORDS'))).to.equal(true)
    expect(passes(userLine('something else – entirely'))).to.equal(false)
  })
})

describe('a posting', () => {
  it('is read as it was written', () =>
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(BLOCK_CHUNKS - 1), { maxLength: 600 }), (some) => {
        const numbers = some.sort((a, b) => a - b)
        const posting = postingOf(numbers)
        expect(numbersOf(posting)).to.deep.equal(numbers)
        expect(JSON.stringify(posting).length).to.equal(posting.length + 2)
        expect(posting).to.not.include(',')
      })
    ))

  it('of every number of a block is a bit for each', () => {
    const numbers = Array.from({ length: BLOCK_CHUNKS }, (_, i) => i)
    expect(numbersOf(postingOf(numbers))).to.deep.equal(numbers)
    expect(postingOf(numbers).length).to.equal(Math.ceil(BLOCK_CHUNKS / 6) + 1)
  })
})

describe('a long text of a search', () => {
  const anyText = fc.string({
    unit: fc.constantFrom(
      'a',
      'B',
      ' ',
      'ß',
      'Σ',
      'ς',
      'İ',
      'é',
      'e\u0301',
      '語',
      '😀',
      '\ud83d',
      '\ude00'
    )
  })
  const most = fc.integer({ min: 1, max: 9 })

  it('is whole in its parts, and folded in its folded parts, wherever they end', () =>
    fc.assert(
      fc.property(anyText, most, (text, characters) => {
        const parts = [...textParts(text, characters)]
        expect(parts.join('')).to.equal(text)
        expect(parts.map((part) => folded(part)).join('')).to.equal(folded(text))
        expect(parts.every((part) => part.length <= characters + 1)).to.equal(true)
      })
    ))

  it('has the same grams in parts as in one piece, those of a term in it among them', () =>
    fc.assert(
      fc.property(anyText, most, fc.nat(), fc.nat(), (text, characters, from, length) => {
        const gramsIn = (parts: Iterable<string>): ReadonlyArray<number> => {
          const grams: Array<number> = []
          const read = gramReader((gram) => grams.push(gram))
          for (const part of parts) read(part)
          return grams
        }
        const whole = gramsIn([text])
        expect(gramsIn(textParts(text, characters))).to.deep.equal(whole)
        const start = from % (text.length + 1)
        const found = text.slice(start, start + length)
        // An empty term is no search.
        if (found !== '') expect(whole).to.include.members([...gramsOfTerm(found)])
      })
    ))
})
