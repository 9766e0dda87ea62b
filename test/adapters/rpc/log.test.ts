// Lines of threads and the contexts they make, over the wire. What is expected are the bytes of the files and what the commands print.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { appendFileSync, copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { jsonlStore } from '../../../adapters/log/jsonl/store.ts'
import { eraOf } from '../../../domain/log/profile.ts'
import { rolloutsOf } from '../../support/cut-home.ts'
import { engineOver } from '../../support/engine-over.ts'
import {
  copyHome,
  FIXTURES,
  readJson,
  removeFolder,
  temporaryFolder
} from '../../support/fixture-home.ts'
import { initialized, type Client, type Message } from '../../support/rpc-client.ts'
import { inHome } from '../cli/console.ts'

const HOMES = ['fork-rollback-142', 'compaction-142', 'damaged-142', 'fork-rollback-169']

interface EventPage {
  readonly revision: number
  readonly data: ReadonlyArray<{ readonly revision: number }>
  readonly next: number | null
}

const resultOf = <A>(answer: Message): A => {
  expect(answer).to.have.property('result')
  return answer['result'] as A
}

describe('lines of threads over the app-server', () => {
  let home = ''
  const unroll = inHome(() => home)
  afterEach(() => removeFolder(home))

  const serve = async (name: string): Promise<Client> => {
    home = copyHome(name)
    return initialized(home, { strict: false, profile: '0.169' })
  }
  const page = async (client: Client, threadId: string, params: object): Promise<EventPage> =>
    resultOf(await client.ask('unroll/events/list', { threadId, ...params }))

  /** All lines in pages, and where each page began. */
  const walked = async (client: Client, threadId: string, params: object) => {
    const data: Array<EventPage['data'][number]> = []
    for (let from: number | null = null, more = true; more; more = from !== null) {
      const one = await page(client, threadId, { ...params, from })
      data.push(...one.data)
      from = one.next
    }
    return data
  }

  const printed = async (argv: ReadonlyArray<string>): Promise<ReadonlyArray<unknown>> => {
    const { out } = await unroll([...argv, '--json'])
    return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown]))
  }

  for (const name of HOMES)
    it(`are those that the command prints, in pages and both directions, for ${name}`, async () => {
      const client = await serve(name)
      for (const threadId of new Set(rolloutsOf(home).map((file) => file.threadId))) {
        const rows = await printed(['events', threadId])
        expect(await walked(client, threadId, { limit: 7 })).to.deep.equal(rows)
        expect(await walked(client, threadId, { limit: 5, desc: true })).to.deep.equal(
          rows.toReversed()
        )
        const some = await printed(['events', threadId, '--kind', 'event_msg'])
        expect(await walked(client, threadId, { limit: 3, kinds: ['event_msg'] })).to.deep.equal(
          some
        )
      }
      await client.close()
    })

  it('have the numbers and bytes of the lines of the file, from any of them on', async () => {
    const client = await serve('fork-rollback-142')
    const [{ threadId, lines } = { threadId: '', lines: [] }] = rolloutsOf(home)
    const { revision, data, next } = await page(client, threadId, { from: 3, limit: 4 })
    let offset = lines.slice(0, 3).reduce((sum, line) => sum + line.length, 0)
    const expected = lines.slice(3, 7).map((line, i) => {
      const { timestamp } = JSON.parse(line) as { readonly timestamp: string }
      const place = { revision: 3 + i, offset, bytes: line.length - 1, timestamp }
      offset += line.length
      return place
    })
    expect({ revision, next }).to.deep.equal({ revision: lines.length, next: 7 })
    expect(
      data.map((row) => {
        const {
          offset: at,
          bytes,
          line
        } = row as unknown as {
          readonly offset: number
          readonly bytes: number
          readonly line: { readonly timestamp: string }
        }
        return { revision: row.revision, offset: at, bytes, timestamp: line.timestamp }
      })
    ).to.deep.equal(expected)
    expect(await page(client, threadId, { from: lines.length })).to.deep.equal({
      ...{ revision, data: [], next: null }
    })
    const at = { revision: 6 }
    expect(
      (await page(client, threadId, { from: 4, at })).data.map((row) => row.revision)
    ).to.deep.equal([4, 5])
    await client.close()
  })

  it('that are damaged are told by turn, with what they stand behind and how they begin', async () => {
    const client = await serve('damaged-142')
    const threadId = '01a1fcf1-0bbf-7bb0-826d-9ec640c8a8bf'
    const file = rolloutsOf(home).find((one) => one.threadId === threadId)
    const lines = (file?.lines ?? []).map((line) => line.replace('\n', ''))
    const offsets = lines.map((_, at) =>
      lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0)
    )
    const isEvent = (line: string): boolean => /^\{"timestamp":.*\}$/.test(line)
    const bad = lines.flatMap((line, at) => (isEvent(line) ? [] : [at]))
    // All of them stand before the prompt.
    const asked = lines.findIndex((line) => line.includes('"type":"user_message"'))
    expect(bad.every((at) => at < asked)).to.equal(true)
    const { data: turns } = resultOf<{
      readonly data: ReadonlyArray<{ id: string; items: ReadonlyArray<{ id: string }> }>
    }>(await client.ask('unroll/turns/range', { threadId, from: 0, itemsView: 'full' }))
    const { data } = await page(client, threadId, { damagedIn: turns[0]?.id })
    expect((data as ReadonlyArray<object>).map((row) => ({ ...row, reason: '' }))).to.deep.equal(
      bad.map((at) => ({
        ...{ streamId: threadId, segment: 0, offset: offsets[at], reason: '' },
        ...{ bytes: Buffer.byteLength(lines[at] ?? ''), revision: at },
        after: null,
        head: Buffer.from(lines[at] ?? '').toString('base64')
      }))
    )
    expect((await page(client, threadId, { damagedIn: turns[1]?.id })).data).to.deep.equal([])
    const none = await client.ask('unroll/events/list', { threadId, damagedIn: 'nothing' })
    expect(none).to.have.nested.property('error.message', 'turn not found: nothing')
  })

  it('of one item are those that made or changed it', async () => {
    const client = await serve('basic-142')
    const thread = rolloutsOf(home).find(({ lines }) =>
      lines.some((line) => line.includes('"type":"function_call_output"'))
    )
    const threadId = thread?.threadId ?? ''
    const named = (thread?.lines ?? []).flatMap((line, revision) => {
      const { call_id: callId, internal_chat_message_metadata_passthrough: meta } = (
        JSON.parse(line) as {
          readonly payload: {
            readonly call_id?: string
            readonly internal_chat_message_metadata_passthrough?: { readonly turn_id: string }
          }
        }
      ).payload
      return callId === undefined || meta === undefined
        ? []
        : [{ revision, callId, turnId: meta.turn_id }]
    })
    const [{ callId: itemId, turnId } = { callId: '', turnId: '' }] = named
    const { data, next } = await page(client, threadId, { item: { turnId, itemId } })
    expect({ next, revisions: data.map(({ revision }) => revision) }).to.deep.equal({
      next: null,
      revisions: named.filter(({ callId }) => callId === itemId).map(({ revision }) => revision)
    })
    const none = await page(client, threadId, { item: { turnId, itemId: 'nothing' } })
    expect(none.data).to.deep.equal([])
    await client.close()
  })

  it('cost a page wherever it begins, and what was appended is there at once', async () => {
    home = copyHome('fork-rollback-142')
    const [{ threadId, path, lines } = { threadId: '', path: '', lines: [] }] = rolloutsOf(home)
    const line = (n: number): string =>
      `${JSON.stringify({
        timestamp: '2026-11-21T07:00:00.000Z',
        type: 'event_msg',
        payload: { type: 'agent_message', message: `${n} ${'x'.repeat(2000)}` }
      })}\n`
    const more = 5000
    appendFileSync(path, Array.from({ length: more }, (_, n) => line(n)).join(''))
    const profile = eraOf('0.142', false)
    const store = jsonlStore({ home, profile, strict: false })
    let delivered = 0
    const counted = {
      ...store,
      read: ((...asked: Parameters<typeof store.read>) => {
        const reading = store.read(...asked)
        return {
          holds: reading.holds,
          async *[Symbol.asyncIterator]() {
            for await (const batch of reading) {
              delivered += batch.lines.length
              yield batch
            }
          }
        }
      }) as typeof store.read
    }
    const engine = engineOver(home, { store: counted })
    const rows = async (request: object) => {
      const found = await engine.eventPage(threadId, request)()
      if (E.isLeft(found)) throw new Error(JSON.stringify(found.left))
      return found.right.data.map((row) => row.revision)
    }
    const total = lines.length + more
    const costs: Array<number> = []
    for (const request of [{ from: 0 }, { from: 2500 }, { from: total - 10 }, { desc: true }]) {
      delivered = 0
      const found = await rows({ ...request, limit: 10 })
      expect(found.length).to.equal(10)
      costs.push(delivered)
    }
    // A batch at a time is read, and a page may touch two.
    for (const cost of costs) expect(cost).to.be.lessThan(1500)
    appendFileSync(path, line(more))
    expect(await rows({ desc: true, limit: 1 })).to.deep.equal([total])
    await engine.close()
  })

  it('are refused with a number or a kind that is none', async () => {
    const client = await serve('fork-rollback-142')
    const [{ threadId } = { threadId: '' }] = rolloutsOf(home)
    const refusal = async (params: object): Promise<unknown> =>
      (await client.ask('unroll/events/list', params))['error']
    expect(await refusal({ threadId, from: -1 })).to.deep.equal({
      code: -32600,
      message: 'Invalid request: invalid value: integer `-1`, expected u32'
    })
    expect(await refusal({ threadId, kinds: 'turn' })).to.deep.equal({
      code: -32600,
      message: 'Invalid request: invalid type: string "turn", expected a sequence'
    })
    expect(await refusal({})).to.deep.equal({
      code: -32600,
      message: 'Invalid request: missing field `threadId`'
    })
    await client.close()
  })
})

describe('contexts over the app-server', () => {
  let home = ''
  const unroll = inHome(() => home)
  afterEach(() => removeFolder(home))

  it('are those that the command prints, as sent and as recorded, now and then', async () => {
    home = copyHome('compaction-142')
    const client = await initialized(home, { strict: false, profile: '0.169' })
    for (const { threadId, lines } of rolloutsOf(home))
      for (const [flags, params] of [
        [[], {}],
        [['--raw'], { raw: true }],
        [['--at', '20'], { at: { revision: 20 } }]
      ] as const) {
        expect(lines.length).to.be.greaterThan(20)
        const { out } = await unroll(['context', threadId, '--json', ...flags])
        const answer = await client.ask('unroll/context/read', { threadId, ...params })
        expect(resultOf(answer)).to.deep.equal(JSON.parse(out))
      }
    await client.close()
  })

  it('hold what a real Codex told the model', async () => {
    home = temporaryFolder()
    const name = 'context/rollouts/calls-missing-output.jsonl'
    const recorded = readJson(join(FIXTURES, 'context', '0.142.5.json')) as Readonly<
      Record<string, { readonly threadId: string; readonly sent: unknown }>
    >
    const { threadId, sent } = recorded[name] ?? { threadId: '', sent: null }
    const folder = join(home, 'sessions', '2026', '05', '01')
    mkdirSync(folder, { recursive: true })
    copyFileSync(
      join(FIXTURES, name),
      join(folder, `rollout-2026-05-01T10-00-00-${threadId}.jsonl`)
    )
    const client = await initialized(home, { strict: false, profile: '0.142' })
    const { items } = resultOf<{ readonly items: unknown }>(
      await client.ask('unroll/context/read', { threadId })
    )
    expect(items).to.deep.equal(sent)
    await client.close()
  })
})
