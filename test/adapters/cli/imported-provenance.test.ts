// What an import keeps beside the thread: what the source says that it spent, and which bytes of it each turn was made of.
import { expect } from 'chai'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '../../../domain/digest.ts'
import { importUser, removeImportUser, type ImportUser } from '../../support/import-home.ts'
import { unroll, type Done } from './console.ts'

const rowsOf = ({ out }: Done): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)

/** Two days ago, so that days of sessions are not those of imports. */
const AT = `${new Date(Date.now() - 2 * 24 * 3600_000).toISOString().slice(0, 10)}T10:00:00.000Z`

const asked = (text: string): object => ({
  type: 'user',
  message: { role: 'user', content: text },
  timestamp: AT
})

const answered = (id: string | null, output: number, more: object = {}): object => ({
  type: 'assistant',
  message: {
    role: 'assistant',
    content: [{ type: 'text', text: `${id} ${output}` }],
    model: 'their-model',
    ...(id === null ? {} : { id }),
    usage: {
      input_tokens: 10,
      cache_creation_input_tokens: 20,
      cache_read_input_tokens: 300,
      output_tokens: output
    }
  },
  ...(id === null ? {} : { requestId: `request ${id}` }),
  timestamp: AT,
  ...more
})

describe('an imported thread', () => {
  let user: ImportUser
  const at = (...words: ReadonlyArray<string>): Promise<Done> =>
    unroll([...words, '--home', user.home, '--index', 'memory', '--utc'], {
      env: { HOME: user.userHome },
      nowMs: Date.now
    })
  const session = (name: string): string => join(user.sessions, 'one', `${name}.jsonl`)
  const said = (lines: ReadonlyArray<object>): string =>
    lines.map((line) => `${JSON.stringify({ ...line, cwd: user.root })}\n`).join('')
  const total = async (...words: ReadonlyArray<string>) => {
    const [row = {}] = rowsOf(await at('usage', 'total', '--json', ...words))
    return [row['inputTokens'], row['cachedInputTokens'], row['outputTokens'], row['rows']]
  }

  beforeEach(() => {
    user = importUser()
  })
  afterEach(() => removeImportUser(user))

  it('costs nothing, and with --imported what its source says: the last word about an answer', async () => {
    writeFileSync(
      session('spent'),
      said([
        asked('one'),
        answered('a', 5),
        answered('a', 50),
        answered('b', 7, { isSidechain: true }),
        asked('two'),
        answered(null, 1),
        answered(null, 2)
      ])
    )
    await at('import', 'spent')
    expect(await total()).to.deep.equal([0, 0, 0, 0])
    expect(await total('--imported')).to.deep.equal([4 * 330, 4 * 300, 60, 4])
    const days = rowsOf(await at('usage', 'daily', '--imported', '--json'))
    expect(days.map(({ key }) => key)).to.deep.equal([AT.slice(0, 10)])
    const spends = rowsOf(await at('usage', 'thread', '--imported', '--explain', '--json'))
    const [first] = spends
    expect(first).to.include({
      ...{ kind: 'imported', rule: 'source', certainty: 'recorded', model: 'their-model' },
      ...{ turnId: 'external-import-turn-1', path: session('spent'), provider: null },
      ...{ cacheWriteInputTokens: 20, occurredAtMs: Date.parse(AT), rolledBack: false }
    })
    const text = readFileSync(session('spent'), 'utf8')
    const { offsetBytes = 0 } = first?.['place'] as { readonly offsetBytes?: number }
    expect(JSON.parse(text.slice(offsetBytes).split('\n', 1)[0] ?? '')).to.nested.include({
      'message.usage.output_tokens': 50
    })
    expect(spends.map(({ turnId }) => turnId)).to.deep.equal([
      'external-import-turn-1',
      'external-import-turn-1',
      'external-import-turn-2',
      'external-import-turn-2'
    ])
  })

  it('counts an answer once where sessions repeat it, and what is said since', async () => {
    writeFileSync(session('alpha'), said([asked('one'), answered('a', 5)]))
    await at('import', 'alpha')
    writeFileSync(
      session('beta'),
      said([asked('one'), answered('a', 5), asked('two'), answered('b', 6)])
    )
    await at('import', 'beta')
    expect(await total('--imported')).to.deep.equal([660, 600, 11, 2])
    appendFileSync(session('alpha'), said([asked('three'), answered('c', 7)]))
    await at('import', 'alpha')
    expect(await total('--imported')).to.deep.equal([990, 900, 18, 3])
  })

  it('says in the audit trail from where it is, and which bytes became which turn', async () => {
    const lines = [
      { type: 'summary', summary: 'before' },
      asked('ä first'),
      answered('a', 5),
      asked('a second'),
      asked('a third'),
      answered('b', 6)
    ]
    writeFileSync(session('told'), said(lines))
    await at('import', 'told')
    const trail = rowsOf(await at('audit', '--json'))
    const row = trail.find(({ action }) => action === 'imported')
    const { sourceTurns, ...after } = row?.['after'] as {
      readonly sourceTurns: ReadonlyArray<{
        readonly turnId: string
        readonly offsetBytes: number
        readonly bytes: number
      }>
    }
    const bytes = readFileSync(session('told'))
    expect(after).to.deep.equal({
      turns: 3,
      source: 'claude',
      sourcePath: session('told'),
      sourceSha256: sha256Hex(bytes.toString('utf8'))
    })
    const parts = sourceTurns.map(({ offsetBytes, bytes: size }) =>
      bytes.subarray(offsetBytes, offsetBytes + size).toString('utf8')
    )
    expect(parts).to.deep.equal([
      said(lines.slice(1, 3)),
      said(lines.slice(3, 4)),
      said(lines.slice(4))
    ])
    expect(sourceTurns.map(({ turnId }) => turnId)).to.deep.equal([
      'external-import-turn-1',
      'external-import-turn-2',
      'external-import-turn-3'
    ])
  })
})
