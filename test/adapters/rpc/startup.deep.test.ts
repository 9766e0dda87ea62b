// What a server does before anybody asks: everything or nothing. The method: system calls that name a path of the home are counted
// while a real process is greeted, and an import that was killed is looked for after a start.
import { expect } from 'chai'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Startup } from '../../../adapters/rpc/app-server.ts'
import { bundleChild } from '../../support/crashes.ts'
import { copyHome, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { madeSession } from '../../support/made-sessions.ts'
import { startEventStore } from '../../support/eventstore-server/server.ts'
import { bytesOf, connected, placed, write } from '../../support/store-lines.ts'
import { noStrace } from '../../torture/strace.ts'

const ENTRY = join(import.meta.dirname, '..', '..', 'support', 'app-server-entry.ts')
const HELLO = { method: 'initialize', params: { clientInfo: { name: 'test', version: '1' } } }
const LIST = { method: 'thread/list', params: { modelProviders: [] } }

const inputOf = (requests: ReadonlyArray<object>): string =>
  requests.map((request, id) => `${JSON.stringify({ id, ...request })}\n`).join('')

const SERVER = (home: string, startup: Startup) => ['--import', 'tsx', ENTRY, home, startup]

interface Answer {
  readonly result?: { readonly data?: ReadonlyArray<{ readonly id: string }> }
}

const answersIn = (out: string): ReadonlyArray<Answer> =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer)

const rowsIn = (out: string) => answersIn(out).flatMap(({ result }) => result?.data ?? [])

/** What a process answers, and the system calls in which it names a path of the home. */
const traced = (home: string, startup: Startup, requests: ReadonlyArray<object>) => {
  const log = `${home}.strace`
  const { stdout } = spawnSync(
    'strace',
    ['-f', '-qq', '-o', log, '-e', 'trace=%file', process.execPath, ...SERVER(home, startup)],
    { input: inputOf(requests), encoding: 'utf8' }
  )
  const calls = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes(home) && !line.includes('execve('))
  removeFolder(log)
  return { calls, answers: answersIn(stdout), rows: rowsIn(stdout) }
}

describe('a server that starts', () => {
  it('reads nothing of the home until a request needs it, where it is told so', () => {
    if (noStrace() !== null) return
    const home = copyHome('basic-142')
    const before = readdirSync(home, { recursive: true })
    const greeted = traced(home, 'none', [HELLO])
    expect(greeted.calls).to.deep.equal([])
    expect(greeted.answers).to.have.length(2)
    const listed = traced(home, 'none', [HELLO, LIST])
    expect(listed.calls).not.to.deep.equal([])
    expect(listed.rows).to.have.length.greaterThan(0)
    expect(readdirSync(home, { recursive: true })).to.deep.equal(before)
    expect(traced(home, 'all', [HELLO]).calls).not.to.deep.equal([])
    removeFolder(home)
  }).timeout(120_000)

  it('asks a store for nothing until a request needs it, where it is told so', async () => {
    const server = await startEventStore()
    const wire = await connected(server.url)
    const id = '01a1fcde-0000-7000-8000-000000000001'
    const timestamp = '2026-11-21T06:46:30.000Z'
    const lines = [
      { type: 'session_meta', payload: { id, timestamp, cwd: '/w', originator: 'o' } },
      { type: 'event_msg', payload: { type: 'user_message', message: 'hello' } }
    ].map((line) => JSON.stringify({ timestamp, ...line }))
    await write(wire, id, [placed(id), { segment: id, lines: bytesOf(...lines) }])
    const answers = async (...requests: ReadonlyArray<object>) => {
      const child = spawn(process.execPath, [
        ...SERVER('/nowhere', 'none'),
        `${server.url}&defaultDeadline=100`
      ])
      child.stdin.end(inputOf(requests))
      const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
      return { rows: rowsIn(out), err }
    }
    expect((await answers(HELLO, LIST)).rows.map((row) => row.id)).to.deep.equal([id])
    await server.stop()
    expect(await answers(HELLO)).to.deep.equal({ rows: [], err: '' })
    const away = await answers(HELLO, LIST)
    expect(away.err).to.include('store')
  }).timeout(120_000)

  it('finishes an import of a process that was killed, unless it is told to do nothing', () => {
    const script = bundleChild('import-crash-entry')
    const root = temporaryFolder()
    const folder = join(root, 'projects')
    mkdirSync(join(folder, 'p'), { recursive: true })
    const lines = madeSession(20_000, root, Date.parse('2026-11-20T00:00:00Z'))
    writeFileSync(join(folder, 'p', 's.jsonl'), `${lines.join('\n')}\n`)
    const importing = (home: string, step: number) =>
      spawnSync(process.execPath, [script, home, folder, String(step)], { encoding: 'utf8' })
    const twin = temporaryFolder()
    const { steps } = JSON.parse(importing(twin, 0).stdout) as { readonly steps: number }
    removeFolder(twin)
    const locked = (home: string): boolean =>
      readdirSync(join(home, '.unroll')).includes('imports.lock')
    const left = (home: string) =>
      (readdirSync(home, { recursive: true }) as ReadonlyArray<string>).filter((path) =>
        path.endsWith('.tmp')
      )
    const ended = (home: string): ReadonlyArray<string> =>
      readFileSync(join(home, '.unroll/operations.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { readonly record: string }).record)
    const seen = new Set<string>()
    for (let step = 2; step <= steps; step += 3) {
      const home = temporaryFolder()
      expect(importing(home, step).signal).to.equal('SIGKILL')
      const start = (startup: Startup) =>
        spawnSync(process.execPath, SERVER(home, startup), {
          input: inputOf([HELLO]),
          encoding: 'utf8'
        }).stderr
      const unfinished = [left(home), ended(home)]
      expect(start('none')).to.equal('')
      expect([locked(home), left(home), ended(home)]).to.deep.equal([true, ...unfinished])
      expect(start('all')).to.equal('')
      expect([locked(home), left(home)], `step ${step}`).to.deep.equal([false, []])
      const records = ended(home)
      expect(records.filter((record) => record === 'began').length).to.equal(
        records.filter((record) => record === 'ended').length
      )
      seen.add(JSON.stringify(unfinished))
      removeFolder(home)
    }
    expect(seen.size).to.be.greaterThan(1)
    removeFolder(dirname(script))
    removeFolder(root)
  }).timeout(120_000)
})
