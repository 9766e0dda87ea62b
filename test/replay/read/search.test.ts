// What a search finds by default: what was said and is still there, exactly.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { renameSync, mkdirSync, rmSync, truncateSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Engine } from '../../../adapters/library.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { right, walk, withEngine, openedEngine } from '../../support/engines.ts'
import {
  appendRollout,
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import { agentLine, rollbackLine, searchHome } from '../../support/search-home.ts'

const numbers = async (engine: Engine, searchTerm: string, more: object = {}) =>
  (await right(engine.searchThreads({ searchTerm, ...more }))).data.map(({ thread }) =>
    Number(thread.id.slice(-4))
  )

const inMadeHome = async <A>(use: (engine: Engine, home: string) => Promise<A>): Promise<A> => {
  const home = searchHome()
  try {
    return await withEngine({ home }, (engine) => use(engine, home))
  } finally {
    removeFolder(home)
  }
}

/** A home with one thread that says these lines. */
const saying = async <A>(
  lines: ReadonlyArray<string>,
  use: (engine: Engine, path: string, home: string) => Promise<A>
): Promise<A> => {
  const home = emptyHome()
  const path = rolloutPath(home, idOf(1), 1)
  writeRollout(path, linesOf([metaLine(idOf(1)), ...lines]))
  try {
    return await withEngine({ home }, (engine) => use(engine, path, home))
  } finally {
    removeFolder(home)
  }
}

const finds = (text: string, term: string): Promise<boolean> =>
  saying([userLine('?'), agentLine(text)], async (engine) => {
    const found = (await numbers(engine, term)).length === 1
    const { data } = await right(engine.searchOccurrences(idOf(1), { searchTerm: term }))
    expect(data.length > 0).to.equal(found)
    return found
  })

describe('a search', () => {
  it('finds what people and agents said, in every provider, newest thread first', () =>
    inMadeHome(async (engine) => {
      expect(await numbers(engine, 'needleone')).to.deep.equal([7, 1])
      expect(await numbers(engine, 'keepneedle')).to.deep.equal([4])
    }))

  it('does not find what was rolled back', () =>
    inMadeHome(async (engine) => {
      expect(await numbers(engine, 'rolledneedle')).to.deep.equal([])
      const request = { searchTerm: 'rolledneedle' }
      expect(await right(engine.searchOccurrences(idOf(4), request))).to.deep.equal({
        data: [],
        nextCursor: null
      })
    }))

  it('does not find what tools printed, what nobody saw, or the words of the format', () =>
    inMadeHome(async (engine) => {
      for (const term of [
        'toolneedle',
        'outneedle',
        'itemneedle',
        'devneedle',
        'user_message',
        '{'
      ])
        expect(await numbers(engine, term)).to.deep.equal([])
    }))

  it('finds escaped content by its real text, however much white space there is', () =>
    inMadeHome(async (engine) => {
      for (const term of ['"say \\ this"', 'this"\nnext', 'line tab', 'line\ttab'])
        expect(await numbers(engine, term)).to.deep.equal([2])
      for (const term of ['space needle11 with', 'multi line needle12', 'with\nmany tabs'])
        expect(await numbers(engine, term)).to.deep.equal([11])
    }))

  it('takes letters for the same that differ in case or encoding only', async () => {
    for (const [text, term] of [
      ['Die Straße', 'STRASSE'],
      ['DIE STRASSE', 'straße'],
      ['İstanbul', 'istanbul'],
      ['ISPARTA', 'ısparta'],
      ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
      ['σίσυφος ο', 'ΣΊΣΥΦΟΣ Ο'],
      ['ﬁne', 'fine'],
      ['cafe\u0301', 'CAFÉ'],
      ['café', 'cafe\u0301'],
      ['ＡＢＣ', 'abc']
    ] as const)
      expect([text, await finds(text, term)]).to.deep.equal([text, true])
  })

  it('takes no part of a letter for a letter', async () => {
    for (const [text, term] of [
      ['café', 'cafe'],
      ['ß', 's'],
      ['½', '1']
    ] as const)
      expect([text, await finds(text, term)]).to.deep.equal([text, false])
  })

  it('finds scripts without spaces, emoji, single characters and parts of words', async () => {
    for (const [text, term] of [
      ['日本語のテキスト検索', 'テキスト'],
      ['中文搜索引擎', '搜索'],
      ['中文搜索引擎', '索'],
      ['한국어 텍스트', '국어'],
      ['grin 😀 face', '😀'],
      ['family 👨‍👩‍👧', '👩'],
      ['x', 'X'],
      ['internationalization', 'nationaliz'],
      ['a.b(c)[d]*', 'b(c)[d]*'],
      ['50% off', '% o']
    ] as const)
      expect([text, await finds(text, term)]).to.deep.equal([text, true])
    expect(await finds('l.*o', 'l..o')).to.equal(false)
  })

  it('finds the end of a huge message, and shows what stands around it', () =>
    saying(
      [userLine(`${'x'.repeat(3_000_000)} deepneedle ${'y'.repeat(3000)}`)],
      async (engine) => {
        const { data } = await right(engine.searchThreads({ searchTerm: 'DeepNeedle' }))
        expect(data.map(({ snippet }) => snippet)).to.deep.equal([
          `... ${'x'.repeat(48)} deepneedle ${'y'.repeat(95)} ...`
        ])
        expect(data[0]?.range).to.deep.equal({ start: 53, end: 63 })
      }
    ))

  it('finds what is appended later, and no longer what a cut took away', () =>
    saying([userLine('one')], async (engine, path) => {
      expect(await numbers(engine, 'later')).to.deep.equal([])
      appendRollout(path, linesOf([agentLine('said Later')]))
      expect(await numbers(engine, 'later')).to.deep.equal([1])
      appendRollout(path, linesOf([rollbackLine(1), userLine('other')]))
      expect(await numbers(engine, 'later')).to.deep.equal([])
      expect(await numbers(engine, 'other')).to.deep.equal([1])
      truncateSync(path, linesOf([metaLine(idOf(1)), userLine('one')]).length)
      expect(await numbers(engine, 'other')).to.deep.equal([])
      expect(await numbers(engine, 'one')).to.deep.equal([1])
    }))

  it('follows a thread to the archive and back, and forgets one that is gone', () =>
    saying([userLine('needle')], async (engine, path, home) => {
      const archived = join(home, 'archived_sessions', basename(path))
      mkdirSync(dirname(archived))
      expect(await numbers(engine, 'needle')).to.deep.equal([1])
      renameSync(path, archived)
      expect(await numbers(engine, 'needle')).to.deep.equal([])
      expect(await numbers(engine, 'needle', { archived: true })).to.deep.equal([1])
      renameSync(archived, path)
      expect(await numbers(engine, 'needle')).to.deep.equal([1])
      rmSync(path)
      expect(await numbers(engine, 'needle')).to.deep.equal([])
    }))

  it('has pages that end where the next one begins', () =>
    inMadeHome(async (engine) => {
      for (const sortDirection of ['asc', 'desc'] as const) {
        const request = { searchTerm: 'needle', sortDirection }
        const whole = await right(engine.searchThreads({ ...request, limit: 100 }))
        const walked = await walk((cursor) =>
          engine.searchThreads({ ...request, cursor, limit: 2 })
        )
        expect(walked).to.deep.equal(whole.data)
      }
    }))

  it('of a common term answers from the first threads alone, and they are as new as their files', async () => {
    const home = emptyHome()
    const path = (n: number) => rolloutPath(home, idOf(n), n)
    for (let n = 1; n <= 40; n++) {
      const meta = metaLine(idOf(n), { timestamp: new Date(n * 1000).toISOString() })
      writeRollout(path(n), linesOf([meta, userLine(n % 5 === 0 ? 'other' : 'common')]))
    }
    await withEngine({ home }, async (engine) => {
      const expected = Array.from({ length: 40 }, (_, i) => 40 - i).filter((n) => n % 5 !== 0)
      expect(await numbers(engine, 'common', { limit: 100 })).to.deep.equal(expected)
      expect(await numbers(engine, 'common', { limit: 2 })).to.deep.equal([39, 38])
      appendRollout(path(40), linesOf([agentLine('common at last')]))
      appendRollout(path(39), linesOf([rollbackLine(1), userLine('gone')]))
      expect(await numbers(engine, 'common', { limit: 2 })).to.deep.equal([40, 38])
      const walked = await walk((cursor) =>
        engine.searchThreads({ searchTerm: 'common', cursor, limit: 2 })
      )
      expect(walked.map(({ thread }) => Number(thread.id.slice(-4)))).to.deep.equal(
        [40, ...expected].filter((n) => n !== 39)
      )
    })
    removeFolder(home)
  })

  it('refuses an empty term and a cursor that is none', () =>
    inMadeHome(async (engine) => {
      const refused = async (request: { searchTerm: string; cursor?: string }) => {
        const answer = await engine.searchThreads(request)()
        return E.isLeft(answer) && answer.left._tag === 'InvalidRequest'
          ? answer.left.message
          : null
      }
      expect(await refused({ searchTerm: ' \n' })).to.equal(
        'thread/search requires a non-empty searchTerm'
      )
      expect(await refused({ searchTerm: 'x', cursor: 'zzz' })).to.equal('invalid cursor: zzz')
    }))

  it('answers alike in two engines that index at the same time', async () => {
    const [home, index] = [searchHome(), temporaryFolder()]
    const engines = await Promise.all([
      openedEngine({ home, index }),
      openedEngine({ home, index })
    ])
    const found = await Promise.all(engines.map((engine) => numbers(engine, 'needleone')))
    expect(found).to.deep.equal([
      [7, 1],
      [7, 1]
    ])
    await Promise.all(engines.map((engine) => engine.close()))
    removeFolder(home)
    removeFolder(index)
  })

  it('leaves lists alone: nothing is indexed for it before somebody searches', async () => {
    const home = searchHome()
    const index = temporaryFolder()
    const tables = async (use: (engine: Engine) => Promise<unknown>): Promise<number> => {
      const engine = await openedEngine({ home, index })
      await use(engine)
      await engine.close()
      const { openLmdbIndex } = await import('../../../adapters/index/lmdb/index.ts')
      const rows = openLmdbIndex(index)
      const found = rows.range(['search@'], ['search@\u{10ffff}'], Infinity, false).length
      await rows.close()
      return found
    }
    expect(await tables((engine) => right(engine.listThreads({ sortKey: 'updated_at' })))).to.equal(
      0
    )
    expect(await tables((engine) => numbers(engine, 'needle'))).to.be.greaterThan(0)
    removeFolder(home)
    removeFolder(index)
  })
})

describe('a search in paginated threads', () => {
  it('finds what a fork inherits from the file of another thread', async () => {
    const home = copyHome('fork-rollback-169')
    await withEngine({ home }, async (engine) => {
      const { data: threads } = await right(engine.listThreads({ modelProviders: [], limit: 100 }))
      const forks = threads.filter(({ forkedFromId }) => forkedFromId !== null)
      expect(forks.length).to.be.greaterThan(0)
      for (const fork of forks) {
        const { turns } = await right(engine.readThread(fork.id, true))
        const user = turns[0]?.items.find((item) => item.type === 'userMessage')
        const [part] = user?.type === 'userMessage' ? user.content : []
        const searchTerm = part?.type === 'text' ? part.text.slice(0, 40) : ''
        const { data } = await right(engine.searchOccurrences(fork.id, { searchTerm }))
        expect(data.map(({ turnId }) => turnId)).to.include(turns[0]?.id)
        const found = await right(engine.searchThreads({ searchTerm, limit: 100 }))
        expect(found.data.map(({ thread }) => thread.id)).to.include(fork.id)
      }
    })
    removeFolder(home)
  })
})
