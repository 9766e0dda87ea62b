/**
 * How the real Codex treated clients in their own way: what an MCP server asks people, and which client attests, for how long and with
 * which header. This server does the same for a host of turns. Recorded by `test/oracle/record-clients.ts`.
 */
import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { After } from '../../adapters/rpc/threads/after.ts'
import type { HostedTurn } from '../../adapters/rpc/threads/turn-host.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { eraOfVersion } from '../support/eras.ts'
import { copyHome, FIXTURES, readJson, removeFolder } from '../support/fixture-home.ts'
import {
  ATTESTING,
  ELICITED_CLIENTS,
  takeUps,
  type RecordedClients
} from '../support/host-clients.ts'
import { clientOf, serverOf, shaken, type Message } from '../support/rpc-client.ts'

const FOLDER = join(FIXTURES, 'host')
const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const ELICITATION = 'mcpServer/elicitation/request'
const ATTESTATION = 'attestation/generate'
const ACCEPTED = { action: 'accept', content: { ok: true } }
const INPUT = [{ type: 'text', text: 'x', text_elements: [] }]

/** A server whose turns do one thing and end. */
const hosting = (profile: ProfileName, run: (turn: HostedTurn) => Promise<void>) => {
  const home = copyHome('basic-142')
  const due: Array<() => void> = []
  const after: After = (_, then) => {
    due.push(then)
    return () => undefined
  }
  const turns = {
    run: async (turn: HostedTurn) => {
      await run(turn)
      return { status: 'completed' } as const
    }
  }
  const server = serverOf(home, { profile, reviews: true, turns, after })
  const ended = async (threadId: string): Promise<void> => {
    await server.server.live.find(threadId)?.turn?.ended
  }
  const close = async (): Promise<void> => {
    await server.close()
    removeFolder(home)
  }
  /** The time is up for everything that waits. */
  const wait = (): void => due.splice(0).forEach((then) => then())
  return { server, ended, close, wait }
}

const threadIn = ({ result }: Message): string =>
  (result as { readonly thread: { readonly id: string } }).thread.id

/** Whether each client is asked what an MCP server wants to know, and what the host gets. */
const elicited = async (profile: ProfileName): Promise<RecordedClients['elicited']> => {
  let got: unknown
  const { server, ended, close } = hosting(profile, async (turn) => {
    const outcome = await turn.ask(ELICITATION, {
      ...{ threadId: turn.threadId, turnId: null, serverName: 's', mode: 'form', _meta: null },
      ...{ message: 'sure?', requestedSchema: { type: 'object', properties: {} } }
    })
    got = outcome.kind === 'result' ? outcome.result : outcome
  })
  const seen = []
  for (const [name, version] of ELICITED_CLIENTS) {
    const client = await shaken(clientOf(server), { experimentalApi: true }, name, version)
    const threadId = threadIn(await client.ask('thread/start', {}))
    await client.ask('turn/start', { threadId, input: INPUT })
    const questions = client.received.filter(({ method }) => method === ELICITATION)
    for (const { id } of questions) await client.send(JSON.stringify({ id, result: ACCEPTED }))
    await ended(threadId)
    seen.push([name, version, questions.length > 0, got] as const)
  }
  await close()
  return seen
}

const takenUp = async (profile: ProfileName): Promise<RecordedClients['takenUp']> => {
  const { server, ended, close } = hosting(profile, () => Promise.resolve())
  const capabilities = { experimentalApi: true }
  const two = {
    old: await shaken(clientOf(server), capabilities, 'Xcode', '26.4'),
    other: await shaken(clientOf(server), capabilities, 'probe', '1')
  }
  const steps: Array<readonly [string, boolean]> = []
  await takeUps(
    PLAIN,
    async (who, method, params) => {
      const answer = await two[who].ask(method, params)
      await ended(PLAIN)
      return answer
    },
    async (step, threadId) => {
      const loaded = server.server.live.find(threadId)
      steps.push([step, loaded?.behaviours.has('declinesElicitations') === false])
    }
  )
  await close()
  return steps
}

/** The header for each answer of the only client. */
const attested = async (profile: ProfileName): Promise<RecordedClients['attested']> => {
  let header: string | null = null
  const { server, ended, close, wait } = hosting(profile, async (turn) => {
    header = await turn.attest()
  })
  const headers: Record<string, string | null> = {}
  for (const [name, answer] of Object.entries(ATTESTING)) {
    const capabilities = { experimentalApi: true, requestAttestation: true }
    const client = await shaken(clientOf(server), capabilities)
    const threadId = threadIn(await client.ask('thread/start', {}))
    await client.ask('turn/start', { threadId, input: INPUT })
    for (const { id, method } of client.received)
      if (method === ATTESTATION && answer !== null)
        await client.send(JSON.stringify({ id, ...answer }))
    wait()
    await ended(threadId)
    headers[name] = header
  }
  await close()
  return headers
}

/** Who is asked, of clients that joined a thread in the reverse order of their connections. */
const asked = async (
  profile: ProfileName,
  groups: RecordedClients['asked']
): Promise<RecordedClients['asked']> => {
  const { server, ended, close, wait } = hosting(profile, async (turn) => {
    await turn.attest()
  })
  const seen = []
  for (const [capable] of groups) {
    const all = []
    for (const requestAttestation of capable)
      all.push(await shaken(clientOf(server), { experimentalApi: true, requestAttestation }))
    const starter = await shaken(clientOf(server))
    for (const one of [starter, ...all.toReversed()])
      await one.ask('thread/resume', { threadId: PLAIN })
    await starter.ask('turn/start', { threadId: PLAIN, input: INPUT })
    wait()
    await ended(PLAIN)
    const times = all.map(
      ({ received }) => received.filter(({ method }) => method === ATTESTATION).length
    )
    seen.push([capable, times] as const)
    for (const { connection } of [starter, ...all]) connection.close()
  }
  await close()
  return seen
}

for (const version of readdirSync(FOLDER)) {
  const profile = eraOfVersion(version)
  const recorded = readJson(join(FOLDER, version, 'clients.json')) as RecordedClients
  describe(`clients as ${version} treats them`, () => {
    it('are asked what MCP servers want to know, or decline', async () => {
      expect(await elicited(profile)).to.deep.equal(recorded.elicited)
    })

    it('decide for a thread when they take it up', async () => {
      expect(await takenUp(profile)).to.deep.equal(recorded.takenUp)
    })

    it('attest in time, late, not, or in garbage', async () => {
      expect(await attested(profile)).to.deep.equal(recorded.attested)
    })

    it('are asked to attest by the order of their connections', async () => {
      expect(await asked(profile, recorded.asked)).to.deep.equal(recorded.asked)
    })
  })
}
