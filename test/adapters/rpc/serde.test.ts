// Parameters as Codex's parser takes them, beyond the recorded refusals.
import { expect } from 'chai'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

const ID = '00000000-0000-7000-8000-000000000000'

describe('parameters', () => {
  let home = ''
  let client: Client
  before(async () => {
    home = copyHome('basic-142')
    client = await initialized(home)
  })
  after(async () => {
    await client.close()
    removeFolder(home)
  })

  const CASES: ReadonlyArray<readonly [string, unknown, string]> = [
    ['thread/read', 'x', 'invalid type: string "x", expected struct ThreadReadParams'],
    ['thread/read', [], 'invalid length 0, expected struct ThreadReadParams with 2 elements'],
    ['thread/read', [ID, true, 1], 'invalid length 3, expected fewer elements in array'],
    ['thread/read', { threadId: null }, 'invalid type: null, expected a string'],
    ['thread/read', { threadId: ID, includeTurns: null }, 'invalid type: null, expected a boolean'],
    ['thread/read', { threadId: true }, 'invalid type: boolean `true`, expected a string'],
    ['thread/read', { threadId: {} }, 'invalid type: map, expected a string'],
    ['thread/read', { threadId: [] }, 'invalid type: sequence, expected a string'],
    [
      'thread/read',
      { includeTurns: 1, threadId: 2 },
      'invalid type: integer `1`, expected a boolean'
    ],
    [
      'thread/turns/list',
      [ID],
      'invalid length 1, expected struct ThreadTurnsListParams with 5 elements'
    ],
    ['thread/list', { limit: 'x' }, 'invalid type: string "x", expected u32'],
    ['thread/list', { limit: 4294967296 }, 'invalid value: integer `4294967296`, expected u32'],
    ['thread/list', { sortKey: 5 }, 'invalid type: integer `5`, expected string or map'],
    ['thread/list', { modelProviders: 'x' }, 'invalid type: string "x", expected a sequence'],
    ['thread/list', { modelProviders: [1] }, 'invalid type: integer `1`, expected a string'],
    [
      'thread/list',
      { cwd: 5 },
      'data did not match any variant of untagged enum ThreadListCwdFilter'
    ],
    ['thread/list', { useStateDbOnly: null }, 'invalid type: null, expected a boolean']
  ]
  for (const [method, params, reason] of CASES) {
    it(`of ${method} are refused: ${JSON.stringify(params)}`, async () => {
      expect(await client.ask(method, params)).to.deep.equal({
        error: { code: -32600, message: `Invalid request: ${reason}` }
      })
    })
  }

  it('may be null where they may be absent', async () => {
    const nothing = {
      cursor: null,
      limit: null,
      sortKey: null,
      sortDirection: null,
      archived: null,
      cwd: null
    }
    expect(await client.ask('thread/list', nothing)).to.deep.equal(
      await client.ask('thread/list', {})
    )
  })

  it('find a thread by any spelling of its id', async () => {
    const { data } = (await client.ask('thread/list', {}))['result'] as {
      data: ReadonlyArray<{ id: string }>
    }
    const id = data[0]?.id ?? ''
    const plain = await client.ask('thread/read', { threadId: id })
    for (const spelling of [
      `urn:uuid:${id}`,
      `{${id}}`,
      id.replaceAll('-', ''),
      id.toUpperCase()
    ]) {
      expect(await client.ask('thread/read', { threadId: spelling })).to.deep.equal(plain)
    }
  })

  it('take a relative cwd from where the server runs', async () => {
    const away = process.cwd()
    try {
      process.chdir('/')
      expect(await client.ask('thread/list', { cwd: 'workspace/demo' })).to.deep.equal(
        await client.ask('thread/list', { cwd: '/workspace/demo' })
      )
    } finally {
      process.chdir(away)
    }
  })
})
