import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { CURSOR, projectDirectory } from '../../../domain/imports/cursor.ts'
import {
  lookUp,
  NO_LEDGER,
  printLedger,
  readLedger,
  withRecord
} from '../../../domain/imports/ledger.ts'
import { readLine } from '../../../domain/imports/line.ts'
import { CLAUDE } from '../../../domain/imports/claude.ts'
import { secondsOfText } from '../../../domain/imports/time.ts'

const record = {
  sourcePath: '/s',
  sha256: 'a',
  threadId: 't',
  importedAt: 2,
  modifiedAtNs: '1795440502726123456',
  title: 'T'
}

describe('ledger of imports', () => {
  it('is written as each Codex writes it', () => {
    const head =
      '      "source_path": "/s",\n      "content_sha256": "a",\n      "imported_thread_id": "t",\n      "imported_at": 2'
    const modified = ',\n      "source_modified_at": 1795440502726123456'
    expect(printLedger(withRecord(NO_LEDGER, record, '0.130'))).to.equal(
      `{\n  "records": [\n    {\n${head}\n    }\n  ]\n}`
    )
    expect(printLedger(withRecord(NO_LEDGER, record, '0.142'))).to.equal(
      `{\n  "records": [\n    {\n${head}${modified}\n    }\n  ]\n}`
    )
    expect(printLedger(withRecord(NO_LEDGER, record, '0.169'))).to.equal(
      `{\n  "records": [\n    {\n${head}${modified},\n      "connector_names": [],\n      "title": "T"\n    }\n  ],\n  "detected_connector_records": []\n}`
    )
  })

  it('says of a text that is none where it is wrong, in the words of Codex', () => {
    expect(readLedger('{no')).to.deep.equal(E.left('key must be a string at line 1 column 2'))
    expect(readLedger('')).to.deep.equal(E.left('EOF while parsing a value at line 1 column 0'))
    expect(E.isLeft(readLedger('[]'))).to.equal(true)
  })

  it('knows a file by its path and time, from before times were written by the time of the import', () => {
    const old = { ...record, modifiedAtNs: null }
    const at = (ledger: typeof NO_LEDGER, ns: string, era: '0.130' | '0.169') =>
      lookUp(ledger, '/s', ns, era).kind
    const ledger = withRecord(NO_LEDGER, record, '0.169')
    expect(at(ledger, record.modifiedAtNs, '0.169')).to.equal('imported')
    expect(at(ledger, '1795440502726123457', '0.169')).to.equal('unclear')
    expect(at(ledger, record.modifiedAtNs, '0.130')).to.equal('unclear')
    const older = withRecord(NO_LEDGER, old, '0.130')
    expect(at(older, '2000000000', '0.169')).to.equal('imported')
    expect(at(older, '2000000001', '0.169')).to.equal('unclear')
    expect(lookUp(ledger, '/other', '1', '0.169')).to.deep.equal({ kind: 'new' })
  })
})

describe('times of sessions', () => {
  it('are whole seconds of any zone, and none for what is no time', () => {
    const times = [
      ['1970-01-01T00:00:01.999Z', 1],
      ['1970-01-01T01:00:00+01:00', 0],
      ['1969-12-31t23:00:00-01:00', 0],
      ['2026-02-29T00:00:00Z', null],
      ['2026-01-01T24:00:00Z', null],
      ['2026-01-01T00:00:00', null],
      ['0001-01-01T00:00:00Z', -62135596800]
    ] as const
    expect(times.map(([text]) => secondsOfText(text))).to.deep.equal(times.map(([, at]) => at))
  })
})

describe('sessions of Cursor', () => {
  it('lie below agent-transcripts at any depth, but not below subagents', () => {
    const paths = [
      'p/agent-transcripts/a.jsonl',
      'p/agent-transcripts/x/y.jsonl',
      'p/a.jsonl',
      'p/agent-transcripts/subagents/a.jsonl'
    ]
    expect(paths.map(CURSOR.select)).to.deep.equal([true, true, false, false])
  })

  it('worked in the one directory that their project can stand for', () => {
    const there = new Set([
      '/home',
      '/home/me',
      '/home/me/my-app',
      '/srv',
      '/srv/a',
      '/srv/a/b',
      '/srv/a-b'
    ])
    const isDirectory = (path: string): boolean => there.has(path)
    expect(projectDirectory('home-me-my-app', isDirectory)).to.equal('/home/me/my-app')
    expect(projectDirectory('srv-a-b', isDirectory)).to.equal(null)
    expect(projectDirectory('nowhere', isDirectory)).to.equal(null)
  })

  it('say what is around a query, without its element', () => {
    const line =
      '{"role":"user","message":{"content":[{"type":"text","text":"<user_query>\\nwhy?\\n</user_query>"}]}}'
    expect(readLine(line, CURSOR, '0.169')?.message).to.deep.equal({
      role: 'user',
      text: 'why?',
      at: null
    })
  })
})

describe('lines of sessions', () => {
  it('say the same at a glance', () => {
    const lines = [
      '{"type":"user","cwd":"/w","message":{"content":"a"},"timestamp":"2026-01-01T00:00:00Z"}',
      '{"type":"user","message":{"content":"half \\ud800 of a pair"}}',
      '{"type":"assistant","message":{"content":[{"type":"text","text":"x"}],"usage":{"input_tokens":3,"cache_read_input_tokens":4,"output_tokens":5},"id":"m","model":"c"},"requestId":"r"}',
      'no line'
    ]
    for (const era of ['0.130', '0.142', '0.169'] as const)
      expect(lines.map((line) => readLine(line, CLAUDE, era, true))).to.deep.equal(
        lines.map((line) => readLine(line, CLAUDE, era))
      )
  })

  it('say what an answer cost, cached tokens included', () => {
    const line =
      '{"type":"assistant","message":{"content":"x","usage":{"input_tokens":3,"cache_creation_input_tokens":2,"cache_read_input_tokens":4,"output_tokens":5},"id":"m","model":"c"},"requestId":"r"}'
    expect(readLine(line, CLAUDE, '0.169')?.spending).to.deep.equal({
      ...{ key: 'm r', model: 'c', at: null, inputTokens: 9, cachedInputTokens: 4 },
      ...{ cacheWriteInputTokens: 2, outputTokens: 5 }
    })
  })
})
