// Turns that nothing here can run: what clients are told is what Codex tells when its model refuses everything, and
// nothing is written.
import { expect } from 'chai'
import { join } from 'node:path'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { comparable, failingRequests } from '../../support/failing-turns.ts'
import {
  copyHome,
  FIXTURES,
  readJson,
  removeFolder,
  temporaryFolder
} from '../../support/fixture-home.ts'
import { filesOf } from '../../support/normalise.ts'
import { inRoom, PLAIN } from '../../support/room.ts'
import { initialized, type Client, type Message } from '../../support/rpc-client.ts'

interface Recorded {
  readonly method: string
  readonly messages: unknown
}

const ERAS: ReadonlyArray<readonly [ProfileName, string]> = [
  ['0.130', '0.130.0'],
  ['0.142', '0.142.5'],
  ['0.169', '0.169.0']
]

const reasonsIn = (messages: ReadonlyArray<Message>): ReadonlyArray<string> =>
  messages.flatMap(({ method, params }) => {
    if (method !== 'error') return []
    return [(params as { readonly error: { readonly message: string } }).error.message]
  })

describe('turns that nothing here can run', () => {
  let home = ''
  let client: Client
  const begun = async (profile: ProfileName): Promise<string> => {
    client = await initialized(home, { profile })
    const started = await client.ask('thread/start', { cwd: home })
    return (started['result'] as { readonly thread: { readonly id: string } }).thread.id
  }
  const send = (method: string, params: object) =>
    client.send(JSON.stringify({ id: 99, method, params }))
  beforeEach(() => {
    home = temporaryFolder()
  })
  afterEach(async () => {
    await client.close()
    removeFolder(home)
  })

  for (const [profile, version] of ERAS) {
    it(`are told as Codex ${version} tells of a model that refuses everything`, async () => {
      const recorded = readJson(
        join(FIXTURES, 'failing-turns', `${version}.json`)
      ) as Array<Recorded>
      const threadId = await begun(profile)
      const told: Array<Recorded> = []
      for (const [method, params] of failingRequests(threadId))
        told.push({ method, messages: comparable(method, await send(method, params)) })
      expect(told).to.deep.equal(recorded)
    })
  }

  it('say in a sentence why, and where to go on', async () => {
    const threadId = await begun('0.142')
    const said = []
    for (const [method, params] of [
      ...failingRequests(threadId),
      ['thread/shellCommand', { threadId, command: 'echo hi' }] as const
    ])
      said.push(...reasonsIn(await send(method, params)))
    const rest = '; nothing was written. Go on in Codex itself: codex'
    expect(said).to.deep.equal([
      `This server runs no model, so nobody answers here${rest}`,
      `This server runs no model, so it cannot compact a thread${rest}`,
      `This server runs no model, so it cannot review${rest}`,
      `This server runs no commands${rest}`
    ])
  })

  it('give a message the id that its client gave it', async () => {
    const threadId = await begun('0.142')
    const input = [{ type: 'text', text: 'x' }]
    const told = await send('turn/start', { threadId, input, clientUserMessageId: 'mine' })
    const items = told.flatMap(({ params }) => {
      const { item } = (params ?? {}) as { readonly item?: { readonly clientId: string } }
      return item === undefined ? [] : [item.clientId]
    })
    expect(items).to.deep.equal(['mine', 'mine'])
  })
})

describe('a thread after turns that nothing here can run', () => {
  for (const [profile] of ERAS) {
    it(`is as it was, but for its state, in ${profile}`, async () => {
      const home = copyHome(`basic-${profile.slice(2)}`)
      const before = filesOf(home)
      await inRoom(
        home,
        async ({ ok, client }) => {
          const { data } = await ok<{ readonly data: ReadonlyArray<{ readonly id: string }> }>(
            'thread/list',
            { modelProviders: [] }
          )
          const threadId = data[0]?.id ?? ''
          await ok('thread/resume', { threadId })
          const read = () => ok('thread/read', { threadId, includeTurns: true })
          const { thread } = await read()
          for (const [method, params] of failingRequests(threadId)) await ok(method, params)
          await ok('thread/shellCommand', { threadId, command: 'echo hi' })
          const after = await read()
          expect(after.thread).to.deep.equal({ ...thread, status: { type: 'systemError' } })
          expect(filesOf(home)).to.deep.equal(before)
          const late = await client.ask('turn/interrupt', { threadId, turnId: 'x' })
          expect(late).to.have.nested.property('error.message', 'no active turn to interrupt')
        },
        { profile }
      )
    })
  }

  it('takes what came while another message was failing', () =>
    inRoom('basic-142', async ({ ok, client }) => {
      await ok('thread/resume', { threadId: PLAIN })
      const input = [{ type: 'text', text: 'x' }]
      const requests = [1, 2, 3].map((id) =>
        JSON.stringify({ id, method: 'turn/start', params: { threadId: PLAIN, input } })
      )
      const told = await client.send(...requests)
      expect(
        told.flatMap(({ method }) => (method === 'turn/completed' ? [method] : []))
      ).to.have.length(3)
      expect(told.some((message) => 'error' in message)).to.equal(false)
    }))
})
