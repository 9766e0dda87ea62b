// The recorded runs that ledgers are compared with. The goal: no run is trusted unless its parts add up. The
// method: read every run, and compare its parts with each other; no code of the product takes part.
import { expect } from 'chai'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { FIXTURES } from '../support/fixture-home.ts'

interface Call {
  readonly thread_id: string | null
  readonly purpose: string
  readonly ends: string
  readonly tokens: {
    readonly input: number
    readonly cached: number
    readonly output: number
    readonly reasoning: number
  } | null
  readonly unrecorded: string | null
}

interface Truth {
  readonly run: string
  readonly codex: string
  readonly model_calls: number
  readonly true_total_tokens: number
  readonly recorded_total_tokens?: number
  readonly rollouts: number
  readonly per_thread?: Readonly<Record<string, number>>
  readonly per_purpose?: Readonly<Record<string, number>>
  readonly per_call?: ReadonlyArray<Call>
}

const FOLDER = join(FIXTURES, 'ledger')
const RUNS = readdirSync(FOLDER)
const truthOf = (run: string): Truth =>
  JSON.parse(readFileSync(join(FOLDER, run, 'truth.json'), 'utf8')) as Truth
const DETAILED = RUNS.filter((run) => truthOf(run).per_call !== undefined)

const linesOf = (text: string): ReadonlyArray<Record<string, unknown>> =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

const rolloutsOf = (run: string): ReadonlyArray<string> =>
  (readdirSync(join(FOLDER, run, 'home'), { recursive: true }) as Array<string>)
    .filter((path) => /rollout-.*\.jsonl$/.test(path))
    .map((path) => join(FOLDER, run, 'home', path))

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((all, one) => all + one, 0)
const spent = ({ tokens }: Call): number => (tokens === null ? 0 : tokens.input + tokens.output)

describe('the recorded runs with a known spend', () => {
  it('name themselves and the version that wrote them', () => {
    const eras: Readonly<Record<string, string>> = {
      '130': '0.130.0',
      '142': '0.142.5',
      '169': '0.169.0'
    }
    for (const run of RUNS) {
      const { run: name, codex } = truthOf(run)
      expect([name, codex]).to.deep.equal([run, eras[/-(1\d\d)(-OpenAI)?$/.exec(run)?.[1] ?? '']])
    }
  })

  it('are there in all three eras', () => {
    const eras = ['130', '142', '169'].map(
      (era) => DETAILED.filter((run) => run.endsWith(era)).length
    )
    expect(Math.min(...eras)).to.be.greaterThan(30)
  })

  it('have as many rollouts as they say, each of lines of JSON that begin with their session', () => {
    for (const run of RUNS) {
      const rollouts = rolloutsOf(run)
      expect(rollouts, run).to.have.lengthOf(truthOf(run).rollouts)
      for (const path of rollouts) {
        const lines = linesOf(readFileSync(path, 'utf8'))
        expect(lines[0]?.['type'], path).to.equal('session_meta')
      }
    }
  })

  it('add up: calls make threads, purposes and the whole, and what no line tells has a reason', () => {
    for (const run of DETAILED) {
      const truth = truthOf(run)
      const calls = truth.per_call ?? []
      const totals = {
        calls: calls.length,
        whole: sum(calls.map(spent)),
        recorded: sum(calls.filter(({ unrecorded }) => unrecorded === null).map(spent)),
        threads: sum(Object.values(truth.per_thread ?? {})),
        purposes: sum(Object.values(truth.per_purpose ?? {}))
      }
      expect(totals, run).to.deep.equal({
        calls: truth.model_calls,
        whole: truth.true_total_tokens,
        recorded: truth.recorded_total_tokens,
        threads: truth.true_total_tokens,
        purposes: truth.true_total_tokens
      })
    }
  })

  it('count cached tokens as input and reasoning as output, and nothing where no usage was sent', () => {
    for (const run of DETAILED)
      for (const { tokens, ends } of truthOf(run).per_call ?? []) {
        expect(tokens !== null, run).to.equal(['completed', 'incomplete'].includes(ends))
        if (tokens === null) continue
        expect(tokens.cached, run).to.be.at.most(tokens.input)
        expect(tokens.reasoning, run).to.be.at.most(tokens.output)
      }
  })

  it('carry the analytics and the messages of the same run', () => {
    for (const run of DETAILED) {
      const payloads = linesOf(readFileSync(join(FOLDER, run, 'analytics.jsonl'), 'utf8'))
      expect(
        payloads.every(({ events }) => Array.isArray(events)),
        run
      ).to.equal(true)
      const messages = brotliDecompressSync(
        readFileSync(join(FOLDER, run, 'requests.jsonl.br'))
      ).toString('utf8')
      const methods = linesOf(messages).map(
        ({ message }) => (message as Record<string, unknown>)['method']
      )
      expect(methods, run).to.include.members(['initialize', 'turn/start'])
    }
  })

  it('carry no account and no database', () => {
    for (const run of RUNS)
      for (const path of readdirSync(join(FOLDER, run, 'home'), {
        recursive: true
      }) as Array<string>)
        expect(path, run).not.to.match(/auth\.json|\.sqlite/)
    expect(RUNS.every((run) => existsSync(join(FOLDER, run, 'analytics.jsonl')))).to.equal(true)
  })
})
