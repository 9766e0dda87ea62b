/**
 * Measures unroll, and real Codex app-servers in the same run:
 *
 *     npm run bench -- --home bench/data/M --peers peers --versions 0.142.5,0.169.0-migrated --runs 5
 *
 * See README.md beside this file.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { readManifest } from './home/manifest.ts'
import { concurrent } from './measure/concurrent.ts'
import { classesOf, type Context, type Suite } from './measure/context.ts'
import { migration } from './measure/migration.ts'
import { deep, fullRead, lists, turns } from './measure/pages.ts'
import { figures, notes, verdicts } from './measure/report.ts'
import { figureOf, ratioTo, type Row } from './measure/rows.ts'
import { peerServer, profileOf, unrollServer, type Server } from './measure/servers.ts'
import { searches } from './measure/search.ts'
import { firstIndex, startup } from './measure/starts.ts'
import { judge } from './measure/verdicts.ts'
import { TARGETS } from './targets.ts'
import { warmFiles } from './measure/warm.ts'

const DATA = join(import.meta.dirname, 'data')
const MAIN = join(import.meta.dirname, '..', 'dist', 'unroll.cjs')
const VERSIONS = '0.142.5,0.169.0-migrated'
const SUITES: Record<string, Suite> = {
  'first-index': firstIndex,
  migration,
  startup,
  list: lists,
  turns,
  deep,
  read: fullRead,
  search: searches,
  concurrent
}

const text = (fallback: string) => ({ type: 'string' as const, default: fallback })

const readOptions = () =>
  parseArgs({
    options: {
      home: text('S'),
      peers: text(''),
      versions: text(VERSIONS),
      reads: text(''),
      profile: text(''),
      suites: text(Object.keys(SUITES).join(',')),
      runs: text('5'),
      'budget-s': text('60'),
      work: text(join(DATA, 'work')),
      unroll: text(MAIN),
      out: text('')
    }
  }).values

const commas = (value: string): ReadonlyArray<string> => value.split(',').filter(Boolean)

/** A path, or the name of a home below `bench/data`. */
const homeOf = (given: string): string =>
  [resolve(given), join(DATA, given)].find((path) => existsSync(join(path, 'manifest.json'))) ??
  fail(`no generated home at ${given}; see bench/generate.ts`)

const fail = (message: string): never => {
  process.stderr.write(`bench: ${message}\n`)
  process.exit(2)
}

/** The migrated home unroll is to read, too. */
const peerOf = (peers: ReadonlyArray<Server>, name: string): Server =>
  peers.find((peer) => peer.name === name && peer.migration !== null) ??
  fail(`--reads takes one of --versions that ends in -migrated, not ${name}`)

const contextOf = (options: ReturnType<typeof readOptions>): Context => {
  const home = homeOf(options.home)
  const main = resolve(options.unroll)
  if (!existsSync(main)) fail(`${main} is missing; npm run build`)
  const work = resolve(options.work)
  mkdirSync(work, { recursive: true })
  const versions = options.peers === '' ? [] : commas(options.versions)
  const peers = versions.map((name): Server => peerServer(name, resolve(options.peers), home, work))
  const given = readManifest(home)
  const { reads } = options
  const read = reads === '' ? undefined : peerOf(peers, reads)
  const unroll = {
    main,
    home: read?.home ?? home,
    index: join(work, `${basename(read?.home ?? home)}-unroll-index`),
    profile: options.profile || (read === undefined ? '' : profileOf(read.name))
  }
  // Targets name the home by this; its threads and their files are the same.
  const manifest = read === undefined ? given : { ...given, profile: `${given.profile}-migrated` }
  return {
    servers: [unrollServer(unroll), ...peers],
    manifest,
    runs: Math.max(1, Number(options.runs)),
    budgetMs: Number(options['budget-s']) * 1000,
    generated: home,
    unroll,
    memory: new Map(),
    classes: classesOf(manifest)
  }
}

const measureAll = async (context: Context, suites: ReadonlyArray<string>): Promise<Row[]> => {
  const rows: Row[] = []
  for (const name of suites) {
    const suite = SUITES[name] ?? fail(`no suite ${name}; there are ${Object.keys(SUITES).join()}`)
    const startMs = performance.now()
    process.stderr.write(`bench: ${name}`)
    rows.push(...(await suite(context)))
    process.stderr.write(` ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`)
  }
  return [...rows, ...context.memory.values()]
}

const main = async (): Promise<void> => {
  const options = readOptions()
  const context = contextOf(options)
  const { servers, manifest, runs } = context
  const peers = servers.slice(1).map(({ name }) => name)
  const machine = {
    node: process.version,
    cores: availableParallelism(),
    loadAtStart: loadavg()[0] ?? 0
  }
  for (const server of servers) warmFiles(server.home, manifest)
  const rows = await measureAll(context, commas(options.suites))
  const judged = judge(TARGETS, manifest.profile, rows)
  const { node, cores, loadAtStart } = machine
  const load = `load ${loadAtStart.toFixed(1)} at start`
  process.stdout.write(
    `home ${manifest.profile}, ${runs} runs, node ${node}, ${cores} cores, ${load}\n\n`
  )
  process.stdout.write(`${figures(rows, peers)}\n${notes(rows)}\n${verdicts(judged)}`)
  if (options.out === '') return
  const each = (of: (name: string) => number | null) =>
    Object.fromEntries(servers.map(({ name }) => [name, of(name)]))
  const detailed = rows.map((row) => ({
    ...row,
    figures: each((name) => figureOf(row, name)),
    ratios: Object.fromEntries(peers.map((peer) => [peer, ratioTo(row, peer)]))
  }))
  const at = new Date().toISOString()
  const result = {
    at,
    ...machine,
    profile: manifest.profile,
    runs,
    rows: detailed,
    targets: judged
  }
  mkdirSync(dirname(resolve(options.out)), { recursive: true })
  writeFileSync(options.out, `${JSON.stringify(result, null, 1)}\n`)
}

await main()
