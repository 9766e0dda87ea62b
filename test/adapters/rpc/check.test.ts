// Checks and plans of repairs over the wire. What is expected is what the commands print of the same home.
import { expect } from 'chai'
import { rolloutsOf } from '../../support/cut-home.ts'
import { copyHome, removeFolder } from '../../support/fixture-home.ts'
import {
  clientOf,
  serverOf,
  shaken,
  type Client,
  type Message,
  type TestServer
} from '../../support/rpc-client.ts'
import { inHome } from '../cli/console.ts'

const NOBODY = '00000000-0000-7000-8000-000000000000'

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
type Row = any

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('checks over the app-server', () => {
  let home = ''
  let server: TestServer
  let client: Client
  let bystander: Client
  const unroll = inHome(() => home)

  beforeEach(async () => {
    home = copyHome('damaged-142')
    server = serverOf(home, { strict: false })
    client = await shaken(clientOf(server))
    bystander = await shaken(clientOf(server))
  })
  afterEach(async () => {
    await server.close()
    removeFolder(home)
  })

  const of = (messages: ReadonlyArray<Message>, method: string): ReadonlyArray<Row> =>
    messages.filter((message) => message['method'] === method).map(({ params }) => params)
  /** What the client hears until the job is over. */
  const heard = async (job: string): Promise<ReadonlyArray<Message>> => {
    const isOver = (): boolean =>
      of(client.received, 'unroll/job/done').some((params) => params.job === job)
    while (!isOver()) await turn()
    return client.received.filter(({ params }) => (params as Row)?.job === job)
  }
  const started = async (params: object): Promise<string> => {
    const { result } = await client.ask('unroll/check/start', params)
    return (result as { readonly job: string }).job
  }
  const refusal = async (method: string, params: object): Promise<Row> =>
    (await client.ask(method, params))['error']
  const printed = async (...argv: ReadonlyArray<string>): Promise<ReadonlyArray<Row>> => {
    const { out } = await unroll([...argv, '--json', '--index', 'memory'])
    return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  }
  /** Findings and sum of a check, as the command prints them. */
  const checked = async (...argv: ReadonlyArray<string>) => {
    const rows = await printed('check', ...argv, '--total')
    const { $: _, durationMs: __, ...summary } = rows.at(-1)
    return { findings: rows.slice(0, -1), summary }
  }

  it('tell the findings and the sum that the command prints, to who asked', async () => {
    const job = await started({})
    const messages = await heard(job)
    const { findings, summary } = await checked()
    expect(findings.length).to.be.greaterThan(0)
    expect(of(messages, 'unroll/check/finding')).to.deep.equal(
      findings.map((finding) => ({ job, finding }))
    )
    expect(messages.at(-1)).to.deep.equal({
      method: 'unroll/job/done',
      params: { job, outcome: 'completed', summary }
    })
    expect(
      bystander.received.filter(({ method }) => String(method).startsWith('unroll/'))
    ).to.deep.equal([])
  })

  it('say how far they are, never less than before, and at last that all is read', async () => {
    const progress = of(await heard(await started({})), 'unroll/job/progress')
    const total = rolloutsOf(home).length
    const done = progress.map((one) => one.done)
    expect(done).to.deep.equal(done.toSorted((a, b) => a - b))
    expect(progress.length).to.be.within(2, 101)
    const last = progress.at(-1)
    expect([last.total, last.bytes]).to.deep.equal([total, last.bytesTotal])
  })

  it('look at one thread, or for some kinds, where that is asked', async () => {
    const { findings } = await checked()
    const { threadId, kind } = findings.find((finding) => finding.threadId !== null)
    const one = of(await heard(await started({ threadId })), 'unroll/check/finding')
    expect(one.map(({ finding }) => finding)).to.deep.equal((await checked(threadId)).findings)
    const job = await started({ kinds: [kind] })
    const messages = await heard(job)
    const some = await checked('--kind', kind)
    expect(of(messages, 'unroll/check/finding').map(({ finding }) => finding)).to.deep.equal(
      some.findings
    )
    expect(of(messages, 'unroll/job/done')).to.deep.equal([
      { job, outcome: 'completed', summary: some.summary }
    ])
  })

  it('run one at a time, and end when they are cancelled by who began them', async () => {
    const start = (id: number) =>
      JSON.stringify({ id, method: 'unroll/check/start', params: { deep: true } })
    const cancel = JSON.stringify({
      id: 92,
      method: 'unroll/job/cancel',
      params: { job: 'check-1' }
    })
    const answers = await client.send(start(90), start(91), cancel)
    const replies = answers.filter(({ id }) => id !== undefined)
    expect(replies).to.deep.equal([
      { id: 90, result: { job: 'check-1' } },
      { id: 91, error: { code: -32600, message: 'a check is running already' } },
      { id: 92, result: {} }
    ])
    expect((await heard('check-1')).at(-1)).to.deep.equal({
      method: 'unroll/job/done',
      params: { job: 'check-1', outcome: 'cancelled' }
    })
    expect(await refusal('unroll/job/cancel', { job: 'check-1' })).to.deep.equal({
      code: -32600,
      message: 'no such job: check-1'
    })
    const job = await started({})
    const foreign = await bystander.ask('unroll/job/cancel', { job })
    expect(foreign).to.deep.equal({ error: { code: -32600, message: `no such job: ${job}` } })
    expect(of(await heard(job), 'unroll/job/done')[0].outcome).to.equal('completed')
  })

  it('end when their client leaves', async () => {
    const begun = bystander.send(
      JSON.stringify({ id: 90, method: 'unroll/check/start', params: {} })
    )
    bystander.connection.close()
    await begun
    const starter = { left: new AbortController().signal, jobs: new Set<string>() }
    let next = server.server.live.jobs.begin('check', starter)
    while (next === null) {
      await turn()
      next = server.server.live.jobs.begin('check', starter)
    }
    next.end()
    expect(of(bystander.received, 'unroll/job/done')).to.deep.equal([])
  })

  it('are refused for threads and kinds that are none', async () => {
    expect(await refusal('unroll/check/start', { threadId: NOBODY })).to.deep.equal({
      code: -32600,
      message: `thread not loaded: ${NOBODY}`
    })
    expect((await refusal('unroll/check/start', { kinds: ['nothing'] })).message).to.match(
      /^Invalid request: unknown variant `nothing`, expected one of/
    )
    expect(await refusal('unroll/job/cancel', {})).to.deep.equal({
      code: -32600,
      message: 'Invalid request: missing field `job`'
    })
  })

  it('lead to the plan of a repair that the command prints, of the home and of a thread', async () => {
    const [plan] = await printed('repair', 'plan')
    expect(plan.plan.steps.length).to.be.greaterThan(0)
    expect(await client.ask('unroll/repair/plan', {})).to.deep.equal({ result: plan })
    const { threadId } = plan.plan.steps[0]
    const [one] = await printed('repair', 'plan', threadId)
    expect(await client.ask('unroll/repair/plan', { threadId })).to.deep.equal({ result: one })
    expect(await refusal('unroll/repair/plan', { threadId: NOBODY })).to.deep.equal({
      code: -32600,
      message: `thread not loaded: ${NOBODY}`
    })
  })
})
