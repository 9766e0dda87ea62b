import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { METHODS, methodsOf } from '../../../adapters/rpc/methods/methods.ts'
import type { ProfileName } from '../../../domain/log/profile.ts'
import { FIXTURES, homeNames, readJson } from '../../support/fixture-home.ts'
import { recordedMutations, stepsOf } from '../../support/recorded-mutations.ts'
import type { Message } from '../../support/rpc-client.ts'

// The table itself.

describe('the method table', () => {
  it('names every method once', () => {
    const names = METHODS.map(({ name }) => name)
    expect([...new Set(names)]).to.deep.equal(names)
  })

  it('has in strict mode only what Codex has', () => {
    const added = (profile: ProfileName) =>
      [...methodsOf({ profile, strict: false }).keys()].filter(
        (name) => !methodsOf({ profile, strict: true }).has(name)
      )
    const items = ['thread/items/list', 'thread/items/read']
    const occurrences = 'thread/searchOccurrences'
    const own = [
      'unroll/home/read',
      'unroll/home/follow',
      'unroll/threads/facts',
      'unroll/thread/outline',
      'unroll/thread/graph',
      'unroll/events/list',
      'unroll/context/read',
      'unroll/follow/start',
      'unroll/follow/stop',
      'unroll/agents/read',
      'unroll/log/list',
      'unroll/storage/read',
      'unroll/doctor/read',
      'unroll/index/read',
      'unroll/explain/read',
      'unroll/diff/read',
      'unroll/check/start',
      'unroll/job/cancel',
      'unroll/repair/plan',
      'unroll/turns/range',
      'unroll/rollback',
      'unroll/unrollback',
      'unroll/undo',
      'unroll/usage/read',
      'unroll/usage/spends',
      'unroll/tools/list',
      'unroll/tools/summary',
      'unroll/blame/read',
      'unroll/files/list',
      'unroll/audit/list',
      'unroll/audit/verify',
      'unroll/approvals/list',
      'unroll/reviews/list',
      'unroll/plugins/list',
      'unroll/plugins/history/list',
      'unroll/plugins/usage/list',
      'unroll/analytics/list'
    ]
    expect(added('0.130')).to.deep.equal(['thread/search', occurrences, ...items, ...own])
    expect(added('0.142')).to.deep.equal([occurrences, ...items, ...own])
    expect(added('0.169')).to.deep.equal(['thread/turns/items/list', ...own])
  })

  it('describes answers so that every recorded one fits', () => {
    const byName = new Map(METHODS.map((method) => [method.name, method]))
    const misfits: Array<string> = []
    let fits = 0
    const check = (where: string, request: { readonly method: string }, response: Message) => {
      const method = byName.get(request.method)
      if (method === undefined || response['result'] === undefined) return
      if (E.isRight(method.result.decode(response['result']))) fits += 1
      else misfits.push(`${where} ${request.method}`)
    }
    for (const home of homeNames()) {
      const folders = readdirSync(join(FIXTURES, 'homes', home))
      for (const folder of folders.filter((x) => x.startsWith('golden'))) {
        const files = readdirSync(join(FIXTURES, 'homes', home, folder))
        for (const name of files.filter((x) => x.endsWith('.json'))) {
          const recording = readJson(join(FIXTURES, 'homes', home, folder, name))
          for (const { request, response } of recording.steps ?? [])
            check(`${home}/${folder}/${name}`, request, response)
        }
      }
      for (const script of recordedMutations(home)) {
        for (const { request, messages } of stepsOf(script))
          for (const message of messages) check(`${home} ${script.name}`, request, message)
      }
    }
    expect(misfits).to.deep.equal([])
    expect(fits).to.be.greaterThan(8000)
  })
})
