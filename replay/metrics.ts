/**
 * Every metric there is, as data: what it counts and which labels tell its series apart.
 *
 * The values of a label are listed here, so that no id, path or text of a client can ever become one, and the number of
 * series is known beforehand. The one exception is `method`: names from the app-server's table, or `unknown`.
 */
import type { DamageReason } from '../domain/log/event.ts'
import { CHANGE_REASONS } from '../domain/home-change.ts'

/** A counter only grows; a level goes up and down; a duration is a distribution of times. */
export type MetricKind = 'counter' | 'level' | 'duration'

export interface Metric {
  readonly kind: MetricKind
  /** One sentence for readers of the numbers. */
  readonly help: string
  /** Values of each label; `null` for the names of the app-server's methods. */
  readonly labels: Readonly<Record<string, ReadonlyArray<string> | null>>
}

const counter = <L extends Metric['labels']>(help: string, labels: L) =>
  ({ kind: 'counter', help, labels }) as const
const level = <L extends Metric['labels']>(help: string, labels: L) =>
  ({ kind: 'level', help, labels }) as const
const duration = <L extends Metric['labels']>(help: string, labels: L) =>
  ({ kind: 'duration', help, labels }) as const

const DAMAGE_REASONS = [
  'not_utf8',
  'not_json',
  'not_an_event',
  'invalid_payload',
  'line_too_long',
  'nul_bytes',
  'base_missing',
  'base_shrunk',
  'base_mismatch',
  'base_cycle',
  'base_unknown'
] as const satisfies ReadonlyArray<DamageReason>

const FROM = ['start', 'checkpoint', 'again'] as const

const INDEX = {
  'index.open.duration': duration(
    'Opening the index: made new, as the last process left it, as one that was killed left it, from a verified copy, replaced for its damage or its older layout, in ' +
      'memory, or not at all.',
    {
      how: [
        'created',
        'as_left',
        'unverified',
        'copied',
        'replaced',
        'outdated',
        'memory',
        'failed'
      ] as const
    }
  ),
  'index.commit.duration': duration(
    'Transactions of the index, the wait for another writing process included; moved: another process was first.',
    { outcome: ['committed', 'moved', 'failed'] as const }
  ),
  'backfill.duration': duration('Runs that folded threads the index had never seen.', {
    outcome: ['done', 'failed'] as const
  }),
  'backfill.threads': counter('Threads in finished runs that the index had never seen.', {}),
  'backfill.lease': counter(
    'Leases of a home for a long catch-up: taken, taken over from a process that is gone or stands still, lost to another one.',
    { outcome: ['taken', 'taken_over', 'lost'] as const }
  ),
  'backfill.wait.duration': duration(
    'Waits for another process that catches a home up: it ended, it was gone or stood still, or it was waited for long enough.',
    { outcome: ['ended', 'taken_over', 'alone'] as const }
  ),
  'catch_up.checks': counter('Threads that were asked for: was the index as new as the files?', {
    state: ['current', 'behind'] as const
  }),
  'fold.duration': duration(
    'Folding one thread: from its start, from its checkpoint, or again because its files are others now.',
    { from: FROM }
  ),
  'fold.bytes': counter('Bytes of rollouts that folds went through.', { from: FROM }),
  'fold.lines': counter('Lines that reached a fold; a reader passes over those no fold needs.', {
    from: FROM
  }),
  'fold.restarts': counter(
    'Folds that began again at the first byte, because the thread needs every line.',
    {}
  ),
  'search.fold.duration': duration(
    'Reading what is new in one thread for the full text, when somebody searches.',
    { from: FROM }
  ),
  'search.fold.bytes': counter('Bytes of rollouts that were read for the full text.', {
    from: FROM
  }),
  'search.fold.lines': counter('Lines among them that may say something.', { from: FROM }),
  'home.looks': counter(
    'Lists that need every rollout, by what was looked at for them: every file, or of a home that is followed the files that changed, or nothing.',
    { at: ['every_file', 'changed_files', 'nothing'] as const }
  ),
  'home.watch': counter(
    'Times a server began to follow the folders of its home, and times it gave that up.',
    { outcome: ['begun', 'given_up'] as const }
  ),
  'home.changes': counter(
    'Rollouts that were found moved, archived, replaced, cut, copied or gone when a thread was caught up.',
    { reason: CHANGE_REASONS }
  ),
  'damage.lines': counter('Damaged places that folds came upon.', { reason: DAMAGE_REASONS }),
  'read.fallback': counter(
    'Times the usual way was left: read with an index in memory, begun again on an emptied index, begun again ' +
      'because a file had moved, folded without the second thread.',
    { reason: ['index_unavailable', 'index_damaged', 'file_moved', 'worker_failed'] as const }
  ),
  repairs: counter(
    'What was put right: a doubtful index copied or replaced, a damaged one emptied, an unfinished last line closed, a ' +
      'compressed rollout expanded.',
    {
      what: [
        'index_copied',
        'index_replaced',
        'index_emptied',
        'line_closed',
        'rollout_expanded'
      ] as const
    }
  )
} as const

const WRITING = {
  'lock.wait.duration': duration(
    'Waits for a lock between processes: to write a thread, to move files, to open the index.',
    { lock: ['thread', 'files', 'index'] as const, outcome: ['taken', 'busy', 'failed'] as const }
  ),
  'append.requests': counter('Appends by what became of them.', {
    outcome: ['written', 'wrong_revision', 'busy', 'refused', 'failed'] as const
  }),
  'append.lines': counter('Lines appended to rollouts.', {}),
  'append.bytes': counter('Bytes appended to rollouts.', {}),
  'append.sync.duration': duration('Putting appended lines on disk.', {})
} as const

const STORE = {
  'store.following': level(
    'Is the log of a store followed to its end? 0 before it was reached for the first time, and after a failure.',
    {}
  ),
  'store.follow': counter(
    'Times the end of the log was reached, once more for each lost connection; failed: the server refused, or was not there at the start.',
    { outcome: ['caught_up', 'failed'] as const }
  ),
  'store.events': counter(
    'Events of the log that were taken in: old ones while catching up, and new ones.',
    {
      when: ['catching_up', 'live'] as const
    }
  ),
  'store.delay': duration(
    'From the moment in which the server took an event to that in which it was known here, by both clocks.',
    {}
  ),
  'store.warm.duration': duration(
    'Folding what is new before anybody asks: of one thread, or of all when many changed.',
    { what: ['thread', 'everything'] as const, outcome: ['done', 'failed'] as const }
  )
} as const

const SERVER = {
  'rpc.request.duration': duration(
    'Requests from their arrival to their answer, the wait for earlier ones included; the outcome is ok or the code.',
    {
      method: null,
      outcome: ['ok', '-32600', '-32601', '-32602', '-32603', '-32001', 'other', 'dropped'] as const
    }
  ),
  'rpc.requests.in_flight': level('Requests taken and not answered.', {}),
  'rpc.requests.refused': counter('Requests refused because too many were in flight.', {}),
  'rpc.connections.open': level('Clients that are connected.', {}),
  'rpc.connections.opened': counter('Clients that have connected.', {}),
  'rpc.clients.cut_off': counter(
    'WebSockets that were dropped: too much waited for the client, it took nothing for long, it broke the protocol.',
    { why: ['behind', 'stalled', 'broken'] as const }
  ),
  'http.refusals': counter(
    'HTTP requests that were refused, WebSockets that would not be among them.',
    {
      status: ['400', '401', '403', '404', '405', '413'] as const
    }
  ),
  'rpc.notifications': counter('Notifications; dropped: the client had left.', {
    outcome: ['sent', 'dropped'] as const
  })
} as const

const EXPORT = {
  'analytics.facts': counter(
    'Facts for usage analytics by what became of them; dropped: too many waited.',
    { outcome: ['used', 'dropped', 'failed'] as const }
  ),
  'analytics.payloads': counter(
    'Payloads of analytics events, to the capture file or to the host.',
    {
      outcome: ['sent', 'failed'] as const
    }
  ),
  'questions.records': counter(
    'Records of questions to clients, for the audit trail; dropped: too many waited.',
    { outcome: ['written', 'dropped', 'failed'] as const }
  ),
  'telemetry.exports': counter('Reports to the configured collector.', {
    outcome: ['sent', 'failed'] as const
  })
} as const

/** The catalogue: names with dots, as OpenTelemetry writes them. */
export const METRICS = {
  ...INDEX,
  ...WRITING,
  ...STORE,
  ...SERVER,
  ...EXPORT
} as const satisfies Readonly<Record<string, Metric>>

export type MetricName = keyof typeof METRICS

export type Counted = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends 'duration' ? never : N
}[MetricName]

export type Timed = Exclude<MetricName, Counted>

/** The labels of a metric, each with one of its values. */
export type LabelsOf<N extends MetricName> = {
  readonly [
    K in keyof (typeof METRICS)[N]['labels']
  ]: (typeof METRICS)[N]['labels'][K] extends ReadonlyArray<infer V> ? V : string
}
