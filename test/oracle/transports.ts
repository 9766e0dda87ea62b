/**
 * Asks a real Codex and unroll the same requests before and around their messages, and prints where they differ: HTTP,
 * authentication, starts that are refused, frames, the socket file.
 *
 *   npm run oracle:transports -- <path of codex> [--record]
 *
 * `--record` writes Codex's answers to test/fixtures/transports/VERSION.json, which the tests compare with.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthOptions } from '../../adapters/rpc/transports/auth.ts'
import { CONVERSATIONS } from '../support/conversations.ts'
import { FIXTURES, removeFolder, temporaryFolder } from '../support/fixture-home.ts'
import {
  askRow,
  HTTP_GROUPS,
  KNOWN_DIFFERENCES,
  REFUSED_STARTS,
  writeSecrets
} from '../support/transport-matrix.ts'

const UNROLL = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  join(import.meta.dirname, '..', '..', 'adapters', 'cli', 'main.ts')
]
const FLAGS: Readonly<Record<keyof AuthOptions, string>> = {
  mode: '--ws-auth',
  tokenFile: '--ws-token-file',
  tokenSha256: '--ws-token-sha256',
  sharedSecretFile: '--ws-shared-secret-file',
  issuer: '--ws-issuer',
  audience: '--ws-audience',
  maxClockSkewSeconds: '--ws-max-clock-skew-seconds'
}

interface Started {
  readonly child: ChildProcess
  readonly port: number
}

const flagsOf = (auth: AuthOptions): ReadonlyArray<string> =>
  Object.entries(auth).flatMap(([name, value]) => [FLAGS[name as keyof AuthOptions], String(value)])

const spawned = (
  program: ReadonlyArray<string>,
  folder: string,
  words: ReadonlyArray<string>
): { readonly child: ChildProcess; readonly heard: () => string } => {
  const [command = '', ...rest] = program
  const home = join(folder, 'home')
  const env = { ...process.env, CODEX_HOME: home, XDG_CACHE_HOME: join(folder, 'cache') }
  const child = spawn(command, [...rest, 'app-server', ...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let heard = ''
  child.stderr?.on('data', (bytes: Buffer) => (heard += bytes.toString()))
  return { child, heard: () => heard }
}

const start = async (
  program: ReadonlyArray<string>,
  folder: string,
  auth: AuthOptions
): Promise<Started> => {
  const { child, heard } = spawned(program, folder, [
    '--listen',
    'ws://127.0.0.1:0',
    ...flagsOf(auth)
  ])
  for (;;) {
    const port = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(heard())?.[1]
    if (port !== undefined) return { child, port: Number(port) }
    if (child.exitCode !== null) throw new Error(heard())
    await once(child.stderr as NodeJS.ReadableStream, 'data')
  }
}

/** Signals a server; answers its exit code. */
const stop = async (child: ChildProcess): Promise<number | null> => {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  return ((await exited) as [number | null])[0]
}

/** What a start that fails says in the end, without the paths of this run. */
const refusal = async (
  program: ReadonlyArray<string>,
  folder: string,
  words: ReadonlyArray<string>
): Promise<string> => {
  const { child, heard } = spawned(program, folder, words)
  const started = new Promise<string>((resolve) => {
    child.stderr?.on('data', () => {
      if (heard().includes('listening on:')) resolve('started')
    })
  })
  const ended = once(child, 'close').then(([code]) => {
    const said = /^(?:Error|unroll app-server|error|unroll): (.*)$/m.exec(heard())?.[1] ?? heard()
    return `${code}: ${said.replace(/^invalid value '.*' for '--listen <URL>': /, '')}`
  })
  const outcome = await Promise.race([started, ended])
  child.kill('SIGKILL')
  return outcome.replaceAll(folder, '{{FOLDER}}')
}

type Answers = Record<string, unknown>

const answersOf = async (program: ReadonlyArray<string>): Promise<Answers> => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'home'))
  writeSecrets(folder)
  const answers: Answers = {}
  try {
    for (const { name, auth, rows } of HTTP_GROUPS) {
      const { child, port } = await start(program, folder, auth(folder))
      for (const row of rows) answers[`${name} | ${row.name}`] = await askRow(port, row)
      await stop(child)
    }
    const { child, port } = await start(program, folder, {})
    for (const { name, outcome } of CONVERSATIONS)
      answers[`conversation | ${name}`] = await outcome(port)
    answers['SIGTERM | exit code'] = await stop(child)
    for (const { name, host = '127.0.0.1', auth } of REFUSED_STARTS) {
      const words = ['--listen', `ws://${host}:0`, ...flagsOf(auth(folder))]
      answers[`start | ${name}`] = await refusal(program, folder, words)
    }
    for (const url of [
      'off',
      'http://x',
      'ws://localhost:0',
      'ws://127.0.0.1:0/x',
      'ws://127.0.0.1'
    ])
      answers[`start | --listen ${url}`] = await refusal(program, folder, ['--listen', url])
  } finally {
    removeFolder(folder)
  }
  return answers
}

const [codex, ...flags] = process.argv.slice(2)
if (codex === undefined) throw new Error('npm run oracle:transports -- <path of codex> [--record]')
const version = /[\d.]+/.exec(execFileSync(codex, ['--version'], { encoding: 'utf8' }))?.[0] ?? ''
const theirs = await answersOf([codex])
if (flags.includes('--record')) {
  const folder = join(FIXTURES, 'transports')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${version}.json`), `${JSON.stringify(theirs, null, 1)}\n`)
}
const ours = await answersOf(UNROLL)
const text = (value: unknown): string => JSON.stringify(value)
const different = Object.keys(theirs).filter((name) => text(theirs[name]) !== text(ours[name]))
for (const name of different) {
  const why = KNOWN_DIFFERENCES[name] ?? 'not known'
  console.log(
    `${name} (${why})\n  Codex ${version}: ${text(theirs[name])}\n  unroll: ${text(ours[name])}`
  )
}
console.log(`${Object.keys(theirs).length} asked, ${different.length} answered otherwise`)
