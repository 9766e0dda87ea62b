import { expect } from 'chai'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createFollow } from '../../../adapters/rpc/follow/follow.ts'
import { openingOf } from '../../../adapters/rpc/threads/opening.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { clientOf, serverOf, shaken, unattended } from '../../support/rpc-client.ts'

const PLAIN = '01a1fcdb-41be-7f61-8f33-9491f71ecc78'

describe('what a server opens when it starts', () => {
  it('is opened once, at once or when somebody first waits for it', async () => {
    for (const startup of ['all', 'none'] as const) {
      let times = 0
      const opening = openingOf(async () => (times += 1), startup)
      const seen: Array<unknown> = []
      const heard = opening.onceBegun.then((value) => seen.push(value))
      expect([times, opening.isBegun()]).to.deep.equal(startup === 'all' ? [1, true] : [0, false])
      expect(await Promise.all([opening.opened, opening.opened])).to.deep.equal([1, 1])
      await heard
      expect([times, opening.isBegun(), seen]).to.deep.equal([1, true, [1]])
    }
  })

  it('fails for everybody who waits, and for nobody else', async () => {
    for (const startup of ['all', 'none'] as const) {
      const opening = openingOf(() => Promise.reject(new Error('no')), startup)
      const told = (promise: Promise<unknown>) =>
        promise.catch((cause: unknown) => (cause as Error).message)
      const all = [opening.opened, opening.opened, opening.onceBegun].map(told)
      expect(await Promise.all(all)).to.deep.equal(['no', 'no', 'no'])
    }
  })

  it('is what names that others give are news to', async () => {
    const home = copyHome('basic-142')
    const named = (name: string): void =>
      appendFileSync(
        join(home, 'session_index.jsonl'),
        `${JSON.stringify({ id: PLAIN, thread_name: name, updated_at: '2026-11-24T00:00:00Z' })}\n`
      )
    let nowMs = 0
    const test = serverOf(home)
    const opening = openingOf(async () => undefined, 'none')
    const watch = { ...unattended(home), nowMs: () => (nowMs += 10_000) }
    const follow = createFollow({ ...test.server, watch, opening })
    const client = await shaken(clientOf(test))
    const names = () =>
      client.received.flatMap(({ method, params }) =>
        method === 'thread/name/updated' ? [(params as { threadName: string }).threadName] : []
      )
    named('before')
    await follow.sweep()
    await opening.opened
    await follow.sweep()
    named('after')
    await follow.sweep()
    expect(names()).to.deep.equal(['after'])
    await follow.close()
    await client.close()
    removeFolder(home)
  })
})
