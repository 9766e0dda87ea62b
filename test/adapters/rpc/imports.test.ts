// externalAgentConfig/* over sessions where more than one client, server or agent has a hand in it.
import { expect } from 'chai'
import initSqlJs from 'sql.js'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  importUser,
  ledgerOf,
  removeImportUser,
  type ImportUser
} from '../../support/import-home.ts'
import { importedRollouts } from '../../support/imported-lines.ts'
import { clientOf, serverOf, shaken, type Client, type Message } from '../../support/rpc-client.ts'

const COMPLETED = 'externalAgentConfig/import/completed'

interface Results {
  readonly importId: string
  readonly itemTypeResults: ReadonlyArray<{
    readonly successes: ReadonlyArray<{ readonly source: string; readonly target: string }>
    readonly failures: ReadonlyArray<{ readonly failureStage: string; readonly message: string }>
  }>
}

const completedOf = ({ received }: Client): ReadonlyArray<Results> =>
  received.filter(({ method }) => method === COMPLETED).map(({ params }) => params as Results)

const successesOf = (results: ReadonlyArray<Results>) =>
  results.flatMap(({ itemTypeResults }) => itemTypeResults.flatMap(({ successes }) => successes))

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

describe('sessions of other agents over the wire', () => {
  let user: ImportUser
  const server = (more: object = {}) =>
    serverOf(user.home, {
      ...{ profile: '0.169' as const, strict: true, powers: ['import' as const] },
      ...{ userHome: user.userHome, ...more }
    })
  const session = (name: string): string => join(user.sessions, 'one', `${name}.jsonl`)
  const wanted = (...names: ReadonlyArray<string>) => ({
    migrationItems: [
      {
        ...{ itemType: 'SESSIONS', description: 'd', cwd: null },
        details: {
          sessions: names.map((name) => ({ path: session(name), cwd: '/x', title: null }))
        }
      }
    ]
  })

  beforeEach(() => {
    user = importUser()
  })
  afterEach(() => removeImportUser(user))

  it('become one thread where two clients ask at once, and both hear of both imports', async () => {
    const shared = server()
    const [a, b] = [await shaken(clientOf(shared)), await shaken(clientOf(shared))]
    const answers = await Promise.all(
      [a, b].map((one) => one.ask('externalAgentConfig/import', wanted('s00')))
    )
    await until(() => completedOf(a).length === 2 && completedOf(b).length === 2)
    const ids = answers.map(({ result }) => (result as { readonly importId: string }).importId)
    for (const client of [a, b]) {
      expect(completedOf(client).map(({ importId }) => importId)).to.have.members(ids)
      expect(successesOf(completedOf(client)).map(({ source }) => source)).to.deep.equal([
        session('s00')
      ])
    }
    expect(importedRollouts(user.home)).to.have.length(1)
    await a.close()
  })

  it('become one thread where two servers of a home are asked at once', async () => {
    const clients = [await shaken(clientOf(server())), await shaken(clientOf(server()))]
    const names = ['s00', 's02', 's04', 's06']
    await Promise.all(clients.map((one) => one.ask('externalAgentConfig/import', wanted(...names))))
    await until(() => clients.every((one) => completedOf(one).length === 1))
    const sources = successesOf(clients.flatMap(completedOf)).map(({ source }) => source)
    expect(sources).to.have.members(names.map(session))
    expect(importedRollouts(user.home)).to.have.length(4)
    for (const client of clients) await client.close()
  })

  it('are answered before anything of them is read or written', async () => {
    const client = await shaken(clientOf(server()))
    const written = new Promise<boolean>((resolve) => {
      const asked = client.ask('externalAgentConfig/import', wanted('s00'))
      void asked.then(() =>
        resolve(existsSync(join(user.home, 'sessions')) || ledgerOf(user) !== '')
      )
    })
    expect(await written).to.equal(false)
    await until(() => completedOf(client).length === 1)
    const told = client.received.map(({ method, result }) =>
      JSON.stringify(result)?.includes('importId') === true ? 'answer' : method
    )
    const first = told.findIndex((what) => String(what).startsWith('externalAgentConfig/'))
    expect(told.indexOf('answer')).to.be.within(0, first - 1)
    expect(ledgerOf(user)).to.include(session('s00'))
    await client.close()
  })

  it('tell that their source was rewritten, and are silent about it only in strict mode', async () => {
    const client = await shaken(clientOf(server({ strict: false })))
    await client.ask('externalAgentConfig/import', wanted('s00'))
    await until(() => completedOf(client).length === 1)
    const [{ target } = { target: '' }] = successesOf(completedOf(client))
    const text = readFileSync(session('s00'), 'utf8')
    writeFileSync(session('s00'), text.replace('question 0', 'another question'))
    appendFileSync(session('s00'), '{}\n')
    const before = importedRollouts(user.home)
    await client.ask('externalAgentConfig/import', wanted('s00'))
    await until(() => completedOf(client).length === 2)
    const [{ failures } = { failures: [] }] = completedOf(client)[1]?.itemTypeResults ?? []
    expect(failures.map(({ failureStage, message }) => [failureStage, message])).to.deep.equal([
      ['session_prepare', `source was rewritten since it was imported as thread ${target}`]
    ])
    expect(importedRollouts(user.home)).to.deep.equal(before)
    await client.close()
  })

  it('are in the histories with those that Codex keeps in its database, newest first', async () => {
    const { Database } = await initSqlJs()
    for (const [profile, column] of [
      ['0.142', ''],
      ['0.169', ', provider_id text']
    ] as const) {
      const database = new Database()
      database.exec(
        `create table external_agent_config_imports (import_id text, completed_at_ms integer, successes text, failures text${column})`
      )
      const success = [{ item_type: 'SESSIONS', cwd: '/w', source: '/s', target: 't', title: 'T' }]
      const failure = [
        {
          ...{ item_type: 'SESSIONS', error_type: null, sub_error_type: 'x', message: 'm' },
          ...{ failure_stage: 'session_missing', cwd: null, source: '/f' }
        }
      ]
      for (const [id, at] of [
        ['old', 5],
        ['new', 4_000_000_000_000]
      ] as const)
        database.exec(
          `insert into external_agent_config_imports (import_id, completed_at_ms, successes, failures) values ('${id}', ${at}, '${JSON.stringify(success)}', '${JSON.stringify(failure)}')`
        )
      writeFileSync(join(user.home, 'state_5.sqlite'), database.export())
      database.close()
      const client = await shaken(clientOf(server({ profile })))
      await client.ask('externalAgentConfig/import', wanted(profile === '0.142' ? 's00' : 's02'))
      await until(() => completedOf(client).length === 1)
      const answer: Message = await client.ask('externalAgentConfig/import/readHistories', {})
      const { data } = answer['result'] as {
        readonly data: ReadonlyArray<Readonly<Record<string, unknown>>>
      }
      const own = completedOf(client)[0]?.importId
      const ids = data.map(({ importId }) => importId)
      expect([ids[0], ids[1], ids.at(-1)]).to.deep.equal(['new', own, 'old'])
      const isNew = profile === '0.169'
      expect(data[0]).to.deep.equal({
        importId: 'new',
        ...(isNew ? { providerId: null } : {}),
        completedAtMs: 4_000_000_000_000,
        successes: [
          {
            ...{ itemType: 'SESSIONS', cwd: isNew ? '/w' : null, source: '/s', target: 't' },
            ...(isNew ? { title: 'T' } : {})
          }
        ],
        failures: [
          {
            ...{ itemType: 'SESSIONS', errorType: null, message: 'm' },
            ...(isNew ? { subErrorType: 'x' } : {}),
            ...{ failureStage: 'session_missing', cwd: null, source: '/f' }
          }
        ]
      })
      await client.close()
    }
  })
})
