import { expect } from 'chai'
import { copyHome, placed, removeFolder } from '../../support/fixture-home.ts'
import { shortCursor } from '../../../adapters/cli/text/cursor.ts'
import { asCodex, fromLog, golden, inHome, jsonLines, withCodexCursors } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const FORK1 = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const FORK2 = '01a1fcde-3cb0-7011-8079-af112c16e46e'
const ARCHIVED = '01a1fcde-3e53-7060-9794-586e2c2f2af6'
const NO_TURNS = '01a1fcde-3f39-74b1-80dd-83941c9e01f1'
const LABEL =
  'Can you label the rusty gearbox after the rain? Also count the slow trellis under the bench.'

const MANY = '01a1fce1-94e7-7b12-8140-5aed1daa4a20'
const TOOLS = '01a1fcdc-359a-7731-ae44-e79fba9fff78'

/** Homes the tests of this file read; copied once. */
const homes = new Map<string, string>()
const homeOf = (name: string): string => homes.get(name) ?? ''
const forks = inHome(() => homeOf('fork-rollback-142'))
const pages = inHome(() => homeOf('pages-142'))
const tools = inHome(() => homeOf('tools-142'))
const agents = inHome(() => homeOf('agents-142'))

const withHomes = (...names: ReadonlyArray<string>): void => {
  before(() => names.forEach((name) => homes.set(name, copyHome(name))))
  after(() => names.forEach((name) => removeFolder(homeOf(name))))
}

const ids = (out: string): ReadonlyArray<string> =>
  jsonLines(out)
    .slice(0, -1)
    .map(({ id }) => id)

/** Follows `nextCursor` from the first page to the last. */
const walk = async (
  run: typeof forks,
  argv: ReadonlyArray<string>
): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const found: Array<ReadonlyArray<string>> = []
  let cursor: string | null = null
  do {
    const at: ReadonlyArray<string> = cursor === null ? [] : ['--cursor', cursor]
    const { out } = await run([...argv, '--json', '--page-line', ...at])
    found.push(ids(out))
    cursor = jsonLines(out).at(-1).nextCursor
  } while (cursor !== null)
  return found
}

describe('unroll threads', () => {
  withHomes('fork-rollback-142', 'pages-142', 'agents-142', 'basic-169')

  it('prints a table on a terminal, newest event first, and what to type next', async () => {
    const { code, out, err } = await forks(['threads'], { tty: true, env: { NO_COLOR: '1' } })
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.equal(
      [
        'ID             LAST EVENT (UTC)  DIRECTORY        SOURCE  THREAD',
        '01a1fcde-3637  2026-11-21 06:49  /workspace/demo  vscode  Can you label the rusty gearbox after the…',
        '01a1fcde-3cb0  2026-11-21 06:49  /workspace/repo  vscode  Can you label the rusty gearbox after the…',
        '01a1fcde-3f39  2026-11-21 06:49  /workspace/demo  vscode  Can you label the rusty gearbox after the…',
        '01a1fcde-3abc  2026-11-21 06:49  /workspace/demo  vscode  Early hinge 523',
        '',
        `next: unroll show 01a1fcde-3637 --home ${homeOf('fork-rollback-142')} --index memory`,
        ''
      ].join('\n')
    )
  })

  it('leaves out columns on a narrow terminal and adds the branch on a wide one', async () => {
    const head = async (columns: number) => {
      const { out } = await forks(['threads', '--sort', 'created_at', '--color', 'never'], {
        tty: true,
        columns
      })
      return out.split('\n')[0]
    }
    expect(await head(60)).to.equal('ID             CREATED (UTC)     THREAD')
    expect(await head(90)).to.equal('ID             CREATED (UTC)     DIRECTORY        THREAD')
    expect(await head(120)).to.equal(
      'ID             CREATED (UTC)     DIRECTORY        SOURCE  BRANCH  THREAD'
    )
  })

  it('prints tab-separated lines when piped, nothing cut', async () => {
    const { out } = await forks(['threads', '--limit', '2'])
    expect(out).to.equal(
      [
        [ROOT, '2026-11-21T06:49:43Z', '2026-11-21T06:49:47Z', '2026-11-21T06:49:47.648Z']
          .concat('vscode', 'mock', '', '/workspace/demo', '', LABEL)
          .join('\t'),
        [FORK2, '2026-11-21T06:49:45Z', '2026-11-21T06:49:47Z', '2026-11-21T06:49:47.078Z']
          .concat('vscode', 'mock', 'trunk', '/workspace/repo', '', LABEL)
          .join('\t'),
        ''
      ].join('\n')
    )
  })

  it('prints one thread per line and the page line with --json, as Codex answers', async () => {
    const { response } = golden('fork-rollback-142', 'thread-list').steps[0]
    const { data, nextCursor, backwardsCursor } = placed(
      response.result,
      homeOf('fork-rollback-142')
    )
    const argv = [
      'threads',
      '--json',
      '--page-line',
      '--strict',
      '--sort',
      'created_at',
      ...asCodex('0.142')
    ]
    expect(withCodexCursors(jsonLines((await forks(argv)).out))).to.deep.equal([
      ...data,
      { $: 'page', nextCursor, backwardsCursor }
    ])
  })

  it('prints the threads of a newer Codex as it answers, but for what only its database knows', async () => {
    const { response } = golden('basic-169', 'thread-list').steps[0]
    const { data, nextCursor, backwardsCursor } = placed(response.result, homeOf('basic-169'))
    const argv = [
      'threads',
      '--json',
      '--page-line',
      '--strict',
      '--sort',
      'created_at',
      ...asCodex('0.169')
    ]
    const lines = withCodexCursors(jsonLines((await inHome(() => homeOf('basic-169'))(argv)).out))
    expect(lines.map(fromLog)).to.deep.equal([
      ...data.map(fromLog),
      { $: 'page', nextCursor, backwardsCursor }
    ])
  })

  it('visits every thread once by cursor, in both directions', async () => {
    const newest = golden('pages-142', 'thread-list').steps[0].response.result.data.map(
      ({ id }: { id: string }) => id
    )
    const argv = ['threads', '--sort', 'created_at', '--limit', '4']
    expect(await walk(pages, argv)).to.deep.equal([newest.slice(0, 4), newest.slice(4)])
    const oldest = [...newest].reverse()
    expect(await walk(pages, [...argv, '--order', 'asc'])).to.deep.equal([
      oldest.slice(0, 4),
      oldest.slice(4)
    ])
  })

  it('goes back by the backwards cursor', async () => {
    const argv = ['threads', '--sort', 'created_at', '--json', '--page-line', '--limit', '2']
    const { out } = await forks(argv)
    const first = jsonLines(out).at(-1)
    const second = await forks([...argv, '--cursor', first.nextCursor])
    const { backwardsCursor } = jsonLines(second.out).at(-1)
    const back = await forks([...argv, '--order', 'asc', '--cursor', backwardsCursor])
    expect([ids(out), ids(second.out), ids(back.out)]).to.deep.equal([
      [NO_TURNS, FORK2],
      [FORK1, ROOT],
      [FORK1, FORK2]
    ])
  })

  it('offers the command for the next page on a terminal', async () => {
    const { err } = await forks(['threads', '--limit', '1', '--cwd', '/workspace/demo'], {
      tty: true
    })
    const home = homeOf('fork-rollback-142')
    expect(err).to.equal(
      `first 1 row; more: unroll threads --cursor ${shortCursor(`2026-11-21T06:49:47.648Z|${ROOT}`)} --limit 1 ` +
        `--cwd /workspace/demo --home ${home} --index memory\n`
    )
  })

  it('filters by archive, directory, text, provider and source', async () => {
    const listed = async (...argv: ReadonlyArray<string>) =>
      ids((await forks(['threads', '--sort', 'created_at', '--json', '--page-line', ...argv])).out)
    expect(await listed('--archived')).to.deep.equal([ARCHIVED])
    expect(await listed('--cwd', 'repo')).to.deep.equal([FORK2])
    expect(await listed('--cwd', 'repo', '--cwd', 'demo')).to.deep.equal([
      NO_TURNS,
      FORK2,
      FORK1,
      ROOT
    ])
    expect(await listed('--search', 'Early hinge')).to.deep.equal([FORK1])
    expect(await listed('--provider', 'openai')).to.deep.equal([])
    expect(await listed('--provider', 'openai', '--provider', 'mock')).to.have.length(4)
    expect(await listed('--source', 'cli')).to.deep.equal([])
  })

  it('lists sub-agents with --all, by --source and by --parent', async () => {
    const parent = '01a1fce0-101c-7280-bdf0-84ad5db3f957'
    const children = [
      '01a1fce0-1709-7f52-9b0c-9b3e081de7b9',
      '01a1fce0-14d2-7320-ab50-36a99f609cd5',
      '01a1fce0-1199-7110-9de7-0be90f9c5016'
    ]
    const listed = async (...argv: ReadonlyArray<string>) =>
      ids((await agents(['threads', '--sort', 'created_at', '--json', '--page-line', ...argv])).out)
    expect(await listed()).to.deep.equal([parent])
    expect(await listed('--all')).to.deep.equal([...children, parent])
    expect(await listed('--source', 'subAgent')).to.deep.equal(children)
    expect(await listed('--parent', parent.slice(0, 15))).to.deep.equal(children)
    expect(await listed('--parent', parent)).to.deep.equal(children)
  })

  it('says so when there is nothing, and gives an empty page', async () => {
    expect(await forks(['threads', '--search', 'zzzz'])).to.deep.equal({
      code: 0,
      out: '',
      err: 'no threads; add --all to include sub-agents and exec runs, --archived for archived threads\n'
    })
    expect((await forks(['threads', '--search', 'zzzz', '--json', '--page-line'])).out).to.equal(
      '{"$":"page","nextCursor":null,"backwardsCursor":null}\n'
    )
  })

  it('refuses a cursor that is none', async () => {
    const { code, out } = await forks(['threads', '--cursor', 'yesterday', '--json', '--page-line'])
    expect([code, JSON.parse(out)]).to.deep.equal([
      2,
      {
        $: 'error',
        kind: 'invalid_request',
        message: '"yesterday" is not a cursor, or only a part of one',
        hint: 'see "unroll help threads"',
        retryable: false
      }
    ])
  })
})

describe('unroll turns', () => {
  withHomes('fork-rollback-142', 'pages-142', 'crash-142', 'fork-rollback-169')

  it('prints a table on a terminal, newest turn first', async () => {
    const argv = ['turns', FORK1, '--limit', '2', '--color', 'never']
    const { out, err } = await forks(argv, { tty: true })
    const home = homeOf('fork-rollback-142')
    const last = '01a1fcde-3829-7081-9fdc-f3120ca73200'
    expect(out).to.equal(
      [
        'ID             STARTED (UTC)     TOOK   STATUS     ASKED',
        '01a1fcde-3c5a  2026-11-21 06:49  39 ms  completed  Please connect the narrow robot in the shed',
        '01a1fcde-3829  2026-11-21 06:49  47 ms  completed  Can you prune the wooden bucket in the shed? Als…',
        ''
      ].join('\n')
    )
    expect(err).to.equal(
      `first 2 rows; more: unroll turns ${FORK1} --cursor ${shortCursor(`{"turnId":"${last}","includeAnchor":false}`)} ` +
        `--limit 2 --color never --home ${home} --index memory\n`
    )
  })

  it('prints tab-separated lines when piped', async () => {
    const { out } = await forks(['turns', NO_TURNS])
    expect(out).to.equal(
      [
        '01a1fcde-407b-7543-967e-1ee616f25aae',
        '2026-11-21T06:49:46Z',
        '2026-11-21T06:49:46Z',
        '69',
        'completed',
        'Can you lift the wooden ladder with care?',
        'Clean the quiet ledger by hand. Move the rusty hinge twice a week. Count the quiet kettle twice a week.\n'
      ].join('\t')
    )
  })

  it('gives every turn as Codex answers, with --json --view full', async () => {
    for (const [label, id] of [
      ['root', ROOT],
      ['fork1', FORK1],
      ['fork-by-path', ARCHIVED]
    ] as const) {
      const recorded = golden('fork-rollback-142', `turns-list.${label}`).steps[0].response.result
      const { data, nextCursor, backwardsCursor } = recorded
      const argv = [
        'turns',
        id,
        '--asc',
        '--view',
        'full',
        '--json',
        '--page-line',
        ...asCodex('0.142')
      ]
      const { out } = await forks(argv)
      expect(withCodexCursors(jsonLines(out))).to.deep.equal([
        ...data,
        { $: 'page', nextCursor, backwardsCursor }
      ])
    }
  })

  it('gives every turn of forks and reverts as a newer Codex answers', async () => {
    const newer = inHome(() => homeOf('fork-rollback-169'))
    for (const label of ['root', 'fork1', 'fork2', 'fork-no-turns']) {
      const { request, response } = golden('fork-rollback-169', `turns-list.${label}`).steps[0]
      const { threadId, ...params } = request.params
      expect(params).to.deep.equal({ itemsView: 'full', sortDirection: 'asc', limit: 100 })
      const { data, nextCursor, backwardsCursor } = response.result
      const argv = [
        'turns',
        threadId,
        '--asc',
        '--view',
        'full',
        '--json',
        '--page-line',
        ...asCodex('0.169')
      ]
      const { out } = await newer(argv)
      expect(withCodexCursors(jsonLines(out))).to.deep.equal([
        ...data,
        { $: 'page', nextCursor, backwardsCursor }
      ])
    }
  })

  it('visits every turn once by cursor, in both directions', async () => {
    const { data } = golden('pages-142', 'turns-list.many').steps[0].response.result
    const oldest: ReadonlyArray<string> = data.map(({ id }: { id: string }) => id)
    const argv = ['turns', MANY, '--limit', '10', '--view', 'notLoaded']
    const newest = [...oldest].reverse()
    expect(await walk(pages, argv)).to.deep.equal([
      newest.slice(0, 10),
      newest.slice(10, 20),
      newest.slice(20)
    ])
    expect((await walk(pages, [...argv, '--asc'])).flat()).to.deep.equal(oldest)
  })

  it('refuses a cursor whose turn was rolled back', async () => {
    const cursor = '{"turnId":"01a1fcde-0000-7000-8000-000000000000","includeAnchor":false}'
    const short = shortCursor(cursor)
    const { code, out } = await forks(['turns', ROOT, '--cursor', short, '--json', '--page-line'])
    expect([code, JSON.parse(out).kind]).to.deep.equal([3, 'anchor_gone'])
  })

  it('marks turns that were interrupted', async () => {
    const crash = inHome(() => homeOf('crash-142'))
    const { data } = golden('crash-142', 'turns-list.crashed').steps[0].response.result
    const { out } = await crash(['turns', '01a1fce1-f8e2-7d23-815c-cbe5de06892a', '--asc'])
    const statuses = out
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t')[4])
    expect(statuses).to.deep.equal(data.map(({ status }: { status: string }) => status))
    expect(statuses.filter((status) => status === 'interrupted')).to.have.length(2)
  })
})

describe('unroll items', () => {
  withHomes('tools-142', 'tools-169')

  it('prints every row in a pipe, and a screen of them on a terminal unless more are asked for', async () => {
    const rows = async (tty: boolean, ...argv: ReadonlyArray<string>) => {
      const { out, err } = await tools(['items', TOOLS, ...argv], { tty })
      return [out.trimEnd().split('\n').length - (tty ? 1 : 0), err === '']
    }
    expect(await rows(false)).to.deep.equal([55, true])
    expect(await rows(true)).to.deep.equal([25, false])
    expect(await rows(true, '--all-rows')).to.deep.equal([55, true])
    expect(await rows(false, '-n', '25')).to.deep.equal([25, false])
  })
  const TURN = '01a1fcdc-3f44-7513-b287-7fa901718056'

  it('stops at a byte budget, and says of an item that it was shortened', async () => {
    const argv = ['items', TOOLS, '--turn', TURN, '--max-bytes', '320', ...asCodex('0.142')]
    const { out } = await tools([...argv, '--json', '--page-line'])
    const [first, page] = jsonLines(out)
    const all = recorded().filter((entry) => entry.turnId === TURN)
    expect(first).to.deep.equal(all[0])
    const next = await tools([...argv, '--cursor', page.nextCursor], { tty: false })
    const bytes = Buffer.byteLength(JSON.stringify(all[1]?.item))
    expect(next.out).to.match(
      new RegExp(
        `^${TURN}\tcall_e50066\tmcpToolCall\t\\[shortened, ${bytes} bytes whole\\] labtools`
      )
    )
    expect(next.out.split('\n').length).to.equal(2)
  })

  it('reads items of a turn by their ids', async () => {
    const argv = ['items', TOOLS, '--turn', TURN, '--item', 'call_e50071', '--item', 'item-22']
    const { out } = await tools([...argv, '--json', '--page-line', ...asCodex('0.142')])
    const wanted = recorded().filter(
      ({ turnId, item }) => turnId === TURN && ['item-22', 'call_e50071'].includes(item.id)
    )
    expect(jsonLines(out).slice(0, -1)).to.deep.equal(wanted)
    const gone = await tools(['items', TOOLS, '--turn', TURN, '--item', 'gone'])
    expect([gone.code, gone.err.split('\n')[0]]).to.deep.equal([
      3,
      `unroll: no item gone in turn ${TURN}`
    ])
    const alone = await tools(['items', TOOLS, '--item', 'gone'])
    expect([alone.code, alone.err.split('\n')[0]]).to.deep.equal([
      2,
      'unroll: --item needs --turn TURN'
    ])
  })

  const recorded = (): ReadonlyArray<{ turnId: string; item: { id: string } }> =>
    golden('tools-142', 'turns-list.tools').steps[0].response.result.data.flatMap(
      (turn: { id: string; items: ReadonlyArray<{ id: string }> }) =>
        turn.items.map((item) => ({ turnId: turn.id, item }))
    )

  it('prints a table on a terminal', async () => {
    const argv = ['items', TOOLS, '--turn', '01a1fcdc-3f44-7513-b287-7fa901718056']
    const { out } = await tools([...argv, '--color', 'never'], { tty: true, columns: 70 })
    expect(out).to.equal(
      [
        'ID           TYPE          TEXT',
        'item-22      userMessage   Can you connect the quiet garden under the…',
        'call_e50066  mcpToolCall   labtools.echo {"text":"Sort the slow barn …',
        'call_e50069  mcpToolCall   labtools.stats {"n":8}',
        'call_e50071  mcpToolCall   labtools.dot {}',
        'call_e50074  mcpToolCall   labtools.fail {} [failed]',
        'call_e50077  mcpToolCall   labtools.boom {} [failed]: tool call error…',
        'item-23      agentMessage  Rename the bright trellis with care. Sort …',
        ''
      ].join('\n')
    )
  })

  it('prints tab-separated lines when piped', async () => {
    const { out } = await tools(['items', TOOLS, '--limit', '2'])
    const turn = '01a1fcdc-364e-7163-a414-e7d8dfe2fd09'
    expect(out).to.equal(
      `${turn}\titem-1\tuserMessage\tCan you measure the narrow ladder near the fence?\n` +
        `${turn}\titem-2\treasoning\t**Connecting the barn**\\n\\nCount the narrow window near the fence.\n`
    )
  })

  it('gives every item of the thread as Codex answers, with --json', async () => {
    const { out } = await tools([
      ...['items', TOOLS, '--json', '--page-line', '--limit', '1000'],
      ...asCodex('0.142')
    ])
    const same = (items: ReadonlyArray<unknown>) => placed(items, '/h')
    expect(same(jsonLines(out).slice(0, -1))).to.deep.equal(same(recorded()))
    expect(jsonLines(out).at(-1).nextCursor).to.equal(null)
  })

  it('gives every item of a thread as a newer Codex answers', async () => {
    const { request, response } = golden('tools-169', 'turns-list.tools').steps[0]
    expect(request.params.itemsView).to.equal('full')
    const { out } = await inHome(() => homeOf('tools-169'))([
      ...['items', request.params.threadId, '--json', '--page-line', '--limit', '1000'],
      ...asCodex('0.169')
    ])
    const items = response.result.data.flatMap(
      (turn: { id: string; items: ReadonlyArray<{ id: string }> }) =>
        turn.items.map((item) => ({ turnId: turn.id, item }))
    )
    expect(placed(jsonLines(out).slice(0, -1), '/h')).to.deep.equal(placed(items, '/h'))
  })

  it('visits every item once by cursor, newest first', async () => {
    const found: Array<unknown> = []
    let cursor: string | null = null
    do {
      const at: ReadonlyArray<string> = cursor === null ? [] : ['--cursor', cursor]
      const argv = [
        'items',
        TOOLS,
        '--desc',
        '--limit',
        '7',
        '--json',
        '--page-line',
        ...asCodex('0.142'),
        ...at
      ]
      const { out } = await tools(argv)
      const lines = jsonLines(out)
      found.push(...lines.slice(0, -1))
      cursor = lines.at(-1).nextCursor
    } while (cursor !== null)
    expect(placed(found, '/h')).to.deep.equal(placed([...recorded()].reverse(), '/h'))
  })

  it('ends with 3 when the turn is not in the thread', async () => {
    const { code, err } = await tools(['items', TOOLS, '--turn', 'nope'])
    expect([code, err]).to.deep.equal([
      3,
      `unroll: no turn nope in thread ${TOOLS}\nlist the turns with "unroll turns ${TOOLS}"\n`
    ])
  })
})
