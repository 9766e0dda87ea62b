/**
 * Measures what grows with a home: homes of many small threads, unroll alone.
 *
 *     npm run build && npm run bench:growth -- --threads 2000,20000,100000 --out DIR
 *
 * Homes are made in `--out` when they are not there. See README.md beside this file.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readManifest } from './home/manifest.ts'
import { writeHomeOf } from './home/home.ts'
import { removeFolder } from './measure/copies.ts'
import { figures, verdicts } from './measure/report.ts'
import { addSample, emptyRow, type Row } from './measure/rows.ts'
import { Connection, type Command } from './measure/rpc.ts'
import { UNROLL, unrollCommand, type Unroll } from './measure/servers.ts'
import { judgeOwn } from './measure/verdicts.ts'
import { warmFiles } from './measure/warm.ts'
import { TARGETS } from './targets.ts'

const { threads, out, runs, unroll } = parseArgs({
  options: {
    threads: { type: 'string', default: '2000,20000,100000' },
    out: { type: 'string', default: join(import.meta.dirname, 'data') },
    runs: { type: 'string', default: '3' },
    unroll: { type: 'string', default: 'dist/unroll.cjs' }
  }
}).values

const THREAD_BYTES = 24_000
const PAGE = 100
const LATER = 5

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(folder, path)))
    .reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0)

/** A home, and the rows that it fills; every one is made in every round. */
class Grown {
  readonly rows = new Map<string, Row>()
  private readonly home: string
  private readonly name: string
  private readonly index: string
  private readonly unroll: Unroll

  constructor(home: string, name: string) {
    this.home = home
    this.name = name
    this.index = `${home}-index`
    this.unroll = { main: resolve(unroll), home, index: this.index, profile: '' }
  }

  private add(what: string, unit: Row['unit'], value: number, suite = ''): void {
    const name = suite === '' ? what : `${this.name}, ${what}`
    const row = this.rows.get(what + unit) ?? emptyRow(suite === '' ? this.name : suite, name, unit)
    this.rows.set(what + unit, row)
    addSample(row, UNROLL, value)
  }

  private command(...words: ReadonlyArray<string>): Command {
    return unrollCommand(this.unroll, ...words)
  }

  /** One server, from its start to its end; its peak counts for `work`. */
  private async served(
    work: string,
    use: (ask: (method: string, params: object) => Promise<number>, server: Connection) => unknown
  ): Promise<void> {
    const server = new Connection(this.command('app-server'))
    const ask = async (method: string, params: object): Promise<number> => {
      const { ms, error } = await server.call(method, params)
      if (error !== null) throw new Error(`${method}: ${error}`)
      return ms
    }
    await server.initialize()
    try {
      await use(ask, server)
    } finally {
      this.add(work, 'MB', await server.close(), 'peak memory')
    }
  }

  private async firstStart(): Promise<void> {
    removeFolder(this.index)
    await this.served('first start', async (_, server) => {
      let cursor: string | null = null
      do {
        const { result, error } = await server.call('thread/list', { limit: PAGE, cursor })
        if (error !== null) throw new Error(error)
        cursor = result().nextCursor ?? null
      } while (cursor !== null)
      this.add('first start until every page is listed', 'ms', performance.now() - server.startedMs)
    })
  }

  private async lists(): Promise<void> {
    await this.served('lists', async (ask, server) => {
      const byTime = (limit: number) => ask('thread/list', { limit, sortKey: 'updated_at' })
      this.add('list by updated_at, first in a process', 'ms', await byTime(25))
      for (let nth = 1; nth <= LATER; nth++)
        this.add('list by updated_at, while the rest is folded', 'ms', await byTime(25 - nth))
      await server.settled()
      for (let nth = 1; nth <= LATER; nth++)
        this.add('list by updated_at, later', 'ms', await byTime(50 - nth))
      for (let nth = 0; nth < LATER; nth++) {
        const params = { limit: 25 - nth, useStateDbOnly: true }
        this.add('list, useStateDbOnly', 'ms', await ask('thread/list', params))
      }
    })
  }

  private async searches(): Promise<void> {
    await this.served('searches', async (ask, server) => {
      const absent = (limit: number) => ask('thread/search', { searchTerm: 'zzqxjkabsent', limit })
      this.add('search, the first of a home', 'ms', await absent(25))
      await server.settled()
      for (let nth = 1; nth <= LATER; nth++)
        this.add('search, no hit', 'ms', await absent(25 - nth))
    })
    this.add('index on disk with full text, times the home', 'times', this.shareOfHome())
  }

  private shareOfHome(): number {
    return sizeOf(this.index) / sizeOf(join(this.home, 'sessions'))
  }

  /** A process is killed while it writes the ledger of usage into a whole index, and the next one opens that. */
  private async killed(): Promise<void> {
    const whole = `${this.index}-whole`
    removeFolder(whole)
    cpSync(this.index, whole, { recursive: true })
    const before = sizeOf(this.index)
    const [program = '', ...words] = this.command('usage', 'total').argv
    const child = spawn(program, words, { stdio: 'ignore', detached: true })
    const ended = once(child, 'exit')
    // The file grows while a transaction is written.
    while (child.exitCode === null && sizeOf(this.index) === before)
      await new Promise((wake) => setTimeout(wake, 1))
    const isRunning = child.exitCode === null
    child.kill('SIGKILL')
    await ended
    if (isRunning)
      await this.served('after a kill', async (ask, server) => {
        await ask('thread/list', { limit: 25 })
        this.add('first open after a kill', 'ms', performance.now() - server.startedMs)
      })
    removeFolder(this.index)
    cpSync(whole, this.index, { recursive: true })
    removeFolder(whole)
  }

  async measure(): Promise<ReadonlyArray<Row>> {
    for (let run = 0; run < Number(runs); run++) {
      await this.firstStart()
      await this.lists()
      await this.killed()
      await this.searches()
    }
    removeFolder(this.index)
    return [...this.rows.values()]
  }
}

const rows: Row[] = []
for (const count of threads.split(',').map(Number)) {
  const home = resolve(out, `growth-${count}`)
  if (!existsSync(join(home, 'manifest.json')))
    writeHomeOf(home, `growth-${count}`, { threads: count, bytes: count * THREAD_BYTES }, '1')
  warmFiles(home, readManifest(home))
  rows.push(...(await new Grown(home, `${count.toLocaleString('en')} threads`).measure()))
}
process.stdout.write(`${figures(rows, [])}\n${verdicts(judgeOwn(TARGETS, 'growth', rows))}`)
