/**
 * The servers to measure. Codex writes into its home, so each of its versions gets a copy; unroll reads the home
 * itself and keeps its index elsewhere.
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Command } from './rpc.ts'

/** A server and how to set it back to the first day. */
export interface Server {
  readonly name: string
  readonly home: string
  readonly command: Command
  /** Deletes what the server derived from the rollouts; null where that holds the threads themselves. */
  readonly forget: (() => void) | null
}

/** Name of unroll in every table. */
export const UNROLL = 'unroll'

const MIGRATED = '-migrated'
const TRIPLE = 'x86_64-unknown-linux-musl'
const PLACES = [
  `node_modules/@openai/codex-linux-x64/vendor/${TRIPLE}/bin/codex`,
  `node_modules/@openai/codex-linux-x64/vendor/${TRIPLE}/codex/codex`,
  'node_modules/.bin/codex'
]

const removeFolder = (path: string): void => fs.rmSync(path, { recursive: true, force: true })

/** How a program of unroll is started: built, or from its sources. */
export const unrollArgv = (main: string): ReadonlyArray<string> => [
  process.execPath,
  ...(main.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []),
  main
]

/** unroll over `home`, with its index in the work folder. */
export const unrollServer = (main: string, home: string, index: string): Server => ({
  name: UNROLL,
  home,
  command: {
    argv: [...unrollArgv(main), 'app-server', '--home', home, '--index', index],
    env: process.env
  },
  forget: () => removeFolder(index)
})

const codexOf = (peers: string, version: string): string => {
  const found = PLACES.map((place) => join(peers, version, place)).find((path) =>
    fs.existsSync(path)
  )
  if (found === undefined) throw new Error(`no Codex ${version} below ${peers}`)
  return resolve(found)
}

/** A copy of the home, made once; a copy cut short is made again. */
const copyOf = (home: string, copy: string, prepare: () => void): void => {
  const done = `${copy}.done`
  const manifest = fs.readFileSync(join(home, 'manifest.json'), 'utf8')
  if (fs.existsSync(done) && fs.readFileSync(done, 'utf8') === manifest) return
  process.stderr.write(`bench: preparing ${copy}\n`)
  fs.rmSync(done, { force: true })
  removeFolder(copy)
  fs.cpSync(home, copy, {
    recursive: true,
    preserveTimestamps: true,
    mode: fs.constants.COPYFILE_FICLONE
  })
  prepare()
  fs.writeFileSync(done, manifest)
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
  const env = { ...process.env, CODEX_HOME: copy }
  copyOf(home, copy, () => {
    if (migrated) execFileSync(program, ['migrate-rollouts', '--apply'], { env, stdio: 'ignore' })
  })
  return {
    name,
    home: copy,
    command: { argv: [program, 'app-server'], env },
    forget: migrated ? null : () => dropDatabases(copy)
  }
}
