// The table of methods and its reader: what a row says, on rows written out by hand.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Method } from '../../../adapters/rpc/methods/method.ts'
import { METHODS } from '../../../adapters/rpc/methods/methods.ts'
import { TABLE } from '../../../adapters/rpc/methods/table.ts'
import { createLive } from '../../../adapters/rpc/threads/live.ts'
import type { Server } from '../../../adapters/rpc/threads/server.ts'
import { decode } from '../../../adapters/rpc/wire/serde.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { NOBODY } from '../../support/room.ts'

const methodOf = (name: string): Method => {
  const method = METHODS.find((one) => one.name === name)
  if (method === undefined) throw new Error(`there is no ${name}`)
  return method
}

const read = (name: string, params: unknown, profile: ProfileName = '0.169') =>
  decode<unknown>(methodOf(name).params({ profile, strict: true }), params)

const replyTo = (name: string, params: unknown) => {
  const server = { profile: '0.169', strict: true, live: createLive() } as unknown as Server
  const session = {
    initialized: true,
    experimentalApi: true,
    behaviours: new Set<never>(),
    requestAttestation: false,
    clientName: 'test',
    optedOut: new Set<string>(),
    subscriptions: new Set<string>(),
    left: new AbortController().signal,
    ending: new AbortController().signal,
    caughtUp: async () => undefined,
    jobs: new Set<string>(),
    watched: new Set<string>(),
    followsHome: false
  }
  return methodOf(name).handler(params, { server, session, arrivedAt: 0, thread: null })
}

describe('the rows of the table of methods', () => {
  it('are one line per method, in the order in which they are listed', () => {
    const names = TABLE.trim()
      .split('\n')
      .map((line) => line.split(' ')[0])
    expect(METHODS.map(({ name }) => name)).to.deep.equal(names)
  })

  it('mark the eras that have a method, behind the experimental API or by ourselves', () => {
    const erasOf = (name: string) => {
      const { profiles, experimental, ours } = methodOf(name)
      return { profiles, experimental, ours }
    }
    expect(erasOf('thread/goal/set')).to.deep.equal({
      profiles: ['0.130', '0.142', '0.169'],
      experimental: ['0.130'],
      ours: []
    })
    expect(erasOf('thread/search')).to.deep.equal({
      profiles: ['0.130', '0.142', '0.169'],
      experimental: ['0.142', '0.169'],
      ours: ['0.130']
    })
    expect(erasOf('thread/rollback')).to.deep.equal({
      profiles: ['0.130', '0.142'],
      experimental: [],
      ours: []
    })
  })

  it('spell the members of parameters, those that may be absent and those of other kinds', () => {
    const missing = (member: string) => E.left(`missing field \`${member}\``)
    expect(read('thread/sample', {})).to.deep.equal(missing('threadId'))
    expect(read('thread/sample', { threadId: 'a' })).to.deep.equal(missing('expectedTurnId'))
    expect(read('project/create', { name: 'a', roots: 'b' })).to.deep.equal(
      E.left('invalid type: string "b", expected a sequence')
    )
    expect(read('model/list', { limit: -1 })).to.deep.equal(
      E.left('invalid value: integer `-1`, expected u32')
    )
    expect(read('model/list', {})).to.deep.equal(
      E.right({ cursor: null, limit: null, includeHidden: null })
    )
  })

  it('let parameters be absent as a whole, or be of one of several kinds', () => {
    const mayLack = ['memory/reset', 'remoteControl/enable', 'account/usage/read', 'fs/copy']
    expect(mayLack.map((name) => methodOf(name).mayLackParams)).to.deep.equal([
      true,
      true,
      true,
      false
    ])
    expect(read('account/usage/read', 'x', '0.142')).to.deep.equal(
      E.left('invalid type: string "x", expected unit')
    )
    expect(read('account/usage/read', 'x')).to.deep.equal(
      E.left('invalid type: string "x", expected struct GetAccountTokenUsageParams')
    )
    expect(read('account/bedrock/setup', { type: 'other' })).to.deep.equal(
      E.left('unknown variant `other`, expected `profile` or `environment`')
    )
  })

  it('name a refusal or an empty answer', async () => {
    expect(await replyTo('fs/copy', {})).to.deep.equal(
      E.left({
        code: -32600,
        message: 'fs/copy works on files, and this server only serves threads'
      })
    )
    expect(await replyTo('process/kill', { processHandle: 'p"1' })).to.deep.equal(
      E.left({ code: -32600, message: 'no active process for process handle "p\\"1"' })
    )
    expect(await replyTo('app/list', {})).to.deep.equal(
      E.right({ result: { data: [], nextCursor: null } })
    )
    expect(methodOf('fs/copy').standing).to.equal('refused')
    expect(methodOf('app/list').standing).to.equal('courtesy')
    expect(methodOf('thread/read').standing).to.equal('served')
  })

  it('refuse a thread that is not loaded before all else, where they say so', async () => {
    expect(await replyTo('turn/settings/update', { threadId: NOBODY })).to.deep.equal(
      E.left({ code: -32600, message: `thread not found: ${NOBODY}` })
    )
  })
})
