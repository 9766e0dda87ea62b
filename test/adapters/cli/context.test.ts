import { expect } from 'chai'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { modelInput } from '../../../adapters/library.ts'
import type { JsonObject } from '../../../domain/json.ts'
import {
  copyHome,
  FIXTURES,
  readJson,
  removeFolder,
  temporaryFolder
} from '../../support/fixture-home.ts'
import { right, withEngine } from '../../support/engines.ts'
import { inHome } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const REVIEWED =
  'homes/review-130/home/sessions/2026/11/21/rollout-2026-11-21T07-08-56-01a1fcef-cc0f-7db0-b568-1cdebfb7c8d3.jsonl'
const UNKNOWN = '00000000-0000-7000-8000-000000000000'

let home = ''
const unroll = inHome(() => home)

/** Rollouts of which it was recorded what a real Codex told the model: an output that was kept as JSON, one that a kill left out. */
const SENT = [
  ['0.130.0', REVIEWED],
  ['0.130.0', 'context/rollouts/calls-missing-output.jsonl'],
  ['0.130.0', 'context/rollouts/calls-missing-custom-output.jsonl'],
  ['0.142.5', 'context/rollouts/calls-missing-output.jsonl'],
  ['0.142.5', 'context/rollouts/calls-orphan-output.jsonl']
] as const

describe('unroll context', () => {
  before(() => (home = copyHome('fork-rollback-142')))
  after(() => removeFolder(home))

  it('prints the settings that hold and one line for each item', async () => {
    const { code, out, err } = await unroll(['context', ROOT])
    const [facts = '', items = ''] = out.split('\n\n')
    expect({ code, err }).to.deep.equal({ code: 0, err: '' })
    const context = await withEngine({ home }, (engine) => right(engine.context(ROOT)))
    expect(facts.split('\n')).to.deep.equal([
      `context   ${context.items.length} items, about ${context.estimatedTokens} tokens`,
      'tokens    3,055 in the last answer, 24,008 in all',
      'model     lab-a',
      'cwd       /workspace/demo',
      'approval  never',
      'sandbox   danger-full-access'
    ])
    const [head, ...rows] = items.trimEnd().split('\n')
    expect(head).to.match(/^KIND +BYTES +TOKENS +TEXT$/)
    expect(rows.map((row) => row.split(' ')[0])).to.deep.equal(
      modelInput(context.items).map(({ type, role }) => (type === 'message' ? role : type))
    )
  })

  it('prints one JSON object, at an earlier point too', async () => {
    const asked = await unroll(['context', ROOT, '--at', '8', '--json', '--raw'])
    const context = await withEngine({ home }, (engine) =>
      right(engine.context(ROOT, { revision: 8 }))
    )
    expect(JSON.parse(asked.out)).to.deep.equal(context)
    expect(context.items.length).to.be.greaterThan(0)
  })

  for (const [version, path] of SENT)
    it(`(${version}, ${path.split('/').at(-1)}) prints the items as the real one sent them, and with --raw as they stand in the file`, async () => {
      const { threadId, sent } = (
        readJson(join(FIXTURES, 'context', `${version}.json`)) as Record<
          string,
          { readonly threadId: string; readonly sent: ReadonlyArray<JsonObject> }
        >
      )[path] ?? { threadId: '', sent: [] }
      const folder = temporaryFolder()
      const day = join(folder, 'sessions', '2026', '05', '01')
      mkdirSync(day, { recursive: true })
      copyFileSync(join(FIXTURES, path), join(day, `rollout-2026-05-01T10-00-00-${threadId}.jsonl`))
      const ask = async (...words: ReadonlyArray<string>): Promise<ReadonlyArray<JsonObject>> => {
        const era = ['--profile', version.slice(0, 5)]
        const { out } = await inHome(() => folder)([
          'context',
          threadId,
          '--json',
          ...era,
          ...words
        ])
        return (JSON.parse(out) as { readonly items: ReadonlyArray<JsonObject> }).items
      }
      expect(await ask()).to.deep.equal(sent)
      expect(await ask('--raw')).to.not.deep.equal(sent)
      removeFolder(folder)
    })

  it('takes the id of a turn', async () => {
    const { data } = await withEngine({ home }, (engine) => right(engine.listTurns(ROOT, {})))
    const turnId = data[data.length - 1]?.id ?? ''
    const asked = await unroll(['context', ROOT, '--at', turnId, '--json', '--raw'])
    const context = await withEngine({ home }, (engine) => right(engine.context(ROOT, { turnId })))
    expect(JSON.parse(asked.out)).to.deep.equal(context)
  })

  it('refuses a turn and a thread that are not there', async () => {
    const turn = await unroll(['context', ROOT, '--at', UNKNOWN])
    const thread = await unroll(['context', UNKNOWN])
    expect([turn.code, thread.code]).to.deep.equal([3, 3])
    expect(turn.err.split('\n')[0]).to.contain(UNKNOWN)
  })
})
