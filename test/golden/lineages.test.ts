// Pages of threads that continue each other beside those of the real Codex 0.169.0: every page of turns it answered at
// the end of a recorded run, in both directions and several sizes, and items.
import { expect } from 'chai'
import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { FIXTURES, removeFolder } from '../support/fixture-home.ts'
import { initialized, type Message } from '../support/rpc-client.ts'

const FOLDER = process.env['LINEAGES'] ?? join(FIXTURES, 'lineages')

interface Logged {
  readonly process: string
  readonly from: 'client' | 'server'
  readonly message: Message
}

const logOf = (run: string): ReadonlyArray<Logged> =>
  brotliDecompressSync(readFileSync(join(FOLDER, run, 'requests.jsonl.br')))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Logged)

const PAGED = new Set<unknown>(['thread/turns/list', 'thread/items/list', 'thread/timeline/list'])

interface Step {
  readonly request: Message
  readonly answer: Message
}

/** What the last process of a run was asked about pages, and what it said. */
const pagesOf = (run: string): ReadonlyArray<Step> => {
  const log = logOf(run)
  const last = log.filter((one) => one.process === log.at(-1)?.process)
  const answers = new Map(
    last.flatMap(({ from, message }) =>
      from === 'server' && !('method' in message) ? [[message['id'], message] as const] : []
    )
  )
  return last.flatMap(({ from, message: request }) => {
    const answer = answers.get(request['id'])
    return from === 'client' && PAGED.has(request['method']) && answer !== undefined
      ? [{ request, answer }]
      : []
  })
}

const RUNS = readdirSync(FOLDER).filter((name) => /169$/.test(name))

describe('threads that continue each other', () => {
  for (const run of RUNS)
    it(`${run}: have the pages of Codex 0.169.0`, async () => {
      const client = await initialized(join(FOLDER, run, 'home'), { profile: '0.169' })
      try {
        const steps = pagesOf(run)
        expect(steps.length).to.be.greaterThan(20)
        for (const { request, answer } of steps) {
          const { id: _, ...expected } = answer
          const told = await client.ask(String(request['method']), request['params'])
          expect({ asked: request['params'], told }).to.deep.equal({
            asked: request['params'],
            told: expected
          })
        }
      } finally {
        await client.close()
      }
    })
})

interface Line {
  readonly ordinal: number
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** What of the lines of a new file says where it goes on, and which turn it cuts short. */
const branchOf = (home: string, threadId: string): ReadonlyArray<unknown> => {
  const [path = ''] = (readdirSync(home, { recursive: true }) as Array<string>).filter((one) =>
    one.endsWith(`${threadId}.jsonl`)
  )
  const lines = readFileSync(join(home, path), 'utf8').trimEnd().split('\n')
  return lines.map((text) => {
    const { ordinal, type, payload } = JSON.parse(text) as Line
    const { type: kind, turn_id, root_turn_id, reason, started_at, history_base } = payload
    return { ordinal, type, kind, turn_id, root_turn_id, reason, started_at, history_base }
  })
}

/** Forks of threads to which nothing happened afterwards, and what became of them. */
const forksOf = (run: string): ReadonlyArray<Step> => {
  const log = logOf(run)
  return log.flatMap(({ from, process, message: request }) => {
    const params = request['params'] as Readonly<Record<string, unknown>> | undefined
    if (from !== 'client' || request['method'] !== 'thread/fork') return []
    const isAnswer = (one: Logged): boolean =>
      one.from === 'server' && one.process === process && one.message['id'] === request['id']
    const answer = log.find((one) => isAnswer(one) && !('method' in one.message))?.message
    return params?.['excludeTurns'] === true && answer !== undefined ? [{ request, answer }] : []
  })
}

const forkedId = (answer: Message): string =>
  (answer['result'] as { readonly thread: { readonly id: string } }).thread.id

describe('forks at every turn of threads with reviews', () => {
  for (const run of RUNS.filter((name) => name.startsWith('fork-')))
    it(`${run}: are those of Codex 0.169.0, and refused where it refuses them`, async () => {
      const home = mkdtempSync(join(tmpdir(), 'unroll-forks-'))
      cpSync(join(FOLDER, run, 'home'), home, { recursive: true, preserveTimestamps: true })
      const client = await initialized(home, { profile: '0.169' })
      try {
        const forks = forksOf(run)
        expect(forks.length).to.be.greaterThan(4)
        for (const { request, answer } of forks) {
          const told = await client.ask('thread/fork', request['params'])
          const asked = request['params']
          if ('error' in answer) {
            expect({ asked, told }).to.deep.equal({ asked, told: { error: answer['error'] } })
            continue
          }
          const real = branchOf(join(FOLDER, run, 'home'), forkedId(answer))
          expect(told).to.have.property('result')
          expect({ asked, lines: branchOf(home, forkedId(told)) }).to.deep.equal({
            asked,
            lines: real
          })
        }
      } finally {
        await client.close()
        removeFolder(home)
      }
    })
})
