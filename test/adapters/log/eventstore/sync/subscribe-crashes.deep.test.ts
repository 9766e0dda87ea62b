// A subscriber that is killed, again and again. The goal: its file has every line once, in order. The method: a process that
// writes a file of what a stand-in tells it while threads are written, killed at random moments, and begun anew.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { connectWire } from '../../../../../adapters/log/eventstore/connection/connect.ts'
import { EMPTY } from '../../../../../adapters/log/eventstore/stream/directory.ts'
import {
  startEventStore,
  type TestEventStore
} from '../../../../support/eventstore-server/server.ts'
import { removeFolder, temporaryFolder } from '../../../../support/fixture-home.ts'
import { bytesOf, placed, write } from '../../../../support/store-lines.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..', '..', '..')
const TRIALS = Number(process.env['UNROLL_CRASHES'] ?? 3)
const TRIAL_MS = 60_000
const THREADS = [1, 2, 3].map((n) => `01a1fcde-0000-7000-8000-00000000000${n}`)

const message = (text: string): string =>
  JSON.stringify({
    timestamp: '2026-11-21T06:46:30.000Z',
    type: 'event_msg',
    payload: { type: 'user_message', message: text }
  })

const subscriber = (server: TestEventStore, folder: string, more: ReadonlyArray<string> = []) =>
  spawn(
    process.execPath,
    [
      ...['--import', 'tsx', 'adapters/cli/main.ts', 'store', 'subscribe', '--home', folder],
      ...['--store', server.url, '--index', join(folder, 'index')],
      ...['--out', join(folder, 'told.jsonl'), '--types', 'event_msg/*', ...more]
    ],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] }
  )

const ended = (child: ReturnType<typeof subscriber>): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve))

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0)

describe('a subscriber that is killed', () => {
  it(`has every line once in its file after ${TRIALS} kills`, async () => {
    const server = await startEventStore({ maxAppendSizeBytes: 64 * 1024 })
    const folder = temporaryFolder()
    const file = join(folder, 'told.jsonl')
    const wire = E.getOrElseW(() => {
      throw new Error('no connection')
    })(await connectWire(server.url))
    const written: Array<string> = []
    const known = new Map(THREADS.map((thread) => [thread, EMPTY]))
    const writeSome = async (): Promise<void> => {
      const thread = THREADS[Math.floor(Math.random() * THREADS.length)] ?? ''
      const directory = known.get(thread) ?? EMPTY
      const texts = Array.from(
        { length: 1 + Math.floor(Math.random() * 20) },
        (_, i) => `${written.length + i} ${'x'.repeat(Math.random() < 0.05 ? 60_000 : 200)}`
      )
      const lines = { segment: thread, lines: bytesOf(...texts.map(message)) }
      const begin = directory.revision < 0 ? [placed(thread)] : []
      const as = { directory, callBytesMax: 20_000 }
      known.set(thread, await write(wire, thread, [...begin, lines], as))
      written.push(...texts)
    }
    for (let trial = 0; trial < TRIALS; trial++) {
      const before = sizeOf(file)
      const child = subscriber(server, folder)
      const over = ended(child)
      const growth = Math.random() * 20_000
      while (sizeOf(file) <= before + growth) await writeSome()
      child.kill('SIGKILL')
      await over
    }
    expect(await ended(subscriber(server, folder, ['--until-caught-up']))).to.equal(0)
    const told = readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { event: { payload: { message: string } } }).event)
      .map(({ payload }) => payload.message)
    expect(told).to.deep.equal(written)
    await wire.dispose()
    await server.stop()
    removeFolder(folder)
  }).timeout(TRIALS * TRIAL_MS)
})
