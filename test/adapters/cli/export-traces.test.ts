// Spans against the ledgers they are made of, for recorded homes of each era; and what a collector gets, from one that is made for the test.
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { once } from 'node:events'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { openEngine } from '../../../adapters/library.ts'
import { grouped } from '../../../domain/grouped.ts'
import type { Engine } from '../../../replay/engine.ts'
import {
  copyHome,
  copySample,
  FIXTURES,
  readJson,
  removeFolder,
  temporaryFolder
} from '../../support/fixture-home.ts'
import { unroll, type Done, type Setting } from './console.ts'

const LONG = '01a1fcdc-359a-7731-ae44-e79fba9fff78'

interface Attribute {
  readonly key: string
  readonly value: {
    readonly stringValue?: string
    readonly intValue?: string
    readonly boolValue?: boolean
    readonly doubleValue?: number
  }
}
interface WireSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: ReadonlyArray<Attribute>
  readonly links?: ReadonlyArray<{ readonly traceId: string; readonly spanId: string }>
}

const right = <A>(answer: E.Either<unknown, A>): A => {
  if (E.isLeft(answer)) throw new Error(JSON.stringify(answer.left))
  return answer.right
}

const spansIn = (text: string): ReadonlyArray<WireSpan> =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => JSON.parse(line).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)

const valueIn = ({ attributes }: WireSpan, key: string): string | undefined => {
  const value = attributes.find((one) => one.key === key)?.value
  return value?.stringValue ?? value?.intValue ?? value?.boolValue?.toString()
}

const CONVENTIONS = join(FIXTURES, 'semantic-conventions')

interface Registry {
  readonly groups: ReadonlyArray<{
    readonly attributes: ReadonlyArray<{ readonly id: string; readonly type: string | object }>
  }>
}

const WIRE: Readonly<Record<string, string>> = {
  string: 'stringValue',
  int: 'intValue',
  double: 'doubleValue',
  boolean: 'boolValue',
  any: 'stringValue'
}

/** How OTLP spells the value of each attribute that a version names. */
const registryOf = (version: string): ReadonlyMap<string, string> => {
  const { groups } = parse(
    readFileSync(join(CONVENTIONS, version, 'registry.yaml'), 'utf8')
  ) as Registry
  return new Map(
    groups
      .flatMap(({ attributes }) => attributes)
      .map(({ id, type }) => [id, typeof type === 'string' ? (WIRE[type] ?? type) : 'stringValue'])
  )
}

const USAGE = [
  'input_tokens',
  'output_tokens',
  'cache_read.input_tokens',
  'reasoning.output_tokens'
]

const sumsOf = (spans: ReadonlyArray<WireSpan>): ReadonlyArray<number> =>
  USAGE.map((name) =>
    spans.reduce((sum, one) => sum + Number(valueIn(one, `gen_ai.usage.${name}`) ?? 0), 0)
  )

const exported = (
  home: string,
  words: ReadonlyArray<string>,
  setting: Setting = {}
): Promise<Done> =>
  unroll(['export', ...words, '--to', 'otlp', '--home', home, '--index', 'memory'], {
    cwd: home,
    ...setting
  })

const idsOf = async (engine: Engine): Promise<ReadonlyArray<string>> =>
  right(await engine.titles()()).map(({ threadId }) => threadId)

describe('unroll export --to otlp', () => {
  for (const name of [
    'basic-130',
    'tools-142',
    'fork-rollback-142',
    'agents-169',
    'compaction-169'
  ])
    it(`has spans of ${name} that are whole, and add up to the ledger`, async () => {
      const home = copyHome(name)
      const engine = right(await openEngine({ home, index: 'memory' }))
      for (const id of await idsOf(engine)) {
        const { code, out, err } = await exported(home, [id])
        expect(code, err).to.equal(0)
        const spans = spansIn(out)
        expect(new Set(spans.map(({ spanId }) => spanId)).size).to.equal(spans.length)
        const traces = grouped(spans, ({ traceId }) => traceId)
        for (const [traceId, within] of traces) {
          expect(traceId).to.match(/^[0-9a-f]{32}$/)
          const roots = within.filter(({ parentSpanId }) => parentSpanId === undefined)
          expect(roots).to.have.length(1)
          for (const span of within) {
            expect(span.spanId).to.match(/^[0-9a-f]{16}$/)
            expect([undefined, roots[0]?.spanId]).to.include(span.parentSpanId)
            expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).to.equal(true)
            expect(
              BigInt(span.startTimeUnixNano) >= BigInt(roots[0]?.startTimeUnixNano ?? 0)
            ).to.equal(true)
          }
          const chats = within.filter((one) => valueIn(one, 'gen_ai.operation.name') === 'chat')
          expect(sumsOf(chats)).to.deep.equal(sumsOf(roots))
        }
        const { total } = right(await engine.usage({ by: 'total', threadId: id })())
        const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
        expect(sumsOf(roots)).to.deep.equal([
          ...[total.inputTokens, total.outputTokens],
          ...[total.cachedInputTokens, total.reasoningOutputTokens]
        ])
        const calls = right(await engine.toolsSummary({ threadId: id })()).total.calls
        expect(
          spans.filter((one) => valueIn(one, 'gen_ai.operation.name') === 'execute_tool')
        ).to.have.length(calls)
      }
      await engine.close()
      removeFolder(home)
    })

  describe('of the sample', () => {
    let home: string
    before(() => {
      home = copySample()
    })
    after(() => removeFolder(home))

    it('makes the same spans in two parts as in one, and the second time as the first', async () => {
      const [all, again] = [await exported(home, [LONG]), await exported(home, [LONG])]
      expect(again.out).to.equal(all.out)
      const middle = '2026-11-21T06:47:34'
      const zone = ['--tz', 'UTC']
      const early = await exported(home, [LONG, '--until', middle, ...zone])
      const late = await exported(home, [LONG, '--since', middle, ...zone])
      const parts = [...spansIn(early.out), ...spansIn(late.out)]
      expect(spansIn(early.out).length * spansIn(late.out).length).to.be.greaterThan(0)
      expect(parts).to.deep.equal(spansIn(all.out))
    })

    it('says nothing of what was said unless it is asked to, and then without secrets', async () => {
      const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
      const path = join(home, files.find((one) => one.includes(`${LONG}.jsonl`)) ?? '')
      const text = readFileSync(path, 'utf8')
      const secret = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`
      writeFileSync(path, text.replaceAll('measure the narrow ladder', `measure ${secret}`))
      const quiet = await exported(home, [LONG])
      expect(quiet.out).to.not.match(/narrow|ladder|gearbox|echo barn|notes\.txt/)
      const told = await exported(home, [LONG, '--content', '--flavor', 'openinference'])
      writeFileSync(path, text)
      expect(told.out).to.not.include(secret)
      expect(told.out).to.include('[REDACTED ')
      const [first] = spansIn(told.out)
      expect(valueIn(first as WireSpan, 'gen_ai.input.messages')).to.match(
        /^\[\{"role":"user","parts":\[\{"type":"text","content":"Can you measure \[REDACTED .* near the fence\?"\}\]\}\]$/
      )
      const kinds = new Set(spansIn(told.out).map((one) => valueIn(one, 'openinference.span.kind')))
      expect([...kinds].toSorted()).to.deep.equal(['AGENT', 'LLM', 'TOOL'])
      const langfuse = await exported(home, [LONG, '--flavor', 'langfuse'])
      const types = new Set(
        spansIn(langfuse.out).map((one) => valueIn(one, 'langfuse.observation.type'))
      )
      expect([...types].toSorted()).to.deep.equal(['agent', 'generation', 'tool'])
    })

    for (const version of ['1.41.1', '1.36.0'])
      it(`has only attributes of gen_ai that the conventions ${version} name, of their types`, async () => {
        const { code, out, err } = await exported(home, [LONG, '--semconv', version])
        expect(code, err).to.equal(0)
        const known = registryOf(version)
        const wrong = spansIn(out)
          .flatMap(({ attributes }) => attributes)
          .filter(({ key }) => key.startsWith('gen_ai.'))
          .filter(({ key, value }) => known.get(key) !== Object.keys(value)[0])
        expect(wrong).to.deep.equal([])
        const versions = spansIn(out).map((one) => valueIn(one, 'unroll.semconv'))
        expect(new Set(versions)).to.deep.equal(new Set([version]))
        const names = spansIn(out).flatMap(({ attributes }) => attributes.map(({ key }) => key))
        expect([
          names.includes('gen_ai.system'),
          names.includes('gen_ai.provider.name')
        ]).to.deep.equal(version === '1.36.0' ? [true, false] : [false, true])
      })

    it('has messages that hold by the schemas of the conventions', async () => {
      const { out } = await exported(home, [LONG, '--content'])
      for (const [name, of] of [
        ['input-messages', 'gen_ai.input.messages'],
        ['output-messages', 'gen_ai.output.messages']
      ] as const) {
        const path = join(CONVENTIONS, '1.41.1', `gen-ai-${name}.json`)
        const holds = new Ajv2020({ strict: false, validateFormats: false }).compile(readJson(path))
        const said = spansIn(out).flatMap((one) => valueIn(one, of) ?? [])
        expect(said.length).to.be.greaterThan(10)
        for (const text of said)
          expect(holds(JSON.parse(text)), JSON.stringify(holds.errors)).to.equal(true)
      }
      const old = await exported(home, [LONG, '--content', '--semconv', '1.36.0'])
      expect([old.code, old.out]).to.deep.equal([2, ''])
    })

    it('names failures of calls, and no user, host or path', async () => {
      const { out } = await exported(home, [LONG])
      const errors = spansIn(out).flatMap((one) => valueIn(one, 'error.type') ?? [])
      expect(errors).to.include('exit_4')
      expect(out).to.not.include('/workspace')
      expect(out).to.not.include(home)
    })

    it('tells host, user and paths where that is asked for', async () => {
      const { out } = await exported(home, [LONG, '--paths'])
      const [resource] = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).resourceSpans[0].resource)
      const told = new Map<string, string>(
        (resource.attributes as ReadonlyArray<Attribute>).map(({ key, value }) => [
          key,
          value.stringValue ?? ''
        ])
      )
      expect(told.get('process.working_directory')).to.equal('/workspace/demo')
      expect(told.get('unroll.rollout.path')?.startsWith(`${home}/sessions/`)).to.equal(true)
      expect([told.get('host.name'), told.get('process.owner')]).to.deep.equal([
        hostname(),
        userInfo().username
      ])
    })

    it('tells what answers and turns cost, as the report does, and nothing where a price is missing', async () => {
      const prices = join(home, 'prices.json')
      const price = { input: 2, cachedInput: 1, output: 4 }
      writeFileSync(
        prices,
        JSON.stringify({ currency: 'EUR', models: [{ model: 'lab-a', ...price }] })
      )
      const { out } = await exported(home, [LONG, '--prices', prices])
      const costIn = ({ attributes }: WireSpan): number | null =>
        attributes.find(({ key }) => key === 'gen_ai.usage.cost')?.value.doubleValue ?? null
      const spans = spansIn(out)
      const tokensIn = (span: WireSpan, name: string): number =>
        Number(valueIn(span, `gen_ai.usage.${name}`) ?? 0)
      const wrong = spans.filter((span) => {
        const cached = tokensIn(span, 'cache_read.input_tokens')
        const uncached = tokensIn(span, 'input_tokens') - cached
        const cost = (2 * uncached + cached + 4 * tokensIn(span, 'output_tokens')) / 1e6
        const told = costIn(span)
        const isPriced = valueIn(span, 'gen_ai.usage.input_tokens') !== undefined
        return isPriced ? told === null || Math.abs(told - cost) > 1e-12 : told !== null
      })
      expect(wrong.map(({ name }) => name)).to.deep.equal([])
      expect(
        spans.filter((span) => valueIn(span, 'unroll.cost.currency') === 'EUR')
      ).to.have.length(spans.filter((span) => costIn(span) !== null).length)
      writeFileSync(prices, JSON.stringify({ currency: 'EUR', models: [{ model: 'x', ...price }] }))
      const none = await exported(home, [LONG, '--prices', prices])
      expect(none.out).to.not.include('gen_ai.usage.cost')
      writeFileSync(prices, 'x')
      expect((await exported(home, [LONG, '--prices', prices])).code).to.equal(2)
    })

    it('writes to a new file alone, and sends nothing without an endpoint', async () => {
      const folder = temporaryFolder()
      const path = join(folder, 'spans.jsonl')
      expect((await exported(home, [LONG, '-o', path])).code).to.equal(0)
      expect(spansIn(readFileSync(path, 'utf8')).length).to.be.greaterThan(20)
      expect((await exported(home, [LONG, '-o', path])).code).to.equal(6)
      removeFolder(folder)
      const { code, err } = await exported(home, [LONG, '--send'])
      expect([code, /OTEL_EXPORTER_OTLP_TRACES_ENDPOINT/.test(err)]).to.deep.equal([2, true])
    })

    describe('sent to a collector', () => {
      let collector: Server
      let got: Array<{ request: IncomingMessage; text: string }>
      let answers: Array<
        readonly [status: number, body: string, headers?: Readonly<Record<string, string>>]
      >
      let url: string
      before(async () => {
        collector = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on('data', (chunk: Buffer) => chunks.push(chunk))
          request.on('end', () => {
            const bytes = Buffer.concat(chunks)
            const isGzip = request.headers['content-encoding'] === 'gzip'
            got.push({ request, text: (isGzip ? gunzipSync(bytes) : bytes).toString('utf8') })
            const [status, body, headers = {}] = answers.shift() ?? [200, '{}']
            response.writeHead(status, headers).end(body)
          })
        }).listen(0, '127.0.0.1')
        await once(collector, 'listening')
        url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
      })
      after(() => collector.close())
      beforeEach(() => {
        got = []
        answers = []
      })
      const send = (env: NodeJS.ProcessEnv): Promise<Done> =>
        exported(home, [LONG, '--send'], { env, nowMs: () => Date.parse('2026-11-25T00:00:00Z') })

      it('gets what the file holds, with headers, compressed where that is asked for', async () => {
        const done = await send({
          OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/`,
          OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
          OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip'
        })
        expect(done.code, done.err).to.equal(0)
        expect(
          got.map(({ request }) => [request.url, request.headers.authorization])
        ).to.deep.equal([['/v1/traces', 'Basic abc']])
        const file = await exported(home, [LONG])
        expect(spansIn(got[0]?.text ?? '')).to.deep.equal(spansIn(file.out))
        expect(done.err).to.include(`sent ${spansIn(file.out).length} spans`)
        expect(done.err).to.include('more than a day ago')
      })

      it('is asked again when it is busy, and its refusal is told in its words', async () => {
        const busy = [503, 'busy', { 'retry-after': '0' }] as const
        answers = [busy, busy]
        expect((await send({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url })).code).to.equal(0)
        expect(got).to.have.length(3)
        expect(new Set(got.map(({ text }) => text)).size).to.equal(1)
        answers = [[200, '{"partialSuccess":{"rejectedSpans":"7","errorMessage":"too old"}}']]
        const partial = await send({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url })
        expect([partial.code, /7 spans were refused: too old/.test(partial.err)]).to.deep.equal([
          1,
          true
        ])
        answers = [[401, 'who are you']]
        const refused = await send({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url })
        expect([refused.code, /401 who are you/.test(refused.err)]).to.deep.equal([1, true])
        got = []
        answers = Array.from({ length: 9 }, () => busy)
        expect((await send({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url })).code).to.equal(1)
        expect(got).to.have.length(6)
      })
    })
  })
})
