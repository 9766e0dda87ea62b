// Whatever stands in a rollout, a client of the era decodes every answer and notification about it: the test client throws what does
// not fit the schema that the real binary generated. UNROLL_ODD=20 takes twenty times as many lines.
import { expect } from 'chai'
import { appendFileSync } from 'node:fs'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { clientSchema } from '../../support/client-schema.ts'
import { removeFolder } from '../../support/fixture-home.ts'
import { oddLines, type OddLines } from '../../support/odd-lines.ts'
import {
  emptyHome,
  idOf,
  linesOf,
  metaLine,
  rolloutPath,
  userLine,
  writeRollout
} from '../../support/rollouts.ts'
import {
  clientOf,
  MODES,
  serverOf,
  shaken,
  unattended,
  type Client
} from '../../support/rpc-client.ts'

const TIMES = Number(process.env['UNROLL_ODD'] ?? 1)
const ERAS: ReadonlyArray<ProfileName> = ['0.130', '0.142', '0.169']
const CASES = ERAS.flatMap((profile) =>
  (['strict', 'plain', 'rich'] as const).map((mode) => ({ profile, mode }))
)
const TURNS = 25

const event = (payload: object): string =>
  JSON.stringify({ timestamp: '2026-05-01T10:00:00.000Z', type: 'event_msg', payload })

/** A turn of its own for each line, which names it where it names one. */
const turnOf = (line: object, number: number): ReadonlyArray<string> => {
  const turn_id = `t${number}`
  return [
    event({ type: 'task_started', turn_id, started_at: 1 }),
    userLine('hi'),
    JSON.stringify(line).replace(/"turn_id":"[^"]*"/g, `"turn_id":"${turn_id}"`),
    event({ type: 'task_complete', turn_id, completed_at: 2, duration_ms: 3 })
  ]
}

const homeOf = ({ heads, lines }: OddLines) => {
  const home = emptyHome()
  const ids: Array<string> = []
  const put = (text: (id: string) => ReadonlyArray<string>): void => {
    const id = idOf(ids.length + 1)
    ids.push(id)
    writeRollout(rolloutPath(home, id), linesOf(text(id)))
  }
  for (let from = 0; from < lines.length; from += TURNS)
    put((id) => [metaLine(id), ...lines.slice(from, from + TURNS).flatMap(turnOf)])
  for (const head of heads)
    put((id) => {
      const { payload } = head
      const own = typeof payload['id'] === 'string' && payload['id'].length === id.length
      const meta = own ? { ...head, payload: { ...payload, id } } : head
      return [JSON.stringify(meta), userLine('hi')]
    })
  return { home, ids }
}

const askAll = async (client: Client, ids: ReadonlyArray<string>, is169: boolean) => {
  for (const sortKey of ['created_at', 'updated_at'])
    await client.ask('thread/list', { limit: 100, modelProviders: [], sortKey })
  await client.ask('thread/search', { searchTerm: 'hi', limit: 100 })
  for (const threadId of ids) {
    await client.ask('thread/read', { threadId })
    await client.ask('thread/read', { threadId, includeTurns: true })
    await client.ask('thread/resume', { threadId })
    await client.ask('thread/turns/list', { threadId, itemsView: 'summary' })
    await client.ask('thread/goal/get', { threadId })
    if (!is169) continue
    await client.ask('thread/items/list', { threadId, limit: 100 })
    await client.ask('thread/timeline/list', { threadId, limit: 100 })
  }
}

describe('a client of the era decodes what is told of odd rollouts', () => {
  const sharesOf = oddLines({ heads: 15 * TIMES, lines: 250 * TIMES }, CASES.length)

  for (const [share, { profile, mode }] of CASES.entries())
    it(`in answers and notifications, ${profile} ${mode}`, async () => {
      const { home, ids } = homeOf(sharesOf(share))
      try {
        const client = await shaken(clientOf(serverOf(home, { profile, ...MODES[mode] })))
        await askAll(client, ids, profile === '0.169')
        await client.close()
      } finally {
        removeFolder(home)
      }
    }).timeout(60_000 * TIMES)

  it('when lines are written while it looks', async () => {
    const { lines } = sharesOf(0)
    const home = emptyHome()
    const path = rolloutPath(home, idOf(1))
    writeRollout(path, linesOf([metaLine(idOf(1)), userLine('hi')]))
    let nowMs = 0
    const watch = { ...unattended(home), nowMs: () => (nowMs += 10_000) }
    const one = serverOf(home, { profile: '0.142', ...MODES.rich }, watch)
    const client = await shaken(clientOf(one))
    await client.ask('thread/resume', { threadId: idOf(1) })
    await one.server.follow.sweep()
    appendFileSync(path, linesOf(lines.flatMap(turnOf)))
    await one.server.follow.sweep()
    await client.close()
    expect(client.received.some(({ method }) => method === 'item/completed')).to.equal(true)
    removeFolder(home)
  })
})

describe('the schema of a client', () => {
  const thread = { turns: [], status: { type: 'idle' }, sessionId: 's', source: 'cli', preview: '' }
  const told = (members: object) =>
    clientSchema('0.142').answer('thread/read', {
      thread: {
        ...thread,
        ...{ id: 'i', cliVersion: '1', cwd: '/w', ephemeral: false, modelProvider: 'p' },
        ...{ createdAt: 1, updatedAt: 1 },
        ...members
      }
    })

  it('refuses a path that is not absolute, a word nobody knows and a number out of range', () => {
    expect(told({})).to.equal(null)
    expect(told({ cwd: 'w' })).to.contain('/thread/cwd must match format "AbsolutePathBuf": "w"')
    expect(told({ source: 'x' })).to.contain('/thread/source')
    expect(told({ createdAt: 2 ** 63 })).to.contain('/thread/createdAt')
    expect(told({ createdAt: 1.5 })).to.contain('/thread/createdAt')
  })
})
