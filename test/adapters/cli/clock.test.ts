// One rule for clocks. The goal: nobody takes a time for one of another zone. The method: every command that prints times is
// run in New York and in UTC; a time that reads the same in both, and does not say it is UTC, is of no zone anybody knows.
import { expect } from 'chai'
import { COMMANDS } from '../../../adapters/cli/table/commands.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { inHome, type Setting } from './console.ts'

const THREAD = '01a1fcde-3637-7ba1-aa47-0e35fef05fe1'

/** A command line of each command that may print a time; the others need a server, change a home, or print no rows. */
const LINES: Readonly<Record<string, ReadonlyArray<ReadonlyArray<string>>>> = {
  threads: [
    ['threads', '--all'],
    ['threads', '--sort', 'created_at'],
    ['threads', '--archived']
  ],
  search: [
    ['search', 'the'],
    ['search', 'the', '--thread', THREAD]
  ],
  show: [
    ['show', THREAD],
    ['show', THREAD, '--rolled-back', '--all']
  ],
  turns: [['turns', THREAD]],
  items: [['items', THREAD]],
  events: [['events', THREAD]],
  context: [['context', THREAD]],
  agents: [['agents', THREAD]],
  log: [['log']],
  diff: [['diff', `${THREAD}@12`, THREAD]],
  tail: [
    ['tail', THREAD, '--limit', '2', '--until-idle', '1s'],
    ['tail', THREAD, '--limit', '2', '--until-idle', '1s', '--detail', 'events']
  ],
  usage: [['usage'], ['usage', 'thread'], ['usage', 'turn', THREAD, '--explain']],
  tools: [['tools'], ['tools', '--summary']],
  blame: [['blame', '/workspace/demo/notes.txt']],
  audit: [['audit'], ['audit', 'approvals'], ['audit', 'reviews'], ['audit', 'verify']],
  plugins: [
    ['plugins', 'list'],
    ['plugins', 'history'],
    ['plugins', 'usage']
  ],
  check: [['check']],
  explain: [['explain', 'torn_tail']],
  export: [
    ['export', THREAD],
    ['export', THREAD, '--to', 'html'],
    ['export', '--ledger', 'threads']
  ],
  doctor: [['doctor', '--all']],
  storage: [['storage']],
  repair: [
    ['repair', 'plan'],
    ['repair', 'list']
  ],
  index: [
    ['index', 'status'],
    ['index', 'changes']
  ],
  help: [['help'], ['help', 'usage']],
  version: [['version']]
}

/** What prints no time of a thread: it changes something, serves a client, takes keys, or prints lines for programs. */
const WITHOUT = new Set(
  `start append fork revert rollback unrollback review archive unarchive rename delete restore undo
  salvage store import app-server mcp analytics pick resume completion skills web __complete config`.split(
    /\s+/
  )
)

const TIME =
  /(?:\d{4}-\d{2}-\d{2}[T ])?\b\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?![\d:])(?: ?(?:Z|UTC))?/g

const timesOf = (text: string): ReadonlyArray<string> => text.match(TIME) ?? []

describe('command line: clocks', () => {
  let home = ''
  const unroll = inHome(() => home)
  before(async () => {
    home = copyHome('fork-rollback-142')
    await unroll(['rename', THREAD, 'A clock'], { nowMs: () => Date.parse('2026-11-21T07:00:00Z') })
  })
  after(() => removeFolder(home))

  const screen = async (argv: ReadonlyArray<string>, setting: Setting = {}): Promise<string> => {
    // It ends when nothing comes; nothing does.
    let nowMs = Date.parse('2026-11-21T07:49:45Z')
    const clock = { nowMs: () => (argv[0] === 'tail' ? (nowMs += 500) : nowMs) }
    const done = await unroll([...argv, '--color', 'never'], {
      ...{ tty: true, columns: 200, ...clock },
      ...setting
    })
    return done.out + done.err
  }

  it('are tried for every command of the table', () => {
    const missing = COMMANDS.filter(({ name }) => LINES[name] === undefined && !WITHOUT.has(name))
    expect(missing.map(({ name }) => name)).to.deep.equal([])
  })

  for (const [name, lines] of Object.entries(LINES)) {
    it(`${name} prints no time of another zone without saying so`, async () => {
      for (const argv of lines) {
        const utc = timesOf(await screen(argv))
        const local = timesOf(await screen(argv, { env: { TZ: 'America/New_York' } }))
        expect(local.length, argv.join(' ')).to.equal(utc.length)
        const same = local.filter((time, at) => time === utc[at] && !/Z$|UTC$/.test(time))
        expect(same, argv.join(' ')).to.deep.equal([])
        if (local.length > 0)
          expect(await screen(argv, { env: { TZ: 'America/New_York' } })).to.match(/EST|EDT|Z\b/)
      }
    })
  }

  it('say their zone in the head of a column, for any zone that is asked for', async () => {
    const zoned = (...zone: ReadonlyArray<string>) =>
      screen(['turns', THREAD, '--limit', '1', ...zone], { env: { TZ: 'America/New_York' } })
    const row = (text: string) => /STARTED \((.*?)\)[^]*?(\d{4}-\d{2}-\d{2} \d{2}:\d{2})/.exec(text)
    const seen = [await zoned(), await zoned('--utc'), await zoned('--tz', 'Asia/Kolkata')]
    expect(seen.map((text) => row(text)?.slice(1, 3))).to.deep.equal([
      ['EST', '2026-11-21 01:49'],
      ['UTC', '2026-11-21 06:49'],
      ['UTC+5:30', '2026-11-21 12:19']
    ])
    expect(row(await zoned('--tz', 'local'))).to.deep.equal(row(seen[0] ?? ''))
  })

  it('are UTC for programs, wherever they run', async () => {
    for (const argv of [
      ['turns', THREAD],
      ['tools', '--csv'],
      ['audit', '--json'],
      ['events', THREAD]
    ]) {
      const there = await unroll(argv, { env: { TZ: 'America/New_York' } })
      expect(there).to.deep.equal(await unroll(argv))
      expect((await unroll([...argv, '--tz', 'Asia/Tokyo'])).out).to.equal(there.out)
    }
  })

  it('decide what a typed time means, in a pipe as on a terminal', async () => {
    const setting = { env: { TZ: 'America/New_York' } }
    const until = (time: string, ...zone: ReadonlyArray<string>) =>
      unroll(['audit', '--until', time, ...zone, '--json'], setting)
    const local = await until('2026-11-21T01:49:44')
    expect(local.out).to.not.equal('')
    expect(local.out).to.not.equal((await unroll(['audit', '--json'])).out)
    expect(await until('2026-11-21T06:49:44Z')).to.deep.equal(local)
    expect(await until('2026-11-21T06:49:44', '--utc')).to.deep.equal(local)
    expect((await until('2026-11-21T01:49:44', '--utc')).out).to.equal('')
  })

  it('refuse zones that there are not, and two at once', async () => {
    const errors = [
      await unroll(['threads', '--tz', 'Mars/Olympus']),
      await unroll(['threads', '--utc', '--tz', 'Europe/Berlin'])
    ]
    expect(errors.map(({ code, err }) => [code, err.split('\n')[0]])).to.deep.equal([
      [2, 'unroll: there is no time zone "Mars/Olympus"'],
      [2, 'unroll: --tz and --utc exclude each other']
    ])
  })
})
