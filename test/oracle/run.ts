/**
 * Asks a real Codex and this server the same, on equal copies of recorded homes, and prints where they differ.
 *
 *   npm run oracle -- <path of codex> [home] [script]
 *
 * `home` and `script` are regular expressions; only homes are taken that the version of that Codex wrote. The binary is
 * never a dependency: it is whatever the path names. No model is asked, recorded scripts end where one would be needed.
 */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ProfileName } from '../../domain/profile.ts'
import {
  changesSince,
  compareFiles,
  compareMessages,
  runNow,
  runThen,
  translated,
  type Compared
} from '../support/compare-runs.ts'
import { copyHome, homeNames, removeFolder } from '../support/fixture-home.ts'
import { knownBefore } from '../support/mutation-replay.ts'
import { filesOf } from '../support/normalise.ts'
import { recordedMutations, stepsOf, type Script } from '../support/recorded-mutations.ts'
import { clientOf, serverOf, shaken, type Message } from '../support/rpc-client.ts'

/** Codex goes on sending after an answer; it is done when it is silent for so long. */
const SILENCE_MS = 250
const ANSWER_MS_MAX = 20_000

/** A copy of a home that names nothing of the machine it was recorded on. */
const freshHome = (name: string): string => {
  const home = copyHome(name)
  const config = join(home, 'config.toml')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace(/^model_catalog_json.*\n/m, ''))
  return home
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** The real app-server over stdio. */
const startCodex = async (codex: string, home: string) => {
  const child = spawn(codex, ['app-server'], {
    cwd: tmpdir(),
    env: { ...process.env, CODEX_HOME: home, MOCK_KEY: 'none', RUST_LOG: 'off' },
    stdio: ['pipe', 'pipe', 'ignore']
  })
  const received: Array<Message> = []
  createInterface({ input: child.stdout }).on('line', (line) =>
    received.push(JSON.parse(line) as Message)
  )
  let id = 0
  const ask = async (method: string, params: unknown): Promise<ReadonlyArray<Message>> => {
    const from = received.length
    id += 1
    child.stdin.write(`${JSON.stringify({ id, method, params })}\n`)
    const until = Date.now() + ANSWER_MS_MAX
    while (!received.slice(from).some((message) => message['id'] === id)) {
      if (Date.now() > until) throw new Error(`no answer to ${method}`)
      await pause(5)
    }
    for (let count = -1; count !== received.length;) {
      count = received.length
      await pause(SILENCE_MS)
    }
    return received.slice(from)
  }
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.stdin.end()
    await gone
  }
  const clientInfo = { name: 'lab', version: '1' }
  await ask('initialize', { clientInfo, capabilities: { experimentalApi: true } })
  return { ask, stop }
}

const compareLive = async (
  codex: string,
  name: string,
  script: Script
): Promise<ReadonlyArray<Compared>> => {
  const before = knownBefore(name)
  const homes = [freshHome(name), freshHome(name)] as const
  const profile = script.reader.slice(0, 5) as ProfileName
  const server = serverOf(homes[0], { profile, strict: true, version: script.reader })
  const client = await shaken(clientOf(server), { experimentalApi: true }, 'lab')
  const real = await startCodex(codex, homes[1])
  const files = homes.map(filesOf)
  const [ours, theirs, recorded] = [
    runNow(before, homes[0]),
    runNow(before, homes[1]),
    runThen(before)
  ]
  const id = { home: name, script: script.name }
  const compared: Array<Compared> = []
  try {
    for (const [at, { request, messages }] of stepsOf(script).entries()) {
      const mine = translated(request, ours, recorded, homes[0])
      const other = translated(request, theirs, recorded, homes[1])
      const line = JSON.stringify({ id: 100 + at, method: mine.method, params: mine.params })
      const received = await client.send(line)
      const answered = await real.ask(other.method, other.params)
      recorded.normal(messages)
      compared.push(
        ...compareMessages({ ...id, method: mine.method }, [ours, received], [theirs, answered])
      )
    }
    await real.stop()
    const changes = homes.map((home, at) => changesSince(files[at] ?? new Map(), home))
    const [mine, other] = changes.map((all) =>
      Object.fromEntries(Object.entries(all).filter(([path]) => /\.jsonl$/.test(path)))
    )
    compared.push(compareFiles(id, [ours, mine ?? {}], [theirs, other ?? {}]))
    return compared
  } finally {
    await client.close()
    homes.forEach(removeFolder)
  }
}

const [codex = process.env['CODEX'] ?? '', homes = '.', scripts = '.'] = process.argv.slice(2)
if (codex === '') {
  process.stderr.write('usage: npm run oracle -- <path of codex> [home] [script]\n')
  process.exit(2)
}
const version = execFileSync(codex, ['--version'], { encoding: 'utf8' }).trim().split(' ').pop()
let different = 0
for (const name of homeNames().filter((one) => new RegExp(homes).test(one))) {
  for (const script of recordedMutations(name)) {
    if (script.reader !== version || !new RegExp(scripts).test(script.name)) continue
    const compared = await compareLive(codex, name, script)
    const unequal = compared.filter(({ equal }) => !equal)
    different += unequal.length
    const count = `${compared.length - unequal.length} equal, ${unequal.length} different`
    process.stdout.write(`${name} ${script.name}: ${count}\n`)
    for (const { method, what, paths, ours, theirs } of unequal) {
      const detail = what === 'order' ? JSON.stringify([ours, theirs]) : paths.join(' ')
      process.stdout.write(`  ${method} ${what}: ${detail}\n`)
    }
  }
}
process.exitCode = different === 0 ? 0 : 1
