// The methods that ask the ledgers, over homes that real binaries wrote while their spend was known and their analytics kept.
import { expect } from 'chai'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FIXTURES, readJson, removeFolder, temporaryFolder } from '../../support/fixture-home.ts'
import { initialized, type Client } from '../../support/rpc-client.ts'

const RUN = join(FIXTURES, 'ledger', 'h2-142')

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

interface Captured {
  readonly event_type: string
  readonly event_params: Readonly<Record<string, unknown>>
}

const captured = (type: string): ReadonlyArray<Captured> =>
  readFileSync(join(RUN, 'analytics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { readonly events: ReadonlyArray<Captured> }).events)
    .filter(({ event_type }) => event_type === type)

const messageOf = (answer: Readonly<Record<string, unknown>>): unknown =>
  (answer['error'] as { readonly message: string } | undefined)?.message

describe('asking the ledgers over the app-server', () => {
  const truth = readJson(join(RUN, 'truth.json'))
  const [threadId = ''] = Object.keys(truth.codex_threads_tokens_used as object)
  let home = ''
  let client: Client
  const ask = async (method: string, params: object): Promise<Row> =>
    (await client.ask(method, params))['result'] as Row
  before(async () => {
    home = temporaryFolder()
    cpSync(join(RUN, 'home'), home, { recursive: true })
    client = await initialized(home, { strict: false })
  })
  after(async () => {
    await client.close()
    removeFolder(home)
  })

  it('tells the tokens that were served to the thread, turn by turn as Codex reported them', async () => {
    const whole = await ask('unroll/usage/read', { by: 'total' })
    expect(whole.total.totalTokens).to.equal(truth.true_total_tokens)
    const { groups } = await ask('unroll/usage/read', { by: 'turn', threadId })
    expect(groups.map((group: Row) => [group.key, group.totalTokens])).to.deep.equal(
      captured('codex_turn_event')
        .map(({ event_params: { turn_id, total_tokens } }) => [
          `${threadId}/${String(turn_id)}`,
          total_tokens
        ])
        .sort()
    )
  })

  it('tells the commands with the exit codes Codex reported, page by page', async () => {
    const exits: Array<unknown> = []
    let cursor: string | null = null
    do {
      const page: Row = await ask('unroll/tools/list', {
        threadId,
        kinds: ['command'],
        order: 'asc',
        limit: 1,
        cursor
      })
      exits.push(...page.data.map((call: Row) => [call.callId, call.exitCode, call.status]))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(exits).to.have.deep.members(
      captured('codex_command_execution_event').map(({ event_params: event }) => [
        event['item_id'],
        event['exit_code'],
        event['terminal_status']
      ])
    )
    const summary = await ask('unroll/tools/summary', { threadId, kinds: ['command'] })
    expect(summary.total.calls).to.equal(exits.length)
  })

  it('tells which turn changed a file', async () => {
    const [change] = captured('codex_file_change_event')
    const { data } = await ask('unroll/blame/read', { path: '/home/dev/ws-142/new.txt' })
    expect(data.map((one: Row) => [one.turnId, one.applied])).to.deep.equal([
      [change?.event_params['turn_id'], true]
    ])
  })

  it('tells the files of a thread as the patches in its lines changed them, and as they were before', async () => {
    const [change] = captured('codex_file_change_event')
    const turnId = change?.event_params['turn_id']
    const folder = '/home/dev/ws-142'
    const { data: blamed } = await ask('unroll/blame/read', { path: `${folder}/new.txt` })
    const last = { patches: 1, rolledBack: 0, lastTurnId: turnId, lastAtMs: blamed[0].atMs }
    const { data } = await ask('unroll/files/list', { threadId })
    // The patch adds a file of two lines, and replaces the only line of another one.
    expect(data).to.deep.equal([
      { path: `${folder}/base.txt`, linesAdded: 1, linesDeleted: 1, ...last },
      { path: `${folder}/new.txt`, linesAdded: 2, linesDeleted: 0, ...last }
    ])
    const at = { revision: 2 }
    expect(await ask('unroll/files/list', { threadId, at })).to.deep.equal({ data: [] })
    const unknown = await client.ask('unroll/files/list', { threadId: 'x' })
    expect(messageOf(unknown)).to.match(/invalid thread id/)
  })

  it('tells the trail of the thread, in pages that follow each other', async () => {
    const whole = await ask('unroll/audit/list', { threadId })
    expect(
      whole.data
        .filter(({ action }: Row) => action === 'turn_completed')
        .map(({ turnId }: Row) => turnId)
    ).to.deep.equal(captured('codex_turn_event').map(({ event_params }) => event_params['turn_id']))
    const pages: Array<unknown> = []
    let cursor: string | null = null
    do {
      const page: Row = await ask('unroll/audit/list', { threadId, limit: 2, cursor })
      pages.push(...page.data)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(pages).to.deep.equal(whole.data)
    expect(await ask('unroll/reviews/list', { threadId })).to.deep.equal({ data: [] })
    expect(await ask('unroll/approvals/list', { threadId })).to.have.property('data')
  })

  it('tells the analytics of the thread in its order, in pages that follow each other', async () => {
    const posted = [...captured('codex_command_execution_event')].map(({ event_params: event }) => [
      event['item_id'],
      event['exit_code']
    ])
    const events: Array<Row> = []
    let cursor: string | null = null
    do {
      const page: Row = await ask('unroll/analytics/list', { threadId, limit: 3, cursor })
      events.push(...page.data)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(events[0].event_type).to.equal('codex_thread_initialized')
    expect(
      events
        .filter(({ event_type }) => event_type === 'codex_command_execution_event')
        .map(({ event_params: event }) => [event.item_id, event.exit_code])
    ).to.have.deep.members(posted)
    const bad = await client.ask('unroll/analytics/list', { threadId, cursor: 'x' })
    expect(messageOf(bad)).to.equal('invalid cursor: x')
  })

  it('tells of plugins nothing that nobody recorded', async () => {
    expect(await ask('unroll/plugins/list', {})).to.deep.equal({ data: [] })
    expect(await ask('unroll/plugins/history/list', { localId: 'a@b' })).to.deep.equal({ data: [] })
    expect(await ask('unroll/plugins/usage/list', { threadId })).to.deep.equal({ data: [] })
  })

  it('refuses ids that are none and threads that are not there, in the words of other methods', async () => {
    const bad = await client.ask('unroll/usage/read', { by: 'total', threadId: 'x' })
    expect(messageOf(bad)).to.match(/^invalid thread id: /)
    const lost = '00000000-0000-7000-8000-000000000000'
    for (const method of ['unroll/usage/read', 'unroll/tools/list', 'unroll/audit/list']) {
      const answer = await client.ask(method, { by: 'total', threadId: lost })
      expect(messageOf(answer)).to.match(new RegExp(lost))
    }
    const zone = await client.ask('unroll/usage/read', { by: 'day', timeZone: 'Mars/Olympus' })
    expect(messageOf(zone)).to.equal('unknown time zone: Mars/Olympus')
    const by = await client.ask('unroll/usage/read', { by: 'fortnight' })
    expect(messageOf(by)).to.match(/unknown variant `fortnight`/)
  })

  it('is not there in strict mode, like every method Codex does not have', async () => {
    const strict = await initialized(home, { profile: '0.142', strict: true })
    const answer = await strict.ask('unroll/usage/read', { by: 'total' })
    expect(messageOf(answer)).to.match(/^Invalid request: unknown variant `unroll\/usage\/read`/)
    await strict.close()
  })
})
