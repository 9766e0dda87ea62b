/**
 * The servers to measure. Codex writes into its home, so each of its versions gets a copy; unroll reads the home
 * itself and keeps its index elsewhere.
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { keptCopy, removeFolder } from './copies.ts'
import type { Command } from './rpc.ts'

/** A server and how to set it back to the first day. */
export interface Server {
  readonly name: string
  readonly home: string
  readonly command: Command
  /** Deletes what the server derived from the rollouts; null where that holds the threads themselves. */
  readonly forget: (() => void) | null
  /** How to migrate once more, in a copy yet to be made; null for what does not migrate. */
  readonly migration: { readonly copy: string; readonly command: Command } | null
}

/** Name of unroll in every table. */
export const UNROLL = 'unroll'

const MIGRATED = '-migrated'
const MIGRATE = ['migrate-rollouts', '--apply', '--json']
const TRIPLE = 'x86_64-unknown-linux-musl'
const PLACES = [
  `node_modules/@openai/codex-linux-x64/vendor/${TRIPLE}/bin/codex`,
  `node_modules/@openai/codex-linux-x64/vendor/${TRIPLE}/codex/codex`,
  'node_modules/.bin/codex'
]

/** How a program of unroll is started: built, or from its sources. */
const unrollArgv = (main: string): ReadonlyArray<string> => [
  process.execPath,
  ...(main.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []),
  main
]

/** unroll: its program, and where it works. */
export interface Unroll {
  readonly main: string
  readonly home: string
  readonly index: string
  /** Codex to answer as; the build's own choice when empty. */
  readonly profile: string
}

/** How a command of unroll is started. */
export const unrollCommand = (unroll: Unroll, ...words: ReadonlyArray<string>): Command => {
  const { main, home, index, profile } = unroll
  const options = profile === '' ? [] : ['--profile', profile]
  const argv = [...unrollArgv(main), ...words, '--home', home, '--index', index, ...options]
  return { argv, env: process.env }
}

/** unroll over its home, with its index in the work folder. */
export const unrollServer = (unroll: Unroll): Server => ({
  name: UNROLL,
  home: unroll.home,
  command: unrollCommand(unroll, 'app-server'),
  forget: () => removeFolder(unroll.index),
  migration: null
})

const codexOf = (peers: string, version: string): string => {
  const found = PLACES.map((place) => join(peers, version, place)).find((path) =>
    fs.existsSync(path)
  )
  if (found === undefined) throw new Error(`no Codex ${version} below ${peers}`)
  return resolve(found)
}

const dropDatabases = (home: string): void => {
  for (const name of fs.readdirSync(home)) {
    if (/\.sqlite(-\w+)?$/.test(name)) fs.rmSync(join(home, name))
  }
}

/**
 * A real Codex over its own copy of `home`. A version that ends in `-migrated` moves all threads into its paginated
 * store first; that store is no cache, so it is never deleted.
 */
export const peerServer = (name: string, peers: string, home: string, work: string): Server => {
  const migrated = name.endsWith(MIGRATED)
  const program = codexOf(peers, migrated ? name.slice(0, -MIGRATED.length) : name)
  const copy = join(work, `${basename(home)}-${name}`)
  const over = (codexHome: string, ...words: ReadonlyArray<string>): Command => ({
    argv: [program, ...words],
    env: { ...process.env, CODEX_HOME: codexHome }
  })
  const again = `${copy}-again`
  const server = { name, home: copy, command: over(copy, 'app-server') }
  if (!migrated) {
    keptCopy(home, copy, () => undefined)
    return { ...server, forget: () => dropDatabases(copy), migration: null }
  }
  keptCopy(home, copy, () => {
    const { argv, env } = over(copy, ...MIGRATE)
    execFileSync(program, argv.slice(1), { env, stdio: 'ignore' })
  })
  return { ...server, forget: null, migration: { copy: again, command: over(again, ...MIGRATE) } }
}

/** The profile of unroll that reads what such a server keeps: `0.169` for `0.169.0-migrated`. */
export const profileOf = (name: string): string => name.split('.').slice(0, 2).join('.')
