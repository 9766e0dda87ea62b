// Ledgers as files, read back by other readers than their writers: hyparquet, SQLite, and a reader of CSV made for the test. What a file
// should hold is asked of the engine.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { parquetMetadata, parquetReadObjects, type AsyncBuffer } from 'hyparquet'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import initSqlJs from 'sql.js'
import { openEngine } from '../../../adapters/library.ts'
import { LEDGER_TABLES } from '../../../adapters/cli/commands/export/ledgers/tables.ts'
import { schemaOf, type AnyLedger } from '../../../adapters/cli/commands/export/ledgers/column.ts'
import { writeSqlite } from '../../../adapters/cli/commands/export/ledgers/writers.ts'
import type { Engine } from '../../../replay/engine.ts'
import { copySample, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { unroll, type Done } from './console.ts'

const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'LEDGERS.md')
const TABLES = /(?<=<!-- ledgers -->\n)[^]*(?=<!-- \/ledgers -->)/

const right = <A>(answer: E.Either<unknown, A>): A => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

type Row = Record<string, unknown>

/** Records of a CSV after RFC 4180. */
const parsedCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const records: Array<Array<string>> = [['']]
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? ''
    const record = records.at(-1) ?? []
    if (quoted && char === '"' && text[at + 1] === '"')
      record[record.length - 1] += text[(at += 1)] ?? ''
    else if (char === '"') quoted = !quoted
    else if (!quoted && char === ',') record.push('')
    else if (!quoted && char === '\r') records.push([''])
    else if (quoted || char !== '\n') record[record.length - 1] += char
  }
  return records.slice(0, -1)
}

const parquetRows = async (path: string) => {
  const bytes = readFileSync(path)
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const file: AsyncBuffer = {
    byteLength: whole.byteLength,
    slice: (from, to) => whole.slice(from, to)
  }
  return { rows: await parquetReadObjects({ file }), metadata: parquetMetadata(whole) }
}

/** Rows as JSON has them: times as texts, numbers as numbers. */
const plain = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => {
        if (typeof value === 'bigint') return [name, Number(value)]
        return [name, value instanceof Date ? value.toISOString() : (value ?? null)]
      })
    )
  )

describe('unroll export --ledger', () => {
  let home: string
  let folder: string
  let engine: Engine
  before(async () => {
    home = copySample()
    folder = temporaryFolder()
    engine = right(await openEngine({ home, index: 'memory' }))
  })
  after(async () => {
    await engine.close()
    removeFolder(home)
    removeFolder(folder)
  })
  const write = async (name: string, ...words: ReadonlyArray<string>): Promise<string> => {
    const path = join(folder, name)
    const done = await exported(...words, '-o', path)
    expect(done.code, done.err).to.equal(0)
    return path
  }
  const exported = (...words: ReadonlyArray<string>): Promise<Done> =>
    unroll(['export', ...words, '--home', home, '--index', 'memory'], { cwd: folder })
  const jsonRows = async (name: string): Promise<ReadonlyArray<Row>> =>
    (await exported('--ledger', name, '--to', 'jsonl')).out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Row)

  it('holds what the engine knows: every thread, turn, item, spend, call, change, event', async () => {
    const counts: Record<string, number> = {}
    for (const { name } of LEDGER_TABLES) counts[name] = (await jsonRows(name)).length
    const usage = right(await engine.usageRows({ by: 'total' })())
    const spends: Array<unknown> = []
    for await (const spend of usage) spends.push(spend)
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
    const ids = files
      .filter((file) => file.endsWith('.jsonl') && file.includes('rollout-'))
      .map((file) => file.slice(-42, -6))
    let [turns, items, patches] = [0, 0, 0]
    for (const id of ids) {
      const thread = right(await engine.readThread(id, true)())
      turns += thread.turns.length
      items += thread.turns.reduce((sum, one) => sum + one.items.length, 0)
      patches += right(await engine.patches(id)()).length
    }
    const { total } = right(await engine.toolsSummary({})())
    expect(counts).to.include({
      ...{
        threads: ids.length,
        turns,
        items,
        usage: spends.length,
        tools: total.calls,
        files: patches
      }
    })
    expect(counts['audit']).to.be.greaterThan(ids.length)
  })

  it('adds up to the tokens of the report', async () => {
    const { total } = right(await engine.usage({ by: 'total' })())
    const rows = await jsonRows('usage')
    const sum = rows.reduce((all, row) => all + Number(row['total_tokens'] ?? 0), 0)
    expect(sum).to.equal(total.totalTokens)
  })

  it('says the same in Parquet and CSV as in JSON Lines', async () => {
    for (const ledger of LEDGER_TABLES) {
      const { name } = ledger
      const json = await jsonRows(name)
      const path = await write(`${name}.parquet`, '--ledger', name)
      const { rows, metadata } = await parquetRows(path)
      expect(plain(rows), name).to.deep.equal(json)
      expect(metadata.key_value_metadata).to.deep.equal([
        { key: 'unroll.schema', value: schemaOf(ledger) }
      ])
      const csv = parsedCsv(readFileSync(await write(`${name}.csv`, '--ledger', name), 'utf8'))
      expect(csv[0]).to.deep.equal(ledger.columns.map((column) => column.name))
      expect(csv.length - 1).to.equal(json.length)
    }
  })

  it('makes one database in which every row has its thread, and the numbers are those of the files', async () => {
    const path = await write('all.sqlite', '--ledger', 'all', '--reproducible')
    const { Database } = await initSqlJs()
    const database = new Database(readFileSync(path))
    const all = (sql: string) => database.exec(sql)[0]?.values ?? []
    expect(all('PRAGMA integrity_check')).to.deep.equal([['ok']])
    expect(all('PRAGMA foreign_key_check')).to.deep.equal([])
    expect(all('SELECT * FROM unroll_meta')).to.deep.equal(
      LEDGER_TABLES.map((ledger) => [ledger.name, schemaOf(ledger), null])
    )
    for (const { name } of LEDGER_TABLES)
      expect(all(`SELECT count(*) FROM "${name}"`)).to.deep.equal([[(await jsonRows(name)).length]])
    const referring = all('SELECT DISTINCT "table" FROM pragma_foreign_key_list(\'turns\')')
    expect(referring).to.deep.equal([['threads']])
    database.close()
    const again = await write('again.sqlite', '--ledger', 'all', '--reproducible')
    expect(readFileSync(again).equals(readFileSync(path))).to.equal(true)
  })

  it('holds only the threads that are named, and only the times that are asked for', async () => {
    const one = await exported('--ledger', 'turns', '--to', 'jsonl', LONG)
    expect(one.out.split('\n').length - 1).to.equal(16)
    const times = [
      '--since',
      '2026-11-21T06:47:36',
      '--until',
      '2026-11-21T06:47:37',
      '--tz',
      'UTC'
    ]
    const cut = await exported('--ledger', 'turns', '--to', 'jsonl', LONG, ...times)
    const started = cut.out
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as Row)['started_at'] as string)
    expect(started.length).to.be.greaterThan(0)
    expect(started.filter((at) => !at.startsWith('2026-11-21T06:47:36'))).to.deep.equal([])
  })

  it('keeps a formula in a text from being run by a spreadsheet', async () => {
    const { out } = await exported('--ledger', 'turns', '--to', 'csv', LONG)
    expect(out.split('\r\n').filter((line) => /(^|,)[=+@]/.test(line))).to.deep.equal([])
  })

  it('never writes over a file, and leaves none behind where it fails', async () => {
    const path = join(folder, 'there.csv')
    writeFileSync(path, 'mine')
    const refused = await exported('--ledger', 'tools', '-o', path)
    expect([refused.code, readFileSync(path, 'utf8')]).to.deep.equal([6, 'mine'])
    const forced = await exported('--ledger', 'tools', '-o', path, '--force')
    expect(forced.code).to.equal(0)
    expect(statSync(path).size).to.be.greaterThan(1000)
    const gone = await exported(
      '--ledger',
      'turns',
      '-o',
      join(folder, 'gone.csv'),
      '--detail',
      'full'
    )
    expect([gone.code, existsSync(join(folder, 'gone.csv'))]).to.deep.equal([2, false])
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).to.deep.equal([])
  })

  it('refuses what cannot be: two ledgers in one CSV, a database on stdout, a page of a ledger', async () => {
    for (const words of [
      ['--ledger', 'all', '--to', 'csv'],
      ['--ledger', 'tools', '--to', 'parquet'],
      ['--ledger', 'tools', '--to', 'html'],
      []
    ]) {
      const { code, err } = await exported(...words)
      expect([code, err === ''], words.join(' ')).to.deep.equal([2, false])
    }
  })

  it('tells to use Parquet where a database would be too large for memory', async () => {
    const ledger = LEDGER_TABLES.find(({ name }) => name === 'turns') as AnyLedger
    const rows = ledger.rows({ engine, threadIds: null })
    const failed = await writeSqlite([{ ledger, rows }], null, async () => undefined, 1000).catch(
      (thrown: unknown) => JSON.stringify(thrown)
    )
    expect(failed).to.include('use --to parquet')
  })

  it('has docs/LEDGERS.md in step with the columns', () => {
    const rendered = LEDGER_TABLES.map((ledger) =>
      [
        `### ${ledger.name}`,
        `\`${schemaOf(ledger)}\`. ${ledger.about}`,
        [
          '| column | kind | |',
          '|---|---|---|',
          ...ledger.columns.map(({ name, kind, about }) => `| \`${name}\` | ${kind} | ${about} |`)
        ].join('\n')
      ].join('\n\n')
    ).join('\n\n')
    const text = readFileSync(PAGE, 'utf8')
    if (process.env['UPDATE_DOCS'] !== undefined)
      writeFileSync(
        PAGE,
        text.replace(TABLES, () => `${rendered}\n`)
      )
    expect(TABLES.exec(readFileSync(PAGE, 'utf8'))?.[0]).to.equal(`${rendered}\n`)
  })
})
