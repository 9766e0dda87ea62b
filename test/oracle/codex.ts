/**
 * A real `codex app-server` over stdio, and homes it can be started on.
 */
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { eraOfVersion } from '../support/eras.ts'
import { copyHome } from '../support/fixture-home.ts'
import type { Message } from '../support/rpc-client.ts'

/** Codex goes on sending after an answer; it is done when it is silent for so long. */
const SILENCE_MS = 250
const ANSWER_MS_MAX = 180_000
/** Its answers are on the disk by then; what it goes on doing is of no interest. */
const STOP_MS_MAX = 300

/** A real app-server that was started and has shaken hands. */
export interface Codex {
  /** Everything that came for a request, until it is silent. */
  readonly ask: (method: string, params: unknown) => Promise<ReadonlyArray<Message>>
  /** The response to a request, as soon as it is there and without its id. */
  readonly answer: (method: string, params: unknown) => Promise<Message>
  /** Waits for a message that came or will come. */
  readonly seen: (isIt: (message: Message) => boolean) => Promise<void>
  /** Everything that came so far. */
  readonly received: ReadonlyArray<Message>
  readonly stop: () => Promise<void>
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const segmentsOf = (home: string): ReadonlyMap<string, string> =>
  new Map(
    (readdirSync(home, { recursive: true }) as Array<string>)
      .filter((path) => path.endsWith('.jsonl') && path.includes('rollout-'))
      .map((path) => [/([0-9a-f-]{36})\.jsonl$/.exec(path)?.[1] ?? '', join(home, path)])
  )

/** Recorded texts were shortened, so places told in bytes are those of the lines they mean only after this. */
export const fitOffsets = (home: string): void => {
  const segments = segmentsOf(home)
  for (const path of segments.values()) {
    const { mtimeMs } = statSync(path)
    const text = readFileSync(path, 'utf8')
    const fitted = text.replace(
      /^(.*"history_base":\{"thread_id":"([^"]+)","end_ordinal_exclusive":(\d+),"end_byte_offset":)\d+/,
      (whole, before: string, base: string, ordinal: string) => {
        const lines = readFileSync(segments.get(base) ?? path, 'utf8').split(/(?<=\n)/)
        const at = lines.findIndex((line) => line.includes(`"ordinal":${ordinal},`))
        const kept = at === -1 ? lines : lines.slice(0, at)
        return segments.has(base) ? `${before}${String(Buffer.byteLength(kept.join('')))}` : whole
      }
    )
    if (fitted === text) continue
    writeFileSync(path, fitted)
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000)
  }
}

/** A copy of a home that names nothing of the machine it was recorded on. */
export const freshHome = (name: string): string => {
  const home = copyHome(name)
  const config = join(home, 'config.toml')
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace(/^model_catalog_json.*\n/m, ''))
  fitOffsets(home)
  return home
}

/** What a binary says its version is. */
export const versionOf = (codex: string): string =>
  execFileSync(codex, ['--version'], { encoding: 'utf8' }).trim().split(' ').pop() ?? ''

/** What a program of this folder was called with: a path of Codex and what else stands there. Ends where the path is missing. */
export const askedCodex = (usage: string) => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      details: { type: 'boolean' },
      record: { type: 'boolean' },
      reads: { type: 'boolean' }
    }
  })
  const [codex, ...rest] = positionals
  if (codex === undefined) {
    process.stderr.write(`usage: ${usage}\n`)
    process.exit(2)
  }
  const version = versionOf(codex)
  return { codex, version, era: eraOfVersion(version), rest, values }
}

/** Starts the real app-server on a home. */
export const startCodex = async (
  codex: string,
  home: string,
  capabilities: object = { experimentalApi: true },
  env: NodeJS.ProcessEnv = {}
): Promise<Codex> => {
  const child = spawn(codex, ['app-server'], {
    cwd: tmpdir(),
    env: { ...process.env, CODEX_HOME: home, MOCK_KEY: 'none', RUST_LOG: 'off', ...env },
    stdio: ['pipe', 'pipe', 'ignore']
  })
  const received: Array<Message> = []
  createInterface({ input: child.stdout }).on('line', (line) =>
    received.push(JSON.parse(line) as Message)
  )
  let id = 0
  const found = async (from: number, isIt: (message: Message) => boolean, what: string) => {
    const until = Date.now() + ANSWER_MS_MAX
    for (;;) {
      const message = received.slice(from).find(isIt)
      if (message !== undefined) return message
      if (Date.now() > until) throw new Error(`no answer to ${what}`)
      await pause(5)
    }
  }
  const sent = (method: string, params: unknown) => {
    const from = received.length
    id += 1
    const own = id
    child.stdin.write(`${JSON.stringify({ id, method, params })}\n`)
    return found(from, (message) => message['id'] === own && !('method' in message), method)
  }
  const ask: Codex['ask'] = async (method, params) => {
    const from = received.length
    await sent(method, params)
    for (let count = -1; count !== received.length;) {
      count = received.length
      await pause(SILENCE_MS)
    }
    return received.slice(from)
  }
  const answer: Codex['answer'] = async (method, params) => {
    const { id: _, ...response } = await sent(method, params)
    return response
  }
  const seen: Codex['seen'] = async (isIt) => {
    await found(0, isIt, 'a turn')
  }
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const stop = async (): Promise<void> => {
    child.stdin.end()
    const patience = setTimeout(() => child.kill('SIGTERM'), STOP_MS_MAX)
    await gone
    clearTimeout(patience)
  }
  const clientInfo = { name: 'lab', version: '1' }
  await answer('initialize', { clientInfo, capabilities })
  return { ask, answer, seen, received, stop }
}
