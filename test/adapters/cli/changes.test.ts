// The commands that add events to a thread, as a person types them, and taking back what they did.
import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { homeFiles } from '../../support/home-state.ts'
import { inHome, jsonLines } from './console.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const HIDE_ALL = 'Hide all 3 turns of "Spare queue 603"'
const TURNS = [
  '01a1fcdb-4284-7d22-8532-e46d1ea470d1',
  '01a1fcdb-4301-7461-8875-32292a5945fa',
  '01a1fcdb-43e6-7690-98ad-721ca780c99c'
]

describe('command line: changing a thread', () => {
  let home: string
  const unroll = inHome(() => home)
  beforeEach(() => {
    home = copyHome('basic-142')
  })
  afterEach(() => removeFolder(home))

  /** How a change is taken back, as it is printed. */
  const undoLine = (): string => `undo: unroll undo --home ${home} --index memory\n`

  const turnIds = async (thread = PLAIN): Promise<ReadonlyArray<unknown>> => {
    const { out } = await unroll(['turns', thread, '--asc', '--view', 'notLoaded', '--json'])
    return jsonLines(out).flatMap(({ id }) => (id === undefined ? [] : [id]))
  }

  it('rolls turns back, says the new revision, and brings them back', async () => {
    expect(await unroll(['rollback', PLAIN, '--turns', '2'])).to.deep.equal({
      code: 0,
      out: 'revision 31\n',
      err: `Hid 2 turns of "Spare queue 603".\n${undoLine()}`
    })
    expect(await turnIds()).to.deep.equal(TURNS.slice(0, 1))
    expect(await unroll(['unrollback', PLAIN, '--quiet'])).to.include({ code: 0, err: '' })
    expect(await turnIds()).to.deep.equal(TURNS)
    expect(await unroll(['unrollback', PLAIN])).to.deep.equal({
      code: 6,
      out: '',
      err: `unroll: nothing was rolled back since the last turn\nsee the turns with "unroll turns ${PLAIN}"\n`
    })
  })

  it('prints the lines of a rollback without writing them, when asked to', async () => {
    const before = homeFiles(home)
    const { code, out } = await unroll(['rollback', PLAIN, '--dry-run'])
    expect(code).to.equal(0)
    expect(jsonLines(out).map(({ payload }) => payload)).to.deep.equal([
      {
        type: 'token_count',
        info: {
          total_token_usage: {
            input_tokens: 8380,
            cached_input_tokens: 361,
            output_tokens: 428,
            reasoning_output_tokens: 46,
            total_tokens: 8808
          },
          last_token_usage: {
            input_tokens: 0,
            cached_input_tokens: 0,
            output_tokens: 0,
            reasoning_output_tokens: 0,
            total_tokens: 412
          },
          model_context_window: 95000
        },
        rate_limits: null
      },
      { type: 'thread_rolled_back', num_turns: 1 }
    ])
    expect(homeFiles(home)).to.deep.equal(before)
  })

  it('hides many turns only after a question, and says how to bring them back', async () => {
    const before = homeFiles(home)
    const argv = ['rollback', PLAIN, '--turns', '999']
    const piped = await unroll(argv)
    const declined = await unroll(argv, { tty: true, answer: '' })
    expect([piped.code, piped.err]).to.deep.equal([
      9,
      `unroll: not confirmed: ${HIDE_ALL}?\nadd --yes to confirm it\n`
    ])
    expect([declined.code, declined.out, declined.err]).to.deep.equal([
      9,
      '',
      `${HIDE_ALL}? [y/N] \nunroll: not confirmed; nothing was changed\n`
    ])
    expect(homeFiles(home)).to.deep.equal(before)
    const agreed = await unroll(argv, { tty: true, answer: 'y' })
    expect(agreed).to.deep.equal({
      code: 0,
      out: '',
      err: `${HIDE_ALL}? [y/N] y\n${HIDE_ALL.replace('Hide', 'Hid')}.\n${undoLine()}`
    })
    expect(await unroll(['undo', '--quiet'])).to.include({ code: 0, err: '' })
    expect(await unroll([...argv, '--yes', '--quiet'])).to.include({ code: 0, err: '' })
  })

  it('refuses a rollback at another revision, and writes nothing', async () => {
    const before = homeFiles(home)
    const refused = await unroll(['rollback', PLAIN, '--expected-revision', '3'])
    expect(refused).to.deep.equal({
      code: 7,
      out: '',
      err: `unroll: thread ${PLAIN} is at revision 29, not at 3\nread the thread again, then retry with its current revision\n`
    })
    const rollouts = (files: ReturnType<typeof homeFiles>) =>
      Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith('.unroll')))
    expect(rollouts(homeFiles(home))).to.deep.equal(rollouts(before))
  })

  it('logs a rollback with who did it, and undoes it, and undoes the undoing', async () => {
    await unroll(['rollback', PLAIN])
    const [operation] = jsonLines((await unroll(['log', '--json'])).out)
    expect(operation.began).to.deep.include({
      operation: 'rollback',
      threadIds: [PLAIN],
      arguments: { threadId: PLAIN, turns: 1 },
      before: { revision: 29, segment: 0, offset: operation.began.before.offset }
    })
    expect(operation.began.by.actor).to.equal('cli')
    expect(operation.ended.after.revision).to.equal(31)
    const undone = await unroll(['undo'])
    expect(undone.out).to.equal(`undid rollback ${operation.began.id} by unrollback\n`)
    expect(await turnIds()).to.deep.equal(TURNS)
    const [undoing] = jsonLines((await unroll(['log', '--json'])).out)
    await unroll(['undo', undoing.began.id])
    expect(await turnIds()).to.deep.equal(TURNS.slice(0, 2))
  })

  it('will not undo what came before something else', async () => {
    await unroll(['rollback', PLAIN])
    const [operation] = jsonLines((await unroll(['log', '--json'])).out)
    await unroll(['review', 'start', PLAIN])
    const { code, err } = await unroll(['undo', operation.began.id])
    expect(code).to.equal(7)
    expect(err).to.match(/is at revision 35, not at 31\n/)
  })

  it('sets a review up in a fork, and takes what the reviewer said', async () => {
    const started = await unroll(['review', 'start', PLAIN, '--base', 'main', '--detached'])
    const [thread = '', what = ''] = started.out.split('\n')
    expect(what).to.match(/^review of changes against 'main', turn [0-9a-f-]{36}$/)
    const answer = {
      findings: [
        {
          title: '[P1] A leak',
          body: 'It is never closed.',
          confidence_score: 0.5,
          priority: 1,
          code_location: {
            absolute_file_path: '/work/a.ts',
            line_range: { start: 1, end: 2 }
          }
        }
      ],
      overall_correctness: 'patch is incorrect',
      overall_explanation: 'One thing to mend.',
      overall_confidence_score: 0.75
    }
    const done = await unroll(['review', 'complete', thread], { input: JSON.stringify(answer) })
    expect([done.code, done.err]).to.deep.equal([
      0,
      'Recorded the review of "Can you stack the second queue near the…".\n'
    ])
    const shown = JSON.parse((await unroll(['show', thread, '--json', '--limit', '2'])).out)
    expect(
      shown.turns.map((turn: { items: ReadonlyArray<{ type: string }> }) =>
        turn.items.map(({ type }) => type)
      )
    ).to.deep.equal([
      ['enteredReviewMode'],
      ['userMessage', 'userMessage', 'exitedReviewMode', 'agentMessage']
    ])
    const [, reviewed] = shown.turns
    expect(reviewed.items[3].text).to.equal(
      'One thing to mend.\n\nReview comment:\n\n- [P1] A leak — /work/a.ts:1-2\n  It is never closed.'
    )
    expect(await turnIds()).to.deep.equal(TURNS)
    expect(await unroll(['review', 'complete', thread, '--failed'])).to.deep.equal({
      code: 6,
      out: '',
      err: `unroll: no review is open in this thread\nstart one with "unroll review start ${thread}"\n`
    })
  })
})
