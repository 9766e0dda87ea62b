// `check --secrets`: which kinds of secrets stand in which threads, and never which.
import { expect } from 'chai'
import { meta, turn } from '../../support/checked.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { emptyHome, rolloutPath, THREAD, writeRollout } from '../../support/rollouts.ts'
import { filled } from '../../support/secrets.ts'
import { unroll } from './console.ts'

const GITHUB = filled('ghp_{a36}')
const AWS = filled('AKIA{u16}')
const PASSWORD = filled('{a14}')

const printed = (text: string): string =>
  `${JSON.stringify({
    timestamp: '2026-05-01T10:00:03.000Z',
    type: 'response_item',
    payload: { type: 'function_call_output', call_id: 'c', output: text }
  })}\n`

describe('command line: check --secrets', () => {
  let home = ''
  beforeEach(() => (home = emptyHome()))
  afterEach(() => removeFolder(home))
  const run = (...words: ReadonlyArray<string>) =>
    unroll(['check', '--secrets', ...words, '--home', home, '--index', 'memory'])

  it('counts different secrets and their lines by thread and kind, in damaged lines too', async () => {
    const lines = [
      printed(`token ${GITHUB}\nid ${AWS}`),
      printed(`again ${GITHUB}`),
      printed(`export DB_PASSWORD=${PASSWORD}`),
      `{"broken": "${AWS}\n`
    ]
    writeRollout(rolloutPath(home, THREAD), meta() + turn('t1') + lines.join(''))
    const { code, out, err } = await run('--json', '--total')
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const [first, second, third, total] = rows
    expect(code).to.equal(1)
    expect([first, second, third]).to.deep.equal([
      { threadId: THREAD, secretKind: 'aws-key-id', secrets: 1, lines: 2 },
      { threadId: THREAD, secretKind: 'environment-secret', secrets: 1, lines: 1 },
      { threadId: THREAD, secretKind: 'github-token', secrets: 1, lines: 2 }
    ])
    expect({ ...total, bytes: null }).to.deep.equal({
      ...{ $: 'total', rollouts: 1, bytes: null, threads: 1, unread: 0 }
    })
    for (const secret of [GITHUB, AWS, PASSWORD]) expect(out + err).not.to.contain(secret)
    expect((await run('--exit-zero')).code).to.equal(0)
    expect((await run(THREAD)).out).to.equal(
      `${THREAD}\taws-key-id\t1\t2\n${THREAD}\tenvironment-secret\t1\t1\n${THREAD}\tgithub-token\t1\t2\n`
    )
  })

  it('ends with 0 where no secret is known, and says what it looked through', async () => {
    removeFolder(home)
    home = copyHome('tools-142')
    const { code, out, err } = await run()
    expect([code, out]).to.deep.equal([0, ''])
    expect(err).to.match(
      /looked through \d+ rollouts? \(.+\): no secret was found; pictures are not/
    )
  })

  it('sums up nothing when it is interrupted', async () => {
    writeRollout(rolloutPath(home, THREAD), meta() + turn('t1') + printed(GITHUB))
    const stop = AbortSignal.abort(130)
    const done = await unroll(['check', '--secrets', '--home', home, '--index', 'memory'], { stop })
    expect(done).to.deep.equal({ code: 130, out: '', err: '' })
  })

  it('refuses options that are about other findings', async () => {
    const { code, err } = await run('--deep')
    expect(code).to.equal(2)
    expect(err).to.contain('--deep has no meaning with --secrets')
  })
})
