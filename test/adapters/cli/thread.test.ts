import { expect } from 'chai'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { INDEX_FILES } from '../../../adapters/index/lmdb/files.ts'
import { copyHome, placed, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { asCodex, fromLog, golden, inHome, jsonLines, unroll } from './console.ts'

const ROOT = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'
const FORK1 = '01a1fcde-3abc-7921-ae69-8e353aa02221'
const FORK2 = '01a1fcde-3cb0-7011-8079-af112c16e46e'
const ARCHIVED = '01a1fcde-3e53-7060-9794-586e2c2f2af6'
const GARBAGE = '01a1fcf1-0bbf-7bb0-826d-9ec640c8a8bf'
const TORN = '01a1fcf1-0456-7c60-a1e6-5b2eafd442f3'
const META_MISSING = '01a1fcf1-0da6-7211-a099-45c08a574390'

const homes = new Map<string, string>()
const homeOf = (name: string): string => homes.get(name) ?? ''
const forks = inHome(() => homeOf('fork-rollback-142'))
const damaged = inHome(() => homeOf('damaged-142'))

const withHomes = (...names: ReadonlyArray<string>): void => {
  before(() => names.forEach((name) => homes.set(name, copyHome(name))))
  after(() => names.forEach((name) => removeFolder(homeOf(name))))
}

const rollout = (home: string, name: string): string =>
  join(homeOf(home), 'sessions/2026/11/21', `rollout-${name}.jsonl`)

const DAMAGE =
  '5 damaged lines were isolated: revision 5 (not_json), revision 6 (not_json), ' +
  'revision 7 (not_an_event), revision 8 (not_an_event), revision 9 (not_an_event)\n'

describe('unroll show', () => {
  withHomes('fork-rollback-142', 'damaged-142', 'fork-rollback-169')

  it('names the damaged lines and shows the rest', async () => {
    const { code, out } = await damaged(['show', GARBAGE])
    expect(code).to.equal(0)
    expect(out).to.contain(DAMAGE)
    expect(out).to.contain('  you    Please clean the second garden with care\n')
  })

  it('names the damaged lines on stderr with --json', async () => {
    const { code, out, err } = await damaged(['show', GARBAGE, '--json'])
    expect([code, err]).to.deep.equal([0, DAMAGE])
    expect(jsonLines(out)).to.have.length(1)
  })

  it('marks an interrupted turn', async () => {
    const { out } = await damaged(['show', TORN, '--limit', '1'])
    expect(out).to.match(/^Turn 2 · .* · 01a1fcf1-0562-70e0-b31d-29ceba5b1c77 · interrupted$/m)
  })

  it('gives the Thread object with all turns as Codex answers, with --json --strict --all', async () => {
    const recorded = golden('fork-rollback-142', 'thread-read')
    const { thread } = placed(recorded.steps[3].response.result, homeOf('fork-rollback-142'))
    expect(recorded.steps[3].request.params).to.deep.equal({ threadId: FORK1, includeTurns: true })
    const argv = ['show', FORK1, '--json', ...asCodex('0.142')]
    const { out } = await forks([...argv, '--strict', '--all'])
    expect(jsonLines(out)).to.deep.equal([thread])
    const newest = await forks([...argv, '--limit', '2'])
    expect(jsonLines(newest.out)[0].turns).to.deep.equal(thread.turns.slice(-2))
  })

  it('gives a fork as a newer Codex answers, but for the times only its database knows', async () => {
    const { request, response } = golden('fork-rollback-169', 'thread-read').steps[3]
    const { thread } = placed(response.result, homeOf('fork-rollback-169'))
    const argv = ['show', request.params.threadId, '--json', '--strict', '--all']
    const newer = await inHome(() => homeOf('fork-rollback-169'))([...argv, ...asCodex('0.169')])
    expect(jsonLines(newer.out).map(fromLog)).to.deep.equal([fromLog(thread)])
  })

  it('finds a thread by id, by the beginning of an id in any case, and by name', async () => {
    const found = async (text: string) =>
      jsonLines((await forks(['show', text, '--json'])).out)[0].id
    expect(await found(FORK1)).to.equal(FORK1)
    expect(await found('01A1FCDE-3AB')).to.equal(FORK1)
    expect(await found('Early hinge 523')).to.equal(FORK1)
    expect(await found(ARCHIVED.slice(0, 13))).to.equal(ARCHIVED)
  })

  it('lists the candidates when a beginning is shared', async () => {
    const { code, out } = await forks(['show', '01a1fcde-3', '--json'])
    const { kind, message, threads, more } = JSON.parse(out)
    expect([code, kind, message, more]).to.deep.equal([
      2,
      'ambiguous_thread',
      '"01a1fcde-3" names 5 threads',
      0
    ])
    const ids = threads.map(({ threadId }: { threadId: string }) => threadId)
    expect(ids).to.have.length(5).and.to.include.members([ROOT, FORK1, FORK2, ARCHIVED])
  })

  it('ends with 3 when there is no such thread', async () => {
    const { code, out, err } = await forks(['show', 'nobody'])
    expect([code, out, err.split('\n')[0]]).to.deep.equal([
      3,
      '',
      'unroll: no thread "nobody" in this home'
    ])
  })

  it('ends with 4 with --strict where Codex refuses the file', async () => {
    const { code, out } = await damaged(['show', META_MISSING, '--strict', '--json'])
    expect([code, JSON.parse(out).kind]).to.deep.equal([4, 'unreadable_rollout'])
  })
})

describe('command line: hostile text and colour', () => {
  let home = ''
  const ID = '01a1fcf1-ffff-7000-8000-000000000001'
  const SAID = 'a\u001b[2Jb\u0007c\u009bd\u202ee\tf\nsecond\u0000\\'
  const hostile = inHome(() => home)

  before(() => {
    home = temporaryFolder()
    const folder = join(home, 'sessions/2026/11/21')
    mkdirSync(folder, { recursive: true })
    const line = (type: string, payload: object) =>
      `${JSON.stringify({ timestamp: '2026-11-21T07:00:00.000Z', type, payload })}\n`
    const turn = { type: 'task_started', turn_id: 'turn\u001b1', model_context_window: null }
    writeFileSync(
      join(folder, `rollout-2026-11-21T07-00-00-${ID}.jsonl`),
      line('session_meta', {
        id: ID,
        timestamp: '2026-11-21T07:00:00.000Z',
        cwd: '/tmp/\u001b]0;owned\u0007',
        originator: 'x',
        cli_version: '0.142.5',
        source: 'cli',
        model_provider: 'mock'
      }) +
        line('event_msg', turn) +
        line('event_msg', { type: 'user_message', message: SAID }) +
        '\u001b]52;c;damage\u0007\n'
    )
  })
  after(() => removeFolder(home))

  const COMMANDS = [
    ['threads'],
    ['show', ID],
    ['turns', ID],
    ['items', ID],
    ['events', ID],
    ['events', ID, '--raw']
  ]

  for (const argv of COMMANDS) {
    it(`lets no control character through in ${argv.join(' ')} on a terminal`, async () => {
      const { code, out } = await hostile([...argv, '--color', 'never'], { tty: true })
      expect(code).to.equal(0)
      expect(out).to.match(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e]+$/)
    })
  }

  it('spells out control characters, and keeps line ends where there is room', async () => {
    const { out } = await hostile(['show', ID])
    expect(out).to.contain(
      '\n  you    a\\x1b[2Jb\\x07c\\x9bd\\u202ee    f\n         second\\x00\\\n'
    )
    expect(out).to.contain('\ndirectory   /tmp/\\x1b]0;owned\\x07\n')
  })

  it('escapes tabs, line ends and backslashes in tab-separated fields', async () => {
    const { out } = await hostile(['items', ID])
    expect(out).to.equal(
      'turn\\x1b1\titem-1\tuserMessage\ta\\x1b[2Jb\\x07c\\x9bd\\u202ee\\tf\\nsecond\\x00\\\\\n'
    )
  })

  it('keeps JSON values exact though nothing in them is a control character', async () => {
    const { out } = await hostile(['items', ID, '--json'])
    expect(jsonLines(out)[0].item.content[0].text).to.equal(SAID)
    expect(out).to.match(/^[\n\x20-\x7e]+$/)
  })

  const colours = async (argv: ReadonlyArray<string>, env: NodeJS.ProcessEnv, tty: boolean) =>
    (await hostile(['threads', ...argv], { env, tty })).out.includes('\u001b[')

  it('colours terminals, unless NO_COLOR is set or the terminal is dumb', async () => {
    expect(await colours([], {}, true)).to.equal(true)
    expect(await colours([], { NO_COLOR: '' }, true)).to.equal(true)
    expect(await colours([], { NO_COLOR: '1' }, true)).to.equal(false)
    expect(await colours([], { NO_COLOR: '1', FORCE_COLOR: '1' }, true)).to.equal(false)
    expect(await colours([], { FORCE_COLOR: '0' }, true)).to.equal(false)
    expect(await colours([], { TERM: 'dumb' }, true)).to.equal(false)
    expect(await colours(['--color', 'never'], { FORCE_COLOR: '1' }, true)).to.equal(false)
    expect(await colours(['--color', 'always'], { NO_COLOR: '1' }, true)).to.equal(true)
  })

  it('colours piped text only with FORCE_COLOR or --color always', async () => {
    const shown = async (argv: ReadonlyArray<string>, env: NodeJS.ProcessEnv) =>
      (await hostile(['show', ID, ...argv], { env })).out.includes('\u001b[')
    expect(await shown([], {})).to.equal(false)
    expect(await shown([], { FORCE_COLOR: '1' })).to.equal(true)
    expect(await shown(['--color', 'always'], {})).to.equal(true)
  })
})

describe('unroll events', () => {
  withHomes('damaged-142', 'tools-142')
  const file = () => rollout('damaged-142', `2026-11-21T07-10-18-${GARBAGE}`)
  const recorded = () => readFileSync(file(), 'utf8').split('\n').slice(0, -1)

  it('prints revision, time, bytes and kind of each line, and why it is damaged', async () => {
    const { out } = await damaged(['events', GARBAGE, '--to', '10'])
    const size = (revision: number) => Buffer.byteLength(recorded()[revision] ?? '')
    expect(out.split('\n')).to.deep.equal([
      `0\t2026-11-21T07:10:18.250Z\t${size(0)}\tsession_meta`,
      `1\t2026-11-21T07:10:18.250Z\t${size(1)}\tevent_msg:task_started`,
      `2\t2026-11-21T07:10:18.253Z\t${size(2)}\tresponse_item:message`,
      `3\t2026-11-21T07:10:18.253Z\t${size(3)}\tresponse_item:message`,
      `4\t2026-11-21T07:10:18.254Z\t${size(4)}\tturn_context`,
      '5\t\t16\tdamaged:not_json',
      '6\t\t18\tdamaged:not_json',
      '7\t\t2\tdamaged:not_an_event',
      '8\t\t2\tdamaged:not_an_event',
      '9\t\t4\tdamaged:not_an_event',
      `10\t2026-11-21T07:10:18.256Z\t${size(10)}\tresponse_item:message`,
      ''
    ])
  })

  it('prints a table on a terminal', async () => {
    const argv = ['events', GARBAGE, '--from', '4', '--to', '5', '--color', 'never']
    const { out } = await damaged(argv, { tty: true })
    expect(out).to.equal(
      'REVISION  TIME (UTC)                   BYTES  KIND\n' +
        '       4  2026-11-21 07:10:18.254        581  turn_context\n' +
        '       5                                  16  damaged:not_json\n'
    )
  })

  it('gives each line where it stands with --json', async () => {
    const { out } = await damaged(['events', GARBAGE, '--from', '4', '--to', '5', '--json'])
    const lines = recorded()
    const offset = (revision: number) =>
      lines.slice(0, revision).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
    expect(jsonLines(out)).to.deep.equal([
      {
        streamId: GARBAGE,
        revision: 4,
        segment: 0,
        offset: offset(4),
        bytes: 581,
        line: JSON.parse(lines[4] ?? '')
      },
      {
        streamId: GARBAGE,
        revision: 5,
        segment: 0,
        offset: offset(5),
        bytes: 16,
        reason: 'not_json'
      }
    ])
  })

  it('gives the whole of every line Codex keeps, with --json', async () => {
    const tools = inHome(() => homeOf('tools-142'))
    const id = '01a1fcdc-359a-7731-ae44-e79fba9fff78'
    const text = readFileSync(rollout('tools-142', `2026-11-21T06-47-32-${id}`), 'utf8')
    const written = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
    const lines = jsonLines((await tools(['events', id, '--json'])).out)
    expect(lines.map(({ revision }) => revision)).to.deep.equal(written.map((_, i) => i))
    expect(lines.map(({ line }) => line.payload)).to.deep.equal(
      written.map(({ payload }) => payload)
    )
  })

  it('prints the recorded bytes with --raw', async () => {
    expect((await damaged(['events', GARBAGE, '--raw'])).out).to.equal(readFileSync(file(), 'utf8'))
    const part = await damaged(['events', GARBAGE, '--raw', '--from', '4', '--to', '6'])
    expect(part.out).to.equal(`${recorded().slice(4, 7).join('\n')}\n`)
  })

  it('leaves out blank lines and keeps carriage returns with --raw', async () => {
    const id = '01a1fcf1-0818-72f1-a1f3-df7d4ed9ac01'
    const { out } = await damaged(['events', id, '--raw'])
    const text = readFileSync(rollout('damaged-142', `2026-11-21T07-10-17-${id}`), 'utf8')
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    expect(lines.some((line) => line.endsWith('\r'))).to.equal(true)
    expect(out).to.equal(`${lines.join('\n')}\n`)
  })

  it('prints nothing for revisions behind the end', async () => {
    expect(await damaged(['events', GARBAGE, '--from', '1000'])).to.deep.equal({
      code: 0,
      out: '',
      err: ''
    })
  })

  it('refuses a range that is upside down', async () => {
    const { code, err } = await damaged(['events', GARBAGE, '--from', '5', '--to', '4'])
    expect([code, err]).to.deep.equal([2, 'unroll: --from 5 is after --to 4\n'])
  })
})

describe('unroll index', () => {
  withHomes('damaged-142', 'fork-rollback-142')

  // Threads: files. Turns: those of the recorded answers and of the thread Codex refuses. Bytes: of the files.
  const COUNTS = {
    threads: 13,
    turns: 23,
    damagedLines: 5,
    unfinishedTails: 1,
    unreadable: 0,
    unreadableFiles: [],
    duplicates: 0,
    changes: 0,
    bytes: 101495
  }

  for (const what of ['status', 'rebuild']) {
    it(`counts the home with ${what}`, async () => {
      const home = homeOf('damaged-142')
      const { code, out } = await damaged(['index', what, '--json'])
      expect([code, jsonLines(out)]).to.deep.equal([0, [{ home, index: 'memory', ...COUNTS }]])
      expect((await damaged(['index', what])).out).to.equal(
        `home\t${home}\nindex\tmemory\nthreads\t13\nturns\t23\ndamaged lines\t5\n` +
          'unfinished tails\t1\nunreadable files\t0\nduplicate files\t0\nchanges\t0\nbytes\t101495\n'
      )
      expect((await damaged(['index', what], { tty: true })).out).to.equal(
        `home              ${home}\nindex             memory\nthreads           13\n` +
          'turns             23\ndamaged lines     5\nunfinished tails  1\nunreadable files  0\n' +
          'duplicate files   0\nchanges           0\nbytes             101.5 kB\n'
      )
    })
  }

  const withIndex = async (use: (directory: string, home: string) => Promise<void>) => {
    const folder = temporaryFolder()
    try {
      await use(join(folder, 'index'), homeOf('fork-rollback-142'))
    } finally {
      removeFolder(folder)
    }
  }

  it('drops an index on disk, and says when there was none', () =>
    withIndex(async (index, home) => {
      const options = ['--home', home, '--index', index]
      await unroll(['index', 'status', ...options])
      expect(existsSync(index)).to.equal(true)
      const drop = ['index', 'drop', '--json', ...options]
      expect(jsonLines((await unroll(drop)).out)).to.deep.equal([{ index, dropped: true }])
      expect(existsSync(index)).to.equal(false)
      expect(jsonLines((await unroll(drop)).out)).to.deep.equal([{ index, dropped: false }])
    }))

  it('drops a directory that holds nothing but the files of an index', () =>
    withIndex(async (index, home) => {
      mkdirSync(index)
      mkdirSync(join(index, 'copy-4711-a'))
      const left = ['unroll-index.json.4711', 'first-4711.tmp', 'writing-a.1.4711.2.3.1']
      for (const name of [...INDEX_FILES, ...left, 'copy-4711-a/data.mdb']) {
        writeFileSync(join(index, name), '')
      }
      expect((await unroll(['index', 'drop', '--home', home, '--index', index])).code).to.equal(0)
      expect(existsSync(index)).to.equal(false)
    }))

  it('leaves a directory alone that holds anything else', () =>
    withIndex(async (index, home) => {
      mkdirSync(index)
      writeFileSync(join(index, 'data.mdb'), '')
      writeFileSync(join(index, 'letter.txt'), 'dear')
      const options = ['--home', home, '--index', index, '--json']
      const { code, out } = await unroll(['index', 'drop', ...options])
      expect([code, JSON.parse(out).kind]).to.deep.equal([2, 'not_an_index'])
      expect(existsSync(join(index, 'data.mdb'))).to.equal(true)
    }))

  it('ends with 5 when the index cannot be made', () =>
    withIndex(async (index, home) => {
      writeFileSync(index, 'a file, not a directory')
      const options = ['--json', '--home', home, '--index', join(index, 'below')]
      const { code, out } = await unroll(['index', 'status', ...options])
      expect([code, JSON.parse(out).kind]).to.deep.equal([5, 'index_unavailable'])
    }))

  it('is not needed to read: a command goes on in memory and says why', () =>
    withIndex(async (index, home) => {
      writeFileSync(index, 'a file, not a directory')
      const asked = ['threads', '--json', '--home', home, '--index']
      const { code, out, err } = await unroll([...asked, join(index, 'below')])
      const { out: wanted } = await unroll([...asked, 'memory'])
      expect([code, out]).to.deep.equal([0, wanted])
      expect(err).to.match(
        /^unroll: the index at .*below cannot be used: .*; using an index in memory instead\n$/
      )
    }))

  it('refuses to drop an index in memory', async () => {
    const { code } = await forks(['index', 'drop'])
    expect(code).to.equal(2)
  })
})
