import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import type { Server as Http } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshHome, startCodex } from '../../../oracle/codex.ts'
import { startModel } from '../../../oracle/model.ts'
import { removeFolder, temporaryFolder } from '../../../support/fixture-home.ts'
import { peers, type Peer } from '../../../support/peers.ts'
import type { Message } from '../../../support/rpc-client.ts'
import { told, turnsServer, type TurnsClient, type TurnsServer } from '../../../support/turns.ts'

// Turns that a real Codex runs behind this server, with a model that says one sentence.

const text = (words: string) => [{ type: 'text', text: words, text_elements: [] }]
const isEnd = ({ method }: Message): boolean => method === 'turn/completed'
const errorIn = (end: Message): string | undefined =>
  (end as { params: { turn: { error: { message: string } | null } } }).params.turn.error?.message

/** The file of each thread of a home. */
const rollouts = (home: string): ReadonlyArray<string> =>
  (readdirSync(home, { recursive: true }) as Array<string>)
    .filter((path) => /rollout-.*\.jsonl$/.test(path))
    .sort()
    .map((path) => join(home, path))

const digests = (home: string): ReadonlyArray<string> =>
  rollouts(home).map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'))

/** The kinds of the lines that were added to a file. */
const added = (path: string, before: number): ReadonlyArray<string> =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .slice(before)
    .map((line) => {
      const { type, payload } = JSON.parse(line) as { type: string; payload: { type?: string } }
      return `${type} ${payload.type ?? ''}`.trim()
    })

const linesOf = (path: string): number => readFileSync(path, 'utf8').trim().split('\n').length

const childrenOf = (pid: number): ReadonlyArray<number> =>
  execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child, ...childrenOf(child)] : []))

const killChildren = (): void => {
  for (const pid of childrenOf(process.pid)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended with its parent.
    }
  }
}

const describePeer = ({ era, version, codex }: Peer): Mocha.Suite =>
  describe(`turns by Codex ${version}`, () => {
    let model: Http | null
    let home = ''
    let server: TurnsServer
    before(async () => {
      process.env['MOCK_KEY'] = 'none'
      model = await startModel()
    })
    after(() => model?.close())
    beforeEach(() => {
      home = freshHome(`basic-${version.slice(2, 5)}`)
    })
    afterEach(() => server.close())

    const serve = (at = home): TurnsServer => {
      server = turnsServer(at, {}, { profile: era, path: codex, args: [] })
      return server
    }
    /** The newest thread, open in a client. */
    const opened = async (): Promise<readonly [TurnsClient, string, string]> => {
      const client = await server.client()
      const list = (await client.ask('thread/list', { modelProviders: [] })) as {
        readonly result: { readonly data: ReadonlyArray<{ id: string; path: string }> }
      }
      const { id = '', path = '' } = list.result.data[0] ?? {}
      await client.ask('thread/resume', { threadId: id, excludeTurns: true })
      return [client, id, path]
    }
    const turn = async (client: TurnsClient, threadId: string, words: string): Promise<Message> => {
      const from = client.received.length
      const answer = await client.ask('turn/start', { threadId, input: text(words) })
      expect(Object.keys(answer)).to.deep.equal(['result'])
      return client.seen(isEnd, from)
    }

    it('write the lines that the real server writes alone, and two clients hear the same', async () => {
      serve()
      const [client, threadId, path] = await opened()
      const other = await server.client()
      await other.ask('thread/resume', { threadId, excludeTurns: true })
      const before = linesOf(path)
      const from = [client.received.length, other.received.length]
      expect(errorIn(await turn(client, threadId, 'go'))).to.equal(undefined)
      await other.seen(isEnd, from[1])
      const plain = ({ id, method }: Message): boolean =>
        method !== undefined && id === undefined && method !== 'thread/goal/cleared'
      expect(other.received.slice(from[1]).filter(plain).map(told)).to.deep.equal(
        client.received.slice(from[0]).filter(plain).map(told)
      )
      await server.server.relay?.close()
      const alone = freshHome(`basic-${version.slice(2, 5)}`)
      const twin = path.replace(home, alone)
      const real = await startCodex(codex, alone)
      await real.answer('thread/resume', { threadId })
      await real.answer('turn/start', { threadId, input: text('go') })
      await real.seen((message) => isEnd(message))
      await real.stop()
      expect(added(path, before)).to.deep.equal(added(twin, before))
      removeFolder(alone)
    })

    it('fail in one sentence when Codex is killed, and the next message is answered by another one', async () => {
      serve()
      const [client, threadId] = await opened()
      const from = client.received.length
      await client.ask('turn/start', { threadId, input: text('go') })
      killChildren()
      expect(errorIn(await client.seen(isEnd, from))).to.match(/ended/)
      await sleep(5500)
      expect(errorIn(await turn(client, threadId, 'again'))).to.equal(undefined)
    })

    it('change nothing in the home that a copied home was copied from', async () => {
      const real = await startCodex(codex, home)
      await real.answer('thread/list', { modelProviders: [] })
      const copy = join(temporaryFolder(), 'home')
      serve()
      const [, threadId] = await opened()
      await real.answer('thread/resume', { threadId, excludeTurns: true })
      await real.stop()
      await server.server.relay?.close()
      cpSync(home, copy, { recursive: true, preserveTimestamps: true })
      const before = digests(home)
      const first = server
      serve(copy)
      const [client] = await opened()
      await turn(client, threadId, 'go')
      for (const method of ['thread/name/set', 'thread/archive'])
        await client.ask(method, { threadId, name: 'elsewhere' })
      expect(digests(home)).to.deep.equal(before)
      await first.close()
    })

    it('leave no Codex behind when the server ends', async () => {
      serve()
      const [client, threadId] = await opened()
      await client.ask('turn/start', { threadId, input: text('go') })
      await server.server.relay?.close()
      expect(
        childrenOf(process.pid).filter((pid) => argumentsOf(pid).includes('app-server'))
      ).to.deep.equal([])
    })
  })

const argumentsOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

const installed = peers()
if (installed.length === 0)
  it('turns by a real Codex (pending: CODEX_PEERS names no folder with one)')
for (const peer of installed) describePeer(peer)
