/**
 * A thread as spans: a trace for each turn, with a span for each answer of a model and each call of a tool below it. The sums of a turn
 * are those of the ledger, and its ids are derived, so that exporting in parts or twice says the same.
 */
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { ToolCall } from '../../domain/ledgers/tools/tool-call.ts'
import {
  costOf,
  exactDecimal,
  NO_COST,
  plusCost,
  type Prices
} from '../../domain/ledgers/usage/prices.ts'
import type { Spend } from '../../domain/ledgers/usage/spend.ts'
import type { Thread, Turn } from '../../domain/protocol.ts'
import type { Engine } from '../../replay/engine.ts'
import { partsOf } from '../mcp/words.ts'
import { spelled, type Semconv } from './conventions.ts'
import { flavored, type Flavor, type SpanContent, type SpanRole } from './flavor.ts'
import { spanIdOf, traceIdOf } from './ids.ts'
import { got, knownTurns, type KnownTurn } from './known.ts'
import type { TraceSpan, SpanAttributes, SpanEvent, SpanLink } from './otlp.ts'

export interface TraceOptions {
  readonly flavor: Flavor
  readonly semconv: Semconv
  /** Takes secrets out of what was said; null: nothing that was said is told. */
  readonly content: ((text: string) => string) | null
  /** Null: nothing is told of costs. */
  readonly prices: Prices | null
  /** Only turns that began then. */
  readonly sinceMs: number
  readonly untilMs: number
  /** Only turns for which it holds. */
  readonly isWanted?: (known: KnownTurn) => boolean
}

interface TracedThread {
  readonly thread: Thread
  readonly options: TraceOptions
  /** The first trace of an agent that a call is about. */
  readonly linkTo: (threadId: string) => Promise<SpanLink | null>
}

const CONTENT_MAX = 64 * 1024

const cut = (text: string): string =>
  text.length <= CONTENT_MAX
    ? text
    : `${text.slice(0, CONTENT_MAX)} [${text.length - CONTENT_MAX} characters cut]`

const sum = (spends: ReadonlyArray<Spend>, of: (tokens: NonNullable<Spend['tokens']>) => number) =>
  spends.reduce((all, { tokens }) => all + (tokens === null ? 0 : of(tokens)), 0)

const usageOf = (spends: ReadonlyArray<Spend>): SpanAttributes =>
  spends.every(({ tokens }) => tokens === null)
    ? {}
    : {
        'gen_ai.usage.input_tokens': sum(spends, (one) => one.inputTokens),
        'gen_ai.usage.output_tokens': sum(spends, (one) => one.outputTokens),
        'gen_ai.usage.cache_read.input_tokens': sum(spends, (one) => one.cachedInputTokens),
        'gen_ai.usage.reasoning.output_tokens': sum(spends, (one) => one.reasoningOutputTokens)
      }

/** What spends cost; nothing where a price is missing. */
const costAttributes = (prices: Prices | null, spends: ReadonlyArray<Spend>): SpanAttributes => {
  if (prices === null || spends.every(({ tokens }) => tokens === null)) return {}
  const { known, unpriced } = spends
    .map(({ model, tokens }) => (tokens === null ? NO_COST : costOf(prices, model, tokens)))
    .reduce(plusCost, NO_COST)
  if (unpriced.length > 0) return {}
  return {
    'gen_ai.usage.cost': Number(exactDecimal(known)),
    'unroll.cost.currency': prices.currency
  }
}

interface SpanTimes {
  readonly startMs: number
  readonly endMs: number
  readonly estimated: boolean
}

/** From the record of the turn, else from what is known to have happened in it. */
const timesOf = ({ turn, spends, calls, events }: KnownTurn): SpanTimes => {
  const seen = [
    ...spends.map(({ occurredAtMs }) => occurredAtMs),
    ...calls.flatMap(({ atMs, endedAtMs }) => [atMs, endedAtMs ?? atMs]),
    ...events.flatMap(({ at }) => (at === null ? [] : [Date.parse(at)]))
  ].filter(Number.isFinite)
  const [first, last] = [Math.min(...seen), Math.max(...seen)]
  const startMs = turn?.startedAtMs ?? first
  const endMs = turn?.completedAtMs ?? last
  const start = Number.isFinite(startMs) ? startMs : 0
  // A turn is not over before what happened in it.
  return {
    startMs: Math.min(start, Number.isFinite(first) ? first : start),
    endMs: Math.max(Number.isFinite(endMs) ? endMs : start, Number.isFinite(last) ? last : start),
    estimated: turn?.startedAtMs == null || turn.completedAtMs === null
  }
}

/** Messages as the schemas of the conventions have them; an answer says why it ended. */
const messages = (
  role: 'user' | 'assistant',
  texts: ReadonlyArray<string>,
  more: object = {}
): string | null =>
  texts.length === 0
    ? null
    : JSON.stringify(
        texts.map((content) => ({
          ...{ role, parts: [{ type: 'text', content: cut(content) }] },
          ...more
        }))
      )

/** Why a turn ended, in the words of the conventions where they have one. */
const finishReason = ({ status }: Turn): string => {
  if (status === 'completed') return 'stop'
  return status === 'failed' ? 'error' : status
}

/** What was said in a turn, without secrets. */
const turnContent = (turn: Turn | undefined, redact: (text: string) => string): SpanContent => {
  const said = (type: 'userMessage' | 'agentMessage'): ReadonlyArray<string> =>
    (turn?.items ?? [])
      .filter((item) => item.type === type)
      .map((item) => redact(partsOf(item).said))
  return {
    input: messages('user', said('userMessage')),
    output: messages(
      'assistant',
      said('agentMessage'),
      turn === undefined ? {} : { finish_reason: finishReason(turn) }
    )
  }
}

const toolContent = (
  turn: Turn | undefined,
  callId: string,
  redact: (text: string) => string
): SpanContent | null => {
  const item = turn?.items.find(({ id }) => id === callId)
  if (item === undefined) return null
  const { said, gave } = partsOf(item)
  return { input: cut(redact(said)), output: gave === '' ? null : cut(redact(gave)) }
}

const eventOf = ({ action, at, certainty }: AuditRow, otherwiseMs: number): SpanEvent => {
  const atMs = Date.parse(at ?? '')
  return {
    name: `unroll.event.${action}`,
    atMs: Number.isNaN(atMs) ? otherwiseMs : atMs,
    attributes: { 'unroll.certainty': certainty }
  }
}

const providerName = (provider: string | null | undefined): string => provider ?? 'openai'

/** Attributes that every span of a thread has. */
const common = ({ thread }: TracedThread): SpanAttributes => ({
  'gen_ai.conversation.id': thread.id,
  'session.id': thread.id
})

const withFlavor = (
  { options }: TracedThread,
  role: SpanRole,
  attributes: SpanAttributes,
  content: SpanContent | null
): SpanAttributes =>
  spelled(options.semconv, {
    ...attributes,
    ...flavored(options.flavor, role, attributes, content)
  })

const rootOf = (
  traced: TracedThread,
  known: KnownTurn,
  times: SpanTimes,
  content: SpanContent | null
): TraceSpan => {
  const { thread } = traced
  const { turnId, turn, spends } = known
  const model = spends.findLast((spend) => spend.model !== null)?.model ?? null
  const attributes: SpanAttributes = {
    ...common(traced),
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'codex',
    'gen_ai.agent.version': thread.cliVersion,
    'gen_ai.agent.id': thread.agentNickname,
    'gen_ai.provider.name': providerName(spends[0]?.provider ?? thread.modelProvider),
    'gen_ai.request.model': model,
    ...usageOf(spends),
    ...costAttributes(traced.options.prices, spends),
    'gen_ai.input.messages': content?.input,
    'gen_ai.output.messages': content?.output,
    'unroll.turn.id': turnId,
    'unroll.turn.number': turn === null ? null : turn.n + 1,
    'unroll.turn.status': turn?.status,
    'unroll.turn.rolled_back': turn === null && turnId !== null,
    'unroll.thread.name': thread.name,
    'unroll.forked_from': thread.forkedFromId,
    'unroll.lower_bound': spends.some(({ tokens }) => tokens === null),
    'unroll.time.estimated': times.estimated
  }
  return {
    traceId: traceIdOf(thread.id, turnId),
    spanId: spanIdOf(thread.id, turnId, null),
    parentSpanId: null,
    name: 'invoke_agent codex',
    kind: 'internal',
    ...{ startMs: times.startMs, endMs: times.endMs },
    failed: turn?.status === 'failed',
    attributes: withFlavor(traced, 'agent', attributes, content),
    events: known.events.map((row) => eventOf(row, times.endMs)),
    links: []
  }
}

const below = (traced: TracedThread, turnId: string | null, what: string) => ({
  traceId: traceIdOf(traced.thread.id, turnId),
  spanId: spanIdOf(traced.thread.id, turnId, what),
  parentSpanId: spanIdOf(traced.thread.id, turnId, null)
})

const answerSpan = (traced: TracedThread, spend: Spend, startMs: number): TraceSpan => {
  const attributes: SpanAttributes = {
    ...common(traced),
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': providerName(spend.provider),
    'gen_ai.request.model': spend.model,
    'gen_ai.response.id': spend.responseId,
    ...usageOf([spend]),
    ...costAttributes(traced.options.prices, [spend]),
    'unroll.usage.rule': spend.rule,
    'unroll.usage.kind': spend.kind,
    'unroll.certainty': spend.certainty,
    'unroll.revision': spend.place.revision,
    'unroll.time.estimated': true
  }
  return {
    ...below(traced, spend.turnId, `spend ${spend.sequence}`),
    name: `chat ${spend.model ?? 'unknown'}`,
    kind: 'client',
    startMs: Math.min(startMs, spend.occurredAtMs),
    endMs: spend.occurredAtMs,
    failed: false,
    attributes: withFlavor(traced, 'model', attributes, null),
    events: [],
    links: []
  }
}

const errorOf = ({ status, exitCode, failureKind }: ToolCall): string | null => {
  if (status === 'completed' || status === 'unknown') return null
  if (status !== 'failed') return status
  return exitCode !== null && exitCode !== 0 ? `exit_${exitCode}` : (failureKind ?? 'failed')
}

const EXTENSIONS: ReadonlySet<string> = new Set(['webSearch', 'imageGeneration'])

const toolAttributes = (call: ToolCall): SpanAttributes => ({
  'gen_ai.operation.name': 'execute_tool',
  'gen_ai.tool.name': call.name,
  'gen_ai.tool.call.id': call.callId,
  'gen_ai.tool.type': EXTENSIONS.has(call.kind) ? 'extension' : 'function',
  'error.type': errorOf(call),
  'process.exit.code': call.exitCode,
  ...(call.server === null
    ? {}
    : { 'mcp.method.name': 'tools/call', 'unroll.mcp.server': call.server }),
  ...(call.files === null
    ? {}
    : {
        'unroll.patch.files':
          call.files.adds + call.files.updates + call.files.deletes + call.files.moves,
        'unroll.patch.lines_added': call.linesAdded,
        'unroll.patch.lines_deleted': call.linesDeleted
      }),
  'unroll.tool.kind': call.kind,
  'unroll.tool.status': call.status,
  'unroll.certainty': call.certainty,
  'unroll.revision': call.place.revision
})

const endOf = ({ atMs, startedAtMs, endedAtMs, execMs }: ToolCall): number =>
  endedAtMs ?? (startedAtMs ?? atMs) + (execMs ?? 0)

const toolSpan = async (
  traced: TracedThread,
  call: ToolCall,
  place: number,
  content: SpanContent | null
): Promise<TraceSpan> => {
  const [agent] = call.agents ?? []
  const link = agent === undefined ? null : await traced.linkTo(agent)
  const attributes: SpanAttributes = {
    ...common(traced),
    ...toolAttributes(call),
    'gen_ai.tool.call.arguments': content?.input,
    'gen_ai.tool.call.result': content?.output
  }
  return {
    // The same id may be given twice in a turn.
    ...below(traced, call.turnId, `call ${place} ${call.callId}`),
    name: call.kind === 'collab' ? `invoke_agent ${call.name}` : `execute_tool ${call.name}`,
    kind: 'internal',
    startMs: call.startedAtMs ?? call.atMs,
    endMs: endOf(call),
    failed: errorOf(call) !== null,
    attributes: withFlavor(traced, 'tool', attributes, content),
    events: [],
    links: link === null ? [] : [link]
  }
}

/** The spans of a turn: itself, then answers and calls. */
async function* turnSpans(
  traced: TracedThread,
  known: KnownTurn,
  engine: Engine
): AsyncGenerator<TraceSpan> {
  const { content: redact } = traced.options
  const times = timesOf(known)
  const { turn } = known
  const read =
    redact === null || turn === null
      ? undefined
      : got(
          await engine.turnRange(traced.thread.id, { from: turn.n, count: 1, itemsView: 'full' })()
        ).turns[0]
  yield rootOf(traced, known, times, redact === null ? null : turnContent(read, redact))
  const ends = known.calls.map(endOf).sort((a, b) => a - b)
  let before = times.startMs
  for (const spend of known.spends) {
    const lastEnd = ends.findLast((end) => end <= spend.occurredAtMs) ?? times.startMs
    yield answerSpan(traced, spend, Math.max(before, lastEnd))
    before = spend.occurredAtMs
  }
  for (const [place, call] of known.calls.entries()) {
    const content = redact === null ? null : toolContent(read, call.callId, redact)
    yield await toolSpan(traced, call, place, content)
  }
}

/** The spans of a thread, turn by turn. */
export async function* threadSpans(
  engine: Engine,
  threadId: string,
  options: TraceOptions
): AsyncGenerator<TraceSpan> {
  const thread = got(await engine.readThread(threadId, false)())
  const links = new Map<string, SpanLink | null>()
  const linkTo = async (agent: string): Promise<SpanLink | null> => {
    const known = links.get(agent)
    if (known !== undefined) return known
    const outlined = await engine.outline(agent, { from: 0, count: 1 })()
    const first = outlined._tag === 'Right' ? outlined.right.turns[0] : undefined
    const link =
      first === undefined
        ? null
        : { traceId: traceIdOf(agent, first.id), spanId: spanIdOf(agent, first.id, null) }
    links.set(agent, link)
    return link
  }
  const traced = { thread, options, linkTo }
  for (const known of await knownTurns(engine, threadId)) {
    const { startMs } = timesOf(known)
    if (options.isWanted?.(known) === false) continue
    if (startMs >= options.sinceMs && startMs < options.untilMs)
      yield* turnSpans(traced, known, engine)
  }
}
