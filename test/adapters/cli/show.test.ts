// What `unroll show` prints: whole screens over recorded homes at several widths, hostile outputs, names of turns, and what
// a pipe gets. Expected screens are written by hand from what the recorded rollouts hold.
import { expect } from 'chai'
import fc from 'fast-check'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { widthOf } from '../../../adapters/cli/text/text.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { inHome, jsonLines } from './console.ts'

const TOOLS = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
const FORK1 = '01a1fcde-3abc-7921-ae69-8e353aa02221'

const ESCAPE = /\u001b\[\d*m/g

/** What a terminal of a width shows, without trailing line end. */
const rowsOf = (out: string): ReadonlyArray<string> =>
  out.replace(ESCAPE, '').replace(/\n$/, '').split('\n')

const widest = (out: string): number => Math.max(...rowsOf(out).map(widthOf))

describe('unroll show: screens', () => {
  let tools = ''
  let forks = ''
  const show = inHome(() => tools)
  before(() => {
    tools = copyHome('tools-142')
    forks = copyHome('fork-rollback-142')
  })
  after(() => [tools, forks].forEach(removeFolder))

  const onTerminal = async (columns: number, ...argv: ReadonlyArray<string>) =>
    (await show(['show', TOOLS, ...argv], { tty: true, columns, env: { NO_COLOR: '1' } })).out

  it('prints a command with its exit code, duration and output', async () => {
    expect(rowsOf(await onTerminal(80, '--turn', '2'))).to.deep.equal([
      'Turn 2 · 2026-11-21 06:47 UTC · 172 ms · 5,270 tokens · 01a1fcdc-373a',
      '  you    Can you trim the rusty window with care?',
      '  $ cat missing-queue; exit 4                                      exit 4 · 0 ms',
      '    cat: missing-queue: No such file or directory',
      '  codex  Count the rusty wrench in the shed. Stack the spare lantern near the',
      '         fence. Paint the blue hinge twice a week.'
    ])
  })

  it('drops facts of a head and wraps words before a row wraps', async () => {
    expect(rowsOf(await onTerminal(40, '--turn', '2'))).to.deep.equal([
      'Turn 2 · 2026-11-21 06:47 UTC · 172 ms',
      '  you    Can you trim the rusty window',
      '         with care?',
      '  $ cat missing-queue; exit 4',
      '    exit 4 · 0 ms',
      '    cat: missing-queue: No such file or…',
      '  codex  Count the rusty wrench in the',
      '         shed. Stack the spare lantern',
      '         near the fence. Paint the blue',
      '         hinge twice a week.'
    ])
  })

  it('prints patches with what they add and delete', async () => {
    expect(rowsOf(await onTerminal(60, '--turn', '10', '--only', 'diffs'))).to.deep.equal([
      'Turn 10 · 2026-11-21 06:47 UTC · 456 ms · 14,117 tokens',
      '  ± gearbox-40.txt                                  new · +2',
      '    +Connect the early parser after the rain.',
      '    +Measure the early garden in the shed.',
      '  ± gearbox-40.txt                                   +1 · −1',
      '    @@ -1,2 +1,2 @@',
      '     Connect the early parser after the rain.',
      '    -Measure the early garden in the shed.',
      '    +Stack the second sensor under the bench.',
      '  ± gearbox-40.txt → x-robot-55.txt                  +1 · −1',
      '    @@ -1,2 +1,2 @@',
      '    -Connect the early parser after the rain.',
      '    +Measure the early garden in the shed.',
      '     Stack the second sensor under the bench.',
      '  ± sub/gearbox-40.txt                              new · +1',
      '    +Stack the second sensor under the bench.',
      '  ± x-robot-55.txt                              deleted · −2',
      '    -Measure the early garden in the shed.',
      '    -Stack the second sensor under the bench.'
    ])
  })

  it('cuts an output after ten lines, says how many are left, and gives the item whole', async () => {
    const turn = rowsOf(await onTerminal(80, '--turn', '9', '--only', 'tools'))
    expect(turn.slice(2, 12)).to.deep.equal(Array.from({ length: 10 }, (_, i) => `    ${i + 1}`))
    const [, more, id = ''] = /… (\d+) more lines  \(--item (\S+)\)/.exec(turn[12] ?? '') ?? []
    const item = rowsOf(await onTerminal(80, '--item', id))
    expect(item).to.have.length(1 + 10 + Number(more))
    expect(item.at(-1)).to.equal('    4921')
    expect(rowsOf(await onTerminal(80, '--turn', '9', '--only', 'tools', '--full'))).to.deep.equal([
      turn[0],
      ...item
    ])
  })

  it('shows only messages, and reasoning where it is asked for', async () => {
    const speakers = async (...argv: ReadonlyArray<string>) =>
      rowsOf(await onTerminal(200, '--turn', '1', ...argv))
        .slice(1)
        .map((row) => row.trim().split(' ')[0])
    expect(await speakers('--only', 'messages')).to.deep.equal(['you', 'codex'])
    expect(await speakers('--only', 'messages', '--reasoning')).to.include('think')
  })

  it('says how many turns, rolled-back turns and tokens a thread has', async () => {
    const second = async (home: string, id: string) =>
      rowsOf((await inHome(() => home)(['show', id], { tty: true })).out)[1]
    expect(await second(tools, TOOLS)).to.equal('16 turns, 77 k tokens')
    expect(await second(forks, FORK1)).to.equal('4 turns, 3 rolled back, 7,462 tokens')
  })

  it('fits every width, for every thread of several homes', async () => {
    for (const name of ['plugin-142', 'review-142', 'agents-169']) {
      const home = copyHome(name)
      const run = inHome(() => home)
      const { out } = await run(['threads', '--all', '--json', '--limit', '3'])
      const ids = jsonLines(out).flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
      for (const id of ids)
        for (const columns of [60, 100]) {
          const argv = ['show', id, '--all', '--reasoning']
          const shown = rowsOf((await run(argv, { tty: true, columns })).out)
          // The facts of the thread hold a path, which is never broken.
          const turns = shown.slice(shown.findIndex((row) => row === ''))
          expect(turns.filter((row) => widthOf(row) > columns)).to.deep.equal([])
        }
      removeFolder(home)
    }
  })

  it('gives a pipe every turn, whole and unwrapped, and without colours', async () => {
    const { out } = await show(['show', TOOLS])
    expect(out).not.to.contain('\u001b')
    expect(rowsOf(out).filter((row) => row.startsWith('Turn '))).to.have.length(16)
    expect(rowsOf(out)).to.include('    4921')
    expect(widest(out)).to.be.greaterThan(100)
    const wrapped = (await show(['show', TOOLS, '--turn', '2', '--wrap', '40'])).out
    expect(widest(wrapped)).to.be.at.most(40)
  })

  it('names turns by number, from the end, by prefix and by id', async () => {
    const head = async (name: string) => rowsOf(await onTerminal(80, `--turn=${name}`))[0]
    const last = await head('16')
    expect(last).to.match(/^Turn 16 /)
    for (const name of ['#16', '-1', '01a1fcdc-4821', '01A1FCDC-48'])
      expect(await head(name)).to.equal(last)
    expect(await head('-16')).to.match(/^Turn 1 /)
  })

  it('refuses names that no turn has, or several', async () => {
    const refused = async (name: string) => {
      const { code, err } = await show(['show', TOOLS, `--turn=${name}`])
      return [code, err.split('\n')[0]]
    }
    for (const name of ['17', '#17', '-17', '#0', 'zzz', '#'])
      expect(await refused(name)).to.deep.equal([3, `unroll: no turn ${name} in thread ${TOOLS}`])
    const [code, err] = await refused('01a1fcdc-3')
    expect([code, String(err).slice(0, 58)]).to.deep.equal([
      2,
      'unroll: "01a1fcdc-3" names 11 turns: #1 01a1fcdc-364e-7163'
    ])
    const item = await show(['show', TOOLS, '--item', 'nothing'])
    expect([item.code, item.err.split('\n')[0]]).to.deep.equal([
      3,
      `unroll: no item nothing in thread ${TOOLS}`
    ])
  })

  it('gives one turn and one item as JSON', async () => {
    const [thread] = jsonLines((await show(['show', TOOLS, '--turn', '2', '--json'])).out)
    expect(thread.turns).to.have.length(1)
    const { id } = thread.turns[0].items[1]
    const [found] = jsonLines((await show(['show', TOOLS, '--item', id, '--json'])).out)
    expect(found).to.deep.equal({ turnId: thread.turns[0].id, item: thread.turns[0].items[1] })
  })

  it('shows rolled-back turns where they were, marked', async () => {
    const { out } = await inHome(() => forks)(['show', FORK1, '--rolled-back'])
    const heads = rowsOf(out).filter((row) => /^(Turn|Rolled)/.test(row))
    expect(heads.map((row) => row.split(' · ')[0])).to.deep.equal([
      ...['Turn 1', 'Turn 2', 'Turn 3'],
      ...['Rolled-back turn', 'Rolled-back turn', 'Rolled-back turn'],
      'Turn 4'
    ])
    // The ids that the event of the rollback hid, by the audit trail.
    expect(heads.slice(3, 6).map((row) => row.split(' · ').at(-1)?.slice(0, 13))).to.deep.equal([
      '01a1fcde-39d6',
      '01a1fcde-3a27',
      '01a1fcde-3b9d'
    ])
  })

  it('shows turns that a revert left behind', async () => {
    const home = copyHome('fork-rollback-169')
    const id = '01a1fd07-348f-7b10-a44e-b6acb19dda3e'
    const { code, out } = await inHome(() => home)(['show', id, '--rolled-back'])
    removeFolder(home)
    expect(code).to.equal(0)
    expect(rowsOf(out)[1]).to.match(/^\d+ turns, 3 reverts, /)
    expect(rowsOf(out).filter((row) => row.startsWith('Rolled-back turn'))).not.to.deep.equal([])
  })
})

describe('unroll show: hostile and odd texts', () => {
  let home = ''
  const ID = '01a1fcf1-ffff-7000-8000-000000000002'
  const show = inHome(() => home)

  const thread = (said: string, answered: string): void => {
    home = temporaryFolder()
    const folder = join(home, 'sessions/2026/11/21')
    mkdirSync(folder, { recursive: true })
    const line = (type: string, payload: object) =>
      `${JSON.stringify({ timestamp: '2026-11-21T07:00:00.000Z', type, payload })}\n`
    writeFileSync(
      join(folder, `rollout-2026-11-21T07-00-00-${ID}.jsonl`),
      line('session_meta', {
        id: ID,
        timestamp: '2026-11-21T07:00:00.000Z',
        cwd: '/tmp',
        originator: 'x',
        cli_version: '0.142.5',
        source: 'cli',
        model_provider: 'mock'
      }) +
        line('event_msg', { type: 'task_started', turn_id: 't1', model_context_window: null }) +
        line('event_msg', { type: 'user_message', message: said }) +
        line('event_msg', { type: 'agent_message', message: answered })
    )
  }
  afterEach(() => removeFolder(home))

  it('renders Markdown, unless it is asked not to', async () => {
    const text = [
      '# Plan',
      'Some **bold** and *soft* words, `code` and a [link](https://a.example/x).',
      '- one that is long enough to be wrapped at forty columns',
      '  1. two',
      '> said',
      '| a | b |',
      '|---|---|',
      '| 1 | 22 |',
      '```sh',
      'rm -rf **/x',
      '```',
      'snake_case_name 2 * 3 * 4'
    ].join('\n')
    thread('hi', text)
    const rows = rowsOf(
      (await show(['show', ID], { tty: true, columns: 49, env: { NO_COLOR: '1' } })).out
    )
    expect(rows.slice(rows.findIndex((row) => row.startsWith('  codex')))).to.deep.equal([
      '  codex  Plan',
      '         Some bold and soft words, `code` and a',
      '         link (https://a.example/x).',
      '         • one that is long enough to be wrapped',
      '           at forty columns',
      '           1. two',
      '         │ said',
      '         a  b',
      '         1  22',
      '         │ rm -rf **/x',
      '         snake_case_name 2 * 3 * 4'
    ])
    const plain = rowsOf((await show(['show', ID, '--plain'], { tty: true, columns: 200 })).out)
    for (const line of text.split('\n').slice(1)) expect(plain).to.include(`         ${line}`)
  })

  it('fits wide characters and lets nothing through to the terminal', async () => {
    const said = `${'漢字仮名'.repeat(20)} שלום עולם ${'\u202e'}🌱🪴 ${'x'.repeat(90)}`
    thread(said, 'a\u001b]0;owned\u0007 **b\u001b[2J** `c\u009b1m` | d |\n|---|')
    for (const columns of [40, 60, 80]) {
      const argv = ['show', ID, '--color', 'never', '--turn', '1']
      const { out } = await show(argv, { tty: true, columns })
      expect(out).to.match(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e]+$/)
      expect(widest(out)).to.be.at.most(columns)
    }
  })

  it('keeps any text in its width, every visible word of it, and never throws', async () => {
    const { markdownLines, plainLines } = await import('../../../adapters/cli/text/markdown.ts')
    const { lineWidth } = await import('../../../adapters/cli/text/styled.ts')
    const pieces = fc.constantFrom(
      ...['*', '**', '_', '`', '```', '~~~', '|', '|-|', '- ', '> ', '# ', '[a](b)', '\\', '\n'],
      ...[' ', 'word', '漢', '🌱', '\u001b[31m', '1. ', '---', 'x'.repeat(30)]
    )
    const text = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, fc.integer({ min: 20, max: 80 }), (some, width) => {
        for (const line of [...markdownLines(some, width, true), ...plainLines(some, width)])
          expect(lineWidth(line)).to.be.at.most(width)
        const words = (value: string) => (value.match(/word/g) ?? []).length
        const shown = markdownLines(some, Infinity, true)
        const said = shown.map((line) => line.map((part) => part.text).join('')).join('\n')
        // What opens a code block names its language, and is the only line that is left out.
        if (!/```|~~~/.test(some)) expect(words(said)).to.equal(words(some))
      }),
      // As many characters as columns, one of them two columns wide.
      { examples: [['\u001b[31m*漢|-|word*****', 22]] }
    )
  })

  it('takes marks without end and huge diffs in one pass', async () => {
    const { markdownLines } = await import('../../../adapters/cli/text/markdown.ts')
    const { changedLines, diffLines } = await import('../../../adapters/cli/text/diff-text.ts')
    for (const mark of ['*a ', '`', '[', '_', '> ', '| ', '\\', ' '])
      expect(markdownLines(mark.repeat(100_000), 80, true)).not.to.deep.equal([])
    const diff = `@@ -1 +1 @@\n${'+new\n-old\n'.repeat(500_000)}`
    const change = { path: 'a', kind: { type: 'update', move_path: null }, diff } as const
    expect(changedLines(change)).to.deep.equal({ added: 500_000, deleted: 500_000 })
    const { shown, more } = diffLines(change, 10)
    expect([shown.length, more]).to.deep.equal([10, 999_991])
  })
})
