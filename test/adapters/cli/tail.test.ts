// Following threads. The goal: everything that is written is printed at least once, also over a kill, and nothing that becomes
// of a thread ends the command. The method: lines written between and during runs whose ends are events, not sleeps.
import { expect } from 'chai'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { removeFolder } from '../../support/fixture-home.ts'
import {
  appendRollout,
  emptyHome,
  linesOf,
  metaLine,
  rolloutPath,
  THREAD,
  writeRollout
} from '../../support/rollouts.ts'
import { agent, done, line, rollback, start, think, user } from '../../support/turn-lines.ts'
import { hurried, jsonLines, unroll, type Done, type Setting } from './console.ts'

const ITEMS_BEFORE = 2

let home = ''
let path = ''

const tail = (words: ReadonlyArray<string>, setting: Setting = {}): Promise<Done> =>
  unroll(['tail', ...words, '--home', home, '--index', join(home, 'index')], {
    nowMs: hurried(),
    ...setting
  })

const write = (...lines: ReadonlyArray<string>): void => appendRollout(path, linesOf(lines))

const idle = ['--until-idle', '1s']

/** What was printed as JSON, in few words. */
const told = (text: string): ReadonlyArray<string> =>
  jsonLines(text).map((one) =>
    one.$ === 'item'
      ? `${one.turnId} ${one.item.type} ${one.item.status ?? one.item.id} ${one.revision}`
      : `${one.$} ${one.event} ${one.turn?.id ?? ''}`.trim()
  )

const call = line('response_item', {
  type: 'function_call',
  name: 'shell',
  arguments: JSON.stringify({ command: ['bash', '-lc', 'npm test'] }),
  call_id: 'c1'
})
const output = line('response_item', {
  type: 'function_call_output',
  call_id: 'c1',
  output: JSON.stringify({ output: 'not ok\n', metadata: { exit_code: 1, duration_seconds: 2 } })
})

describe('unroll tail', () => {
  beforeEach(() => {
    home = emptyHome()
    path = rolloutPath(home, THREAD)
    const lines = [metaLine(THREAD), start('a'), user('Hello'), agent('Good morning'), done('a')]
    writeRollout(path, linesOf(lines))
  })
  afterEach(() => removeFolder(home))

  it('prints the last turn of the newest thread, harmless, and ends when nothing comes', async () => {
    write(start('b'), user('red \u001b[31m\u202e\nsecond'), call, output, agent('ok'), done('b'))
    const { code, out, err } = await tail(idle)
    expect(code).to.equal(0)
    expect(out.split('\n').slice(1, -1)).to.deep.equal([
      '  you    red \\x1b[31m\\u202e',
      '         second',
      "  $ bash -lc 'npm test'  exit 1 · 2.0 s",
      '    not ok',
      '  codex  ok'
    ])
    expect(err).to.contain(`(${THREAD})`)
  })

  it('continues at its checkpoint, with the revision of every item', async () => {
    const named = [THREAD, '--json', '--checkpoint', 'one']
    expect((await tail([...named, ...idle])).out).to.equal('')
    write(start('b'), user('hi'), think('hm'), call)
    const open = await tail([...named, ...idle])
    expect(told(open.out)).to.deep.equal([
      'turn started b',
      'b userMessage item-3 6',
      'b reasoning item-4 8',
      'b commandExecution inProgress 8'
    ])
    write(output, agent('bye'), done('b'))
    const rest = await tail([...named, '--exit-on', 'completed'])
    expect(told(rest.out)).to.deep.equal([
      'b commandExecution failed 9',
      'b agentMessage item-5 10',
      'turn ended b'
    ])
    expect((await tail([...named, ...idle])).out).to.equal('')
  })

  it('prints reasoning again that was not whole when it was stopped', async () => {
    const named = [THREAD, '--json', '--checkpoint', 'one', ...idle]
    await tail(named)
    write(start('b'), think('half'))
    await tail(named)
    write(agent('whole'), done('b'))
    expect(told((await tail(named)).out)).to.include('b reasoning item-3 7')
  })

  it('reports a rollback, archiving and deletion, and waits on', async () => {
    const named = [THREAD, '--json', '--checkpoint', 'one', ...idle]
    await tail(named)
    write(start('b'), user('hi'), done('b'), rollback(1))
    expect(told((await tail(named)).out)).to.include('thread rewound')
    const stop = new AbortController()
    const away = join(home, 'archived_sessions', basename(path))
    mkdirSync(join(home, 'archived_sessions'))
    const steps = [
      () => renameSync(path, away),
      () => renameSync(away, path),
      () => renameSync(path, join(home, 'away'))
    ]
    // The command that --exec runs is the event that the next step waits for.
    const log = join(home, 'log')
    appendFileSync(log, '')
    const following = tail([THREAD, '--limit', '1', '--exec', `cat >> ${log}`], {
      nowMs: Date.now,
      stop: stop.signal,
      cwd: home,
      env: process.env
    })
    // Two items of the turn before come first: by then the thread is followed.
    let taken = 0
    while (taken <= steps.length) {
      const count = readFileSync(log, 'utf8').split('\n').length - 1
      if (count >= ITEMS_BEFORE + taken) {
        steps[taken]?.()
        taken += 1
      } else await new Promise((resolve) => setTimeout(resolve, 20))
    }
    stop.abort(130)
    const { code, out } = await following
    expect(code).to.equal(130)
    expect(told(readFileSync(log, 'utf8')).slice(ITEMS_BEFORE)).to.deep.equal([
      'thread archived',
      'thread unarchived',
      'thread deleted'
    ])
    expect(out).to.contain('the thread was deleted')
  })

  it('prints messages only, or outputs too, or a line per change', async () => {
    write(start('b'), user('hi'), call, output, agent('ok'), done('b'))
    const chat = await tail([THREAD, '--detail', 'chat', ...idle])
    expect(chat.out).to.not.contain('npm test')
    const full = await tail([THREAD, '--detail', 'full', ...idle])
    expect(full.out).to.contain('\n    not ok\n')
    await tail([THREAD, '--checkpoint', 'two', ...idle])
    write(start('c'), user('again'))
    const events = await tail([THREAD, '--checkpoint', 'two', '--detail', 'events', ...idle])
    expect(events.out).to.contain('turn started  c\n')
  })

  it('marks lines of many threads, and refuses what it does not understand', async () => {
    const all = await tail(['--all', '--limit', '1', ...idle])
    expect(
      all.out
        .split('\n')
        .slice(0, -1)
        .every((one) => one.startsWith(THREAD.slice(0, 13)))
    ).to.equal(true)
    for (const words of [
      ['--until-idle', 'soon'],
      ['--since', 'some day'],
      ['--checkpoint', '../x'],
      ['--all', THREAD]
    ])
      expect((await tail(words)).code, words.join(' ')).to.equal(2)
    expect((await tail(['nothing'])).code).to.equal(3)
    removeFolder(join(home, 'sessions'))
    expect((await tail([])).code).to.equal(3)
    expect(existsSync(join(home, 'index'))).to.equal(true)
  })
})
