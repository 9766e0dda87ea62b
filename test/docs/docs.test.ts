// The documents name files, commands, tables and scripts. The goal: all of them are there. The method: collect what
// is named, compare with the repository.
import { expect } from 'chai'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { directoryOf } from '../../adapters/log/eventstore/directory/directory.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { DEFAULT_PROFILE } from '../../domain/log/profile.ts'
import { createEngine, type Engine } from '../../replay/engine.ts'
import { writeSteps } from '../support/event-streams.ts'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { memoryWire } from '../support/memory-wire.ts'
import { storeHome } from '../support/stored-home.ts'
import { NO_WRITER } from '../support/no-writer.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const markdownIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => normalize(join(folder, name)))

const DECISIONS = markdownIn('docs/decisions').toSorted()
const FOLDERS = [
  ...['.', 'docs', 'test/checklist', 'test/golden'],
  ...['test/oracle', 'test/fixtures', 'test/fixtures/clients']
]
const DOCUMENTS = [...FOLDERS.flatMap(markdownIn), 'bench/ccusage.md', ...DECISIONS]

const FENCED = /^```[\s\S]*?^```$/gm
const proseOf = (path: string): string => read(path).replace(FENCED, '')
const codeSpans = (path: string): ReadonlyArray<string> =>
  Array.from(proseOf(path).matchAll(/`([^`\n]+)`/g), ([, span = '']) => span)

/** Name of a heading in links, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .trim()
    .replace(/ /g, '-')

const anchorsOf = (path: string): ReadonlyArray<string> =>
  Array.from(proseOf(path).matchAll(/^#+ (.*)$/gm), ([, heading = '']) => anchorOf(heading))

const brokenLinks = (path: string): ReadonlyArray<string> =>
  Array.from(proseOf(path).matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : normalize(join(dirname(path), file))
      if (!existsSync(join(ROOT, target))) return true
      return anchor !== undefined && !anchorsOf(target).includes(anchor)
    })
    .map((link) => `${path}: ${link}`)

/** The part of a document under one heading. */
const section = (path: string, heading: string): string => {
  const [, rest = ''] = read(path).split(`\n${heading}\n`)
  return rest.split(/^#+ /m)[0] ?? ''
}

/** What stands between backticks in the first column of the tables. */
const firstColumn = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/^\| `([^`]+)`[^|]*\|/gm), ([, name = '']) => name)

/** A copy that is not read, and a thread that is gone, have rows of their own. */
const changeFiles = async (home: string, engine: Engine): Promise<void> => {
  const [first = '', second = ''] = readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^sessions.*jsonl$/.test(name))
    .map((name) => join(home, name))
  mkdirSync(join(home, 'archived_sessions'), { recursive: true })
  copyFileSync(first, join(home, 'archived_sessions', basename(first)))
  if (second !== '') rmSync(second)
  expect(await engine.status()()).to.have.property('_tag', 'Right')
}

/** Tables of an index over some homes, with the view as the document writes it. */
const tablesOver = async (names: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const found = new Set<string>()
  const profile = DEFAULT_PROFILE
  for (const name of names) {
    const home = copyHome(name)
    const index = memoryIndex()
    const engine = createEngine({
      writer: NO_WRITER,
      store: jsonlStore({ home, profile, strict: false }),
      index,
      profile,
      strict: false,
      notes: { home, nowMs: () => 1, tally: { sinceTrimmed: 0 } },
      names: { nameOf: () => null, all: () => new Map() },
      defaultProvider: 'mock',
      progress: () => undefined
    })
    expect(await engine.status()()).to.have.property('_tag', 'Right')
    const searched = await engine.searchThreads({ searchTerm: 'the' })()
    expect(searched).to.have.property('_tag', 'Right')
    expect(await engine.usage({ by: 'total' })()).to.have.property('_tag', 'Right')
    expect(await engine.auditTrail({})()).to.have.property('_tag', 'Right')
    expect(await engine.tools({})()).to.have.property('_tag', 'Right')
    expect(await engine.pluginUse()()).to.have.property('_tag', 'Right')
    expect(await engine.analytics({ contract: '0.169' })()).to.have.property('_tag', 'Right')
    await changeFiles(home, engine)
    for (const [[table]] of index.range([''], ['\u{10ffff}'], Infinity, false)) {
      found.add(String(table).replace('/0.169', '/VIEW'))
    }
    await engine.close()
    removeFolder(home)
  }
  return [...found].toSorted()
}

describe('documents', () => {
  it('link only to what is there', () => {
    expect(DOCUMENTS.flatMap(brokenLinks)).to.deep.equal([])
  })

  it('name only files and folders that are there', () => {
    const path = /^(domain|projections|replay|adapters|test|bench|docs)(\/[\w.-]+)*$/
    const missing = DOCUMENTS.flatMap((document) =>
      codeSpans(document)
        .filter((span) => path.test(span) && !span.includes('NAME'))
        .filter((span) => !existsSync(join(ROOT, span)))
        .map((span) => `${document}: ${span}`)
    )
    expect(missing).to.deep.equal([])
  })

  it('show a map with every layer and every folder of adapters and of the command line that is there', () => {
    const mapped = firstColumn(section('docs/ARCHITECTURE.md', '## Map'))
    expect(mapped.filter((place) => !existsSync(join(ROOT, place)))).to.deep.equal([])
    const foldersIn = (place: string): ReadonlyArray<string> =>
      readdirSync(join(ROOT, place), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${place}/${name}`)
    const rooms = ['adapters', 'adapters/cli'].flatMap(foldersIn)
    const layers = ['domain', 'projections', 'replay', ...rooms]
    expect(layers.filter((place) => !mapped.includes(place))).to.deep.equal([])
  })

  it('name only commands of the command line', () => {
    const known = new Set(
      Array.from(read('docs/CLI.md').matchAll(/^## unroll ([a-z-]+)$/gm), ([, name]) => name)
    )
    const named = DOCUMENTS.flatMap((path) => [
      ...Array.from(read(path).matchAll(/^\$ unroll ([a-z-]+)/gm), ([, name]) => name),
      ...codeSpans(path).flatMap((span) => /^unroll ([a-z-]+)/.exec(span)?.[1] ?? [])
    ])
    expect(named.filter((name) => !known.has(name))).to.deep.equal([])
    expect(named).to.include('app-server')
  })

  it('name only npm scripts of the package', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = DOCUMENTS.flatMap(codeSpans).flatMap((span) => {
      const [, run, plain] = /^npm (?:run ([\w:]+)|(start|test)$)/.exec(span) ?? []
      return run ?? plain ?? []
    })
    expect(named.filter((name) => scripts[name] === undefined)).to.deep.equal([])
    expect(named).to.include('test:run')
  })

  it('describe every table an index has', async () => {
    const described = firstColumn(section('docs/FORMAT.md', '### B.3 Tables'))
    const made = await tablesOver([
      'agents-142',
      'agents-169',
      'approvals-plan-142',
      'damaged-142',
      'plugin-142',
      'review-142',
      'tools-142'
    ])
    const stored = described.filter((table) => table !== 'generation') // LMDB's own bookkeeping row
    expect(stored.toSorted()).to.deep.equal(made)
  })

  it('describe every table of a directory of a store', async () => {
    const wire = memoryWire()
    const index = memoryIndex()
    const directory = directoryOf(wire, index)
    const home = copyHome('basic-169')
    await storeHome(wire, home)
    removeFolder(home)
    const [thread = ''] = wire.streamNames()
    const said = [
      { type: 'unroll-placed', data: { files: [{ segment: 'a', path: 'a', modifiedAtMs: 0 }] } },
      { type: 'unroll-named', data: { name: 'n', updatedAt: 't' } },
      { type: 'unroll-imported', data: {} }
    ] as const
    for (const fact of said) await writeSteps(wire, thread, [{ fact }])
    expect(await directory.refresh('all')).to.have.property('_tag', 'Right')
    expect(await wire.tombstone(thread)).to.have.property('_tag', 'Right')
    expect(await directory.refresh('all')).to.have.property('_tag', 'Right')
    const made = new Set(index.keys([], ['\u{10ffff}']).map(([table]) => table))
    const described = firstColumn(section('docs/FORMAT.md', '### B.7 Tables of a store'))
    expect(described.toSorted()).to.deep.equal([...made].toSorted())
  })

  it('describe every reason for damage', () => {
    const [, union = ''] =
      /export type DamageReason =([^]*?)\n\n/.exec(read('domain/log/event.ts')) ?? []
    const reasons = Array.from(union.matchAll(/'(\w+)'/g), ([, reason]) => reason)
    const described = firstColumn(section('docs/FORMAT.md', '### A.7 Damage'))
    expect(described.toSorted()).to.deep.equal(reasons.toSorted())
  })

  it('describe every reason why history is not there', () => {
    const [, union = ''] =
      /export type BaseReason =([^]*?)\n\n/.exec(`${read('domain/log/event.ts')}\n\n`) ?? []
    const reasons = Array.from(union.matchAll(/'(base_\w+)'/g), ([, reason]) => reason)
    const described = firstColumn(section('docs/FORMAT.md', '#### Gaps'))
    expect(described.toSorted()).to.deep.equal(reasons.toSorted())
  })

  it('keep decisions numbered without gaps and in one form', () => {
    const headings = ['## Context', '## Choice', '## Refused', '## When to revisit']
    DECISIONS.forEach((path, i) => {
      const number = String(i + 1).padStart(4, '0')
      expect(path).to.match(new RegExp(`/${number}-[a-z-]+\\.md$`))
      expect(read(path)).to.match(new RegExp(`^# ${number} `))
      expect(headings.filter((heading) => !read(path).includes(`\n${heading}\n`))).to.deep.equal([])
    })
  })
})
