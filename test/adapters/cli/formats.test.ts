// Rows in every form. The goal: one list of fields gives JSON, CSV, TSV, tables and texts, a file is whole or absent, and a
// cursor can be copied. The method: the threads of a recorded home, and values written out.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shortCursor, wholeCursor } from '../../../adapters/cli/text/cursor.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const NAMED = '01a1fcde-3abc-7921-ae69-8e353aa02221'

describe('command line: forms of rows', () => {
  let home = ''
  let folder = ''
  const threads = inHome(() => home)
  const list = (...options: ReadonlyArray<string>) =>
    threads(['threads', '--sort', 'created_at', '--order', 'asc', '--limit', '2', ...options])
  before(() => {
    home = copyHome('fork-rollback-142')
    folder = mkdtempSync(join(tmpdir(), 'unroll-test-'))
  })
  after(() => [home, folder].forEach(removeFolder))

  it('have the fields that are named, in their order', async () => {
    const fields = ['--fields', 'name,id']
    expect((await list(...fields)).out).to.equal(`\t${ROOT}\nEarly hinge 523\t${NAMED}\n`)
    expect((await list('--csv', ...fields)).out).to.equal(
      `name,id\r\n,${ROOT}\r\nEarly hinge 523,${NAMED}\r\n`
    )
    expect(jsonLines((await list('--json', ...fields)).out)).to.deep.equal([
      { name: null, id: ROOT },
      { name: 'Early hinge 523', id: NAMED }
    ])
    expect((await list('--table', ...fields)).out).to.equal(
      'NAME             ID\n                 01a1fcde-3637\nEarly hinge 523  01a1fcde-3abc\n'
    )
  })

  it('take the members of JSON by their names, with their values, and what only columns have', async () => {
    const [whole] = jsonLines((await list('--json')).out)
    const fields = ['--fields', 'id,createdAt,source,lastEventAt']
    const [chosen] = jsonLines((await list('--json', ...fields)).out)
    const { id, createdAt, source } = whole
    expect(Object.keys(chosen)).to.deep.equal(['id', 'createdAt', 'source', 'lastEventAt'])
    expect({ ...chosen, lastEventAt: null }).to.deep.equal({
      ...{ id, createdAt, source },
      lastEventAt: null
    })
    expect(chosen.lastEventAt).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const created = new Date(createdAt * 1000).toISOString().replace('.000Z', 'Z')
    expect((await list('--tsv', '--fields', 'createdAt')).out.split('\n')[0]).to.equal(created)
  })

  it('know a field by a shorter name and by its name with underscores', async () => {
    const whole = await list('--json', '--fields', 'updatedAt,lastEventAt')
    expect((await list('--json', '--fields', 'updated,last_event')).out).to.equal(whole.out)
    const { out } = await list('--table', '--fields', 'updatedAt,lastEventAt')
    expect(out.split('\n')[0]).to.match(/^UPDATED AT +LAST EVENT AT$/)
  })

  it('refuse a field that does not exist, and list those that do', async () => {
    for (const form of ['--json', '--csv', '--tsv', '--table']) {
      const { code, out, err } = await list(form, '--fields', 'id,colour')
      expect([code, form === '--json' ? jsonLines(out)[0].hint : err.split('\n')[1]]).to.deep.equal(
        [
          2,
          'the fields are id, createdAt, updatedAt, lastEventAt, source, modelProvider, branch, cwd, name, preview'
        ]
      )
    }
  })

  it('have a head where it is asked for, and none where it is not', async () => {
    const fields = ['--fields', 'name']
    expect((await list('--tsv', '--header', ...fields)).out).to.equal('name\n\nEarly hinge 523\n')
    expect((await list('--csv', '--no-header', ...fields)).out).to.equal('\r\nEarly hinge 523\r\n')
    expect((await list('--table', '--no-header', ...fields)).out).to.equal('\nEarly hinge 523\n')
  })

  it('are what a text of the person makes of them', async () => {
    const text = async (format: string) => {
      const { out, err } = await threads(['threads', '--sort', 'created_at', '--format', format], {
        nowMs: () => Date.parse('2026-11-21T08:49:44Z')
      })
      return out.split('\n')[3] ?? err
    }
    expect(await text('{id}')).to.equal(ROOT)
    expect(await text('{{{id|truncate:5}}} {created|ago}\\t{created|local}.')).to.equal(
      '{01a1…} 2 h ago\t2026-11-21 06:49.'
    )
    expect(await text('[{name|default:no name|pad:9}]')).to.equal('[no name  ]')
  })

  it('refuse a text that cannot be meant', async () => {
    const refusal = async (format: string) => {
      const { code, err } = await list('--format', format)
      return [code, ...err.split('\n').slice(0, 2)]
    }
    expect(await refusal('{constructor}')).to.deep.equal([
      2,
      'unroll: there is no field "constructor"',
      'the fields are id, createdAt, updatedAt, lastEventAt, source, modelProvider, branch, cwd, name, preview'
    ])
    expect(await refusal('{id|constructor}')).to.deep.equal([
      2,
      'unroll: there is no filter "constructor"',
      'the filters are truncate, pad, ago, local, size, default'
    ])
    expect(await refusal('{id|truncate:x}')).to.deep.equal([
      2,
      'unroll: the filter truncate needs a width',
      'write {id|truncate:40}'
    ])
    expect(await refusal('{id')).to.deep.equal([
      2,
      'unroll: "{" in the format has no partner',
      'write {{ for the sign'
    ])
  })

  it('go to a new file, whole, and never over one without --force', async () => {
    const path = join(folder, 'rows.csv')
    const first = await list('--csv', '--fields', 'id', '-o', path)
    expect(first).to.deep.equal({ code: 0, out: '', err: first.err })
    expect(readFileSync(path, 'utf8')).to.equal(`id\r\n${ROOT}\r\n${NAMED}\r\n`)
    const second = await list('--tsv', '--out', path)
    expect([second.code, second.err.split('\n')[0]]).to.deep.equal([
      2,
      `unroll: ${path} exists already`
    ])
    await list('--tsv', '--fields', 'id', '--out', path, '--force')
    expect(readFileSync(path, 'utf8')).to.equal(`${ROOT}\n${NAMED}\n`)
  })

  it('leave no file of a command that fails', async () => {
    const path = join(folder, 'none.jsonl')
    const { code, out } = await threads(['turns', 'nothing', '--json', '-o', path])
    expect([code, jsonLines(out)[0].$, existsSync(path)]).to.deep.equal([3, 'error', false])
    writeFileSync(path, 'mine')
    await threads(['turns', 'nothing', '-o', path, '--force'])
    expect(readFileSync(path, 'utf8')).to.equal('mine')
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).to.deep.equal([])
  })

  it('are JSON for a whole script with UNROLL_JSON=1', async () => {
    const env = { UNROLL_JSON: '1' }
    const { out } = await threads(['threads', '--limit', '1'], { env })
    expect(jsonLines(out)[0].id).to.equal(ROOT)
    expect(
      (await threads(['threads', '--limit', '1', '--tsv', '--fields', 'id'], { env })).out
    ).to.equal(`${ROOT}\n`)
  })

  it('continue at a cursor that is short and knows when it was cut', () => {
    const cursors = [
      `2026-11-21T06:49:47.648Z|${ROOT}`,
      `{"turnId":"${ROOT}","includeAnchor":false}`,
      `{"threadId":"${ROOT}","searchTerm":"schön 漢字","nextTurnIndex":0,"nextItemIndex":2}`,
      'anything at all 9999-99-99T99:99:99.999Z'
    ]
    for (const cursor of cursors)
      expect(wholeCursor(shortCursor(cursor))).to.deep.equal(E.right(cursor))
    const [first = '', second = ''] = cursors.map(shortCursor)
    expect([first.length, second.length]).to.deep.equal([36, 29])
    for (const part of [
      second.slice(0, -2),
      second.slice(1),
      'c',
      '',
      `${second.slice(0, 9)}x${second.slice(10)}`
    ])
      expect(E.isLeft(wholeCursor(part)), part).to.equal(true)
  })
})
