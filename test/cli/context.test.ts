import { expect } from 'chai'
import { copyHome, removeFolder } from '../support/fixture-home.ts'
import { right, withEngine } from '../support/engines.ts'
import { inHome } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const UNKNOWN = '00000000-0000-7000-8000-000000000000'

let home = ''
const unroll = inHome(() => home)

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
      `tokens    ${context.tokenUsage?.info.last_token_usage.total_tokens} in the last answer, ${context.tokenUsage?.info.total_token_usage.total_tokens} in all`,
      'model     lab-a',
      'cwd       /workspace/demo',
      'approval  never',
      'sandbox   danger-full-access'
    ])
    const [head, ...rows] = items.trimEnd().split('\n')
    expect(head).to.match(/^KIND +BYTES +TOKENS +TEXT$/)
    expect(rows.map((row) => row.split(' ')[0])).to.deep.equal(
      context.items.map(({ type, role }) => (type === 'message' ? role : type))
    )
  })

  it('prints one JSON object, at an earlier point too', async () => {
    const asked = await unroll(['context', ROOT, '--at', '8', '--json'])
    const context = await withEngine({ home }, (engine) =>
      right(engine.context(ROOT, { revision: 8 }))
    )
    expect(JSON.parse(asked.out)).to.deep.equal(context)
    expect(context.items.length).to.be.greaterThan(0)
  })

  it('takes the id of a turn', async () => {
    const { data } = await withEngine({ home }, (engine) => right(engine.listTurns(ROOT, {})))
    const turnId = data[data.length - 1]?.id ?? ''
    const asked = await unroll(['context', ROOT, '--at', turnId, '--json'])
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
