// Attestations that a host of turns asks for. What the header says and who is asked was recorded with real binaries
// (`test/golden/clients.test.ts`); that a request was cancelled is what their source says.
import { expect } from 'chai'
import type { After } from '../../../adapters/rpc/threads/after.ts'
import type { HostedTurn } from '../../../adapters/rpc/threads/turn-host.ts'
import { attestationEnvelope } from '../../../domain/questions/attestation.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { clientOf, serverOf, shaken, type Client } from '../../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'
const METHOD = 'attestation/generate'

/** A clock that moves when a test says so. */
const handClock = () => {
  let nowMs = 0
  const due = new Set<{ readonly atMs: number; readonly then: () => void }>()
  const after: After = (durationMs, then) => {
    const one = { atMs: nowMs + durationMs, then }
    due.add(one)
    return () => void due.delete(one)
  }
  const pass = (ms: number): void => {
    nowMs += ms
    for (const one of [...due])
      if (one.atMs <= nowMs) {
        due.delete(one)
        one.then()
      }
  }
  return { after, pass, waiting: () => due.size }
}

/** A turn that runs, in a thread that clients follow as they can attest (true), cannot (false), or can and follow another (null). */
const running = async (
  profile: ProfileName,
  clients: ReadonlyArray<boolean | null>,
  use: (at: {
    readonly turn: HostedTurn
    readonly clients: ReadonlyArray<Client>
    readonly clock: ReturnType<typeof handClock>
    /** Ids of what each client was asked. */
    readonly asked: () => ReadonlyArray<ReadonlyArray<unknown>>
  }) => Promise<void>
): Promise<void> => {
  const home = copyHome('basic-142')
  const clock = handClock()
  const given: Array<HostedTurn> = []
  let end: () => void = () => undefined
  const run = (turn: HostedTurn) =>
    new Promise<{ readonly status: 'completed' }>((resolve) => {
      given.push(turn)
      end = () => resolve({ status: 'completed' })
    })
  const server = serverOf(home, { profile, after: clock.after, turns: { run } })
  const starter = await shaken(clientOf(server))
  const all: Array<Client> = []
  for (const requestAttestation of clients) {
    const capabilities = { experimentalApi: true, requestAttestation: requestAttestation !== false }
    const client = await shaken(clientOf(server), capabilities)
    if (requestAttestation !== null) await client.ask('thread/resume', { threadId: PLAIN })
    all.push(client)
  }
  await starter.ask('thread/resume', { threadId: PLAIN })
  await starter.ask('turn/start', { threadId: PLAIN, input: [{ type: 'text', text: 'go' }] })
  const [turn] = given
  if (turn === undefined) throw new Error('no turn')
  const asked = () =>
    all.map(({ received }) =>
      received.flatMap(({ method, id, params }) => (method === METHOD ? [{ id, params }] : []))
    )
  await use({ turn, clients: all, clock, asked })
  const ended = server.server.live.find(PLAIN)?.turn?.ended
  end()
  await ended
  await server.close()
  removeFolder(home)
}

const reply = (answer: object) => JSON.stringify({ id: 0, ...answer })

describe('attestations', () => {
  it('say what came of asking in an envelope that fits a header', () => {
    const told = (result: unknown) =>
      attestationEnvelope({ kind: 'result', result: result as null })
    expect(told({ token: 'v1.tok', more: 1 })).to.equal('{"v":1,"s":0,"t":"v1.tok"}')
    expect(told({ token: '' })).to.equal('{"v":1,"s":0,"t":""}')
    expect(told({ token: 'a"\u00e9\u{1f600}\u007f\n' })).to.equal(
      String.raw`{"v":1,"s":0,"t":"a\"\u00e9\ud83d\ude00\u007f\n"}`
    )
    for (const garbage of [null, 5, 'token', [], {}, { token: 5 }, { token: null }])
      expect(told(garbage)).to.equal('{"v":1,"s":4}')
    expect(
      (['late', 'error', 'aborted'] as const).map((kind) => attestationEnvelope({ kind }))
    ).to.deep.equal(['{"v":1,"s":1}', '{"v":1,"s":2}', '{"v":1,"s":3}'])
  })

  it('come from the first client to connect that can and follows the thread', async () => {
    const seen: Array<unknown> = []
    for (const clients of [[], [false], [null], [true], [false, true], [null, true, true]])
      await running('0.169', clients, async ({ turn, clients: all, asked, clock }) => {
        const text = turn.attest()
        const who = asked().findIndex((questions) => questions.length > 0)
        const token = `token ${who}`
        for (const client of all) await client.send(reply({ result: { token } }))
        seen.push([clients, asked(), await text, clock.waiting()])
      })
    const question = { id: 0, params: {} }
    const token = (who: number) => `{"v":1,"s":0,"t":"token ${who}"}`
    expect(seen).to.deep.equal([
      [[], [], null, 0],
      [[false], [[]], null, 0],
      [[null], [[]], null, 0],
      [[true], [[question]], token(0), 0],
      [[false, true], [[], [question]], token(1), 0],
      [[null, true, true], [[], [question], []], token(1), 0]
    ])
  })

  for (const profile of ['0.142', '0.169'] as const)
    it(`of ${profile} are late, refused, given up or garbage, and the turn goes on`, async () => {
      await running(profile, [true, true], async ({ turn, clients, clock, asked }) => {
        const [first, second] = clients
        const late = turn.attest()
        clock.pass(99)
        expect(clock.waiting()).to.equal(1)
        clock.pass(1)
        expect(await late).to.equal('{"v":1,"s":1}')
        await first?.send(reply({ result: { token: 'too late' } }))
        const refused = turn.attest()
        await first?.send(JSON.stringify({ id: 1, error: { code: -1, message: 'no' } }))
        expect(await refused).to.equal('{"v":1,"s":2}')
        const garbage = turn.attest()
        await first?.send(JSON.stringify({ id: 2, result: { token: 5 } }))
        expect(await garbage).to.equal('{"v":1,"s":4}')
        const left = turn.attest()
        first?.connection.close()
        expect(await left).to.equal('{"v":1,"s":3}')
        const interrupted = turn.attest()
        await second?.ask('turn/interrupt', { threadId: PLAIN, turnId: turn.turnId })
        expect(await interrupted).to.equal('{"v":1,"s":3}')
        expect(await turn.attest()).to.equal('{"v":1,"s":3}')
        expect(asked().map((questions) => questions.length)).to.deep.equal([4, 1])
        expect(clock.waiting()).to.equal(0)
      })
    })

  it('are not asked for in 0.130, and never by the server itself', async () => {
    await running('0.130', [true], async ({ turn, asked }) => {
      expect([await turn.attest(), asked()]).to.deep.equal([null, [[]]])
    })
    await running('0.142', [true], async ({ clients, asked }) => {
      await clients[0]?.ask('thread/read', { threadId: PLAIN, includeTurns: true })
      expect(asked()).to.deep.equal([[]])
    })
  })
})
