// The table itself.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { METHODS, methodsOf } from '../../adapters/rpc/methods.ts'
import type { ProfileName } from '../../domain/profile.ts'
import { FIXTURES, homeNames, readJson } from '../support/fixture-home.ts'

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
    expect(added('0.130')).to.deep.equal(['thread/items/list'])
    expect(added('0.142')).to.deep.equal(['thread/items/list'])
    expect(added('0.169')).to.deep.equal(['thread/turns/items/list'])
  })

  it('describes answers so that every recorded one fits', () => {
    const byName = new Map(METHODS.map((method) => [method.name, method]))
    const misfits: Array<string> = []
    let fits = 0
    for (const home of homeNames()) {
      for (const folder of readdirSync(join(FIXTURES, 'homes', home)).filter((x) =>
        x.startsWith('golden')
      )) {
        for (const name of readdirSync(join(FIXTURES, 'homes', home, folder))) {
          for (const { request, response } of readJson(join(FIXTURES, 'homes', home, folder, name))
            .steps ?? []) {
            const method = byName.get(request.method)
            if (method === undefined || response.result === undefined) continue
            if (E.isRight(method.result.decode(response.result))) fits += 1
            else misfits.push(`${home}/${folder}/${name} ${request.method}`)
          }
        }
      }
    }
    expect(misfits).to.deep.equal([])
    expect(fits).to.be.greaterThan(5000)
  })
})
