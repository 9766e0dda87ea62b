/**
 * Notifications that clients of the real server got while it wrote a home, beside those that clients of this one get when the
 * same lines appear in a file.
 */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import type { ProfileName } from '../../domain/log/profile.ts'
import { FIXTURES } from './fixture-home.ts'
import { clientOf, serverOf, shaken, unattended, type Client, type Message } from './rpc-client.ts'

export interface Told {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>> & {
    readonly threadId?: string
    readonly turnId?: string
    readonly turn?: Readonly<Record<string, unknown>> & { readonly id: string }
    readonly item?: Readonly<Record<string, unknown>> & {
      readonly id: string
      readonly type: string
    }
  }
}

/** Names of the homes whose making was recorded. */
export const recordedHomes = (): ReadonlyArray<string> =>
  readdirSync(join(FIXTURES, 'live'))
    .filter((name) => name.endsWith('.jsonl.br'))
    .map((name) => name.slice(0, -'.jsonl.br'.length))
    .sort()

/** Notifications that the clients of the real server got. */
export const recordedTold = (home: string): ReadonlyArray<Told> =>
  brotliDecompressSync(readFileSync(join(FIXTURES, 'live', `${home}.jsonl.br`)))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Told)

/** Version that wrote a home. */
export const profileOf = (home: string): ProfileName =>
  home.endsWith('-130') ? '0.130' : home.endsWith('-142') ? '0.142' : '0.169'

/** Rollouts of a recorded home, relative to it. */
export const rolloutsOf = (home: string): ReadonlyArray<string> =>
  readdirSync(join(FIXTURES, 'homes', home, 'home'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.jsonl') && basename(path).startsWith('rollout-'))
    .sort()

/** A rollout that grows while a client follows it. */
export interface Growing {
  readonly client: Client
  readonly threadId: string
  /** False where Codex refuses to load the thread: it is archived. */
  readonly isFollowed: boolean
  /** Appends the next lines and returns what the client was told. */
  readonly grow: (lines: number) => Promise<ReadonlyArray<Message>>
  readonly linesLeft: () => number
  readonly path: string
  /** Lets this much time go by. */
  readonly wait: (ms: number) => Promise<ReadonlyArray<Message>>
  readonly close: () => Promise<void>
}

/** Puts the first lines of a recorded rollout into an empty home, and a client that follows it. */
export const growing = async (
  home: string,
  from: string,
  rollout: string,
  options: { readonly strict?: boolean; readonly lines?: number; readonly profile?: ProfileName }
): Promise<Growing> => {
  const source = join(FIXTURES, 'homes', from, 'home')
  const config = join(source, 'config.toml')
  if (existsSync(config)) copyFileSync(config, join(home, 'config.toml'))
  const lines = readFileSync(join(source, rollout), 'utf8').split(/(?<=\n)/)
  const path = join(home, rollout)
  mkdirSync(dirname(path), { recursive: true })
  const first = options.lines ?? 1
  writeFileSync(path, lines.slice(0, first).join(''))
  let at = first
  let nowMs = 1_700_000_000_000
  const { strict = true, profile = profileOf(from) } = options
  const watch = { ...unattended(home), nowMs: () => nowMs }
  const server = serverOf(home, { profile, strict }, watch)
  const client = await shaken(clientOf(server))
  const threadId = /([0-9a-f-]{36})\.jsonl$/.exec(rollout)?.[1] ?? ''
  const resumed = await client.ask('thread/resume', { threadId })
  const wait = async (ms: number): Promise<ReadonlyArray<Message>> => {
    const told = client.received.length
    nowMs += ms
    await server.server.follow.sweep()
    return client.received.slice(told)
  }
  return {
    client,
    threadId,
    isFollowed: !('error' in resumed),
    path,
    grow: (count) => {
      appendFileSync(path, lines.slice(at, at + count).join(''))
      at += count
      return wait(1000)
    },
    linesLeft: () => Math.max(0, lines.length - at),
    wait,
    close: server.close
  }
}
