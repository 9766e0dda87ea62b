/**
 * A stand-in for EventStoreDB, for tests: the real wire protocol, through the service definitions that ship
 * in the client package, over a log in memory.
 *
 * It does what unroll uses: append and batch append with the server's rules of expected revision, repeated
 * ids and size; reads of a stream and of `$all` in both directions; metadata of streams (`$tb`,
 * `$maxCount`), soft delete and tombstone; subscriptions with filters, checkpoints and the news that they
 * caught up or fell behind; server features, gossip and a made-up cluster; passwords and TLS; faults.
 *
 * It does not do: links and projections, persistent subscriptions, access lists, `$maxAge`, real
 * replication or elections, the HTTP interface, and the server's own events in `$all`. Its positions grow
 * like bytes but are not the server's. What it shows is that unroll keeps to the protocol; that unroll
 * works with a real server is shown by running the same suite against one.
 */
import type { Member } from './about.ts'
import { DEFAULT_BEHAVIOURS, type Behaviours } from './behaviours.ts'
import { faultPlan, type FaultPlan } from './faults.ts'
import { openJournal } from './journal.ts'
import { listen, type Certificate, type Listener } from './listening.ts'
import { eventLog, type EventLog } from './log.ts'
import type { Endpoint, Node } from './node.ts'
import type { StoredEvent } from './records.ts'
import { refusals } from './statuses.ts'

/** What a stand-in can be told; each has a default like the real server's. */
export interface ServerOptions extends Partial<Behaviours> {
  readonly port?: number
  readonly log?: EventLog
  /** A file that makes the log last; without one it lives in memory. */
  readonly file?: string
  readonly users?: Readonly<Record<string, string>>
  readonly certificate?: Certificate
  /** For a node of a cluster: its members, leader included. */
  readonly members?: () => readonly Member[]
}

/** How subscriptions are ended from the server's side. */
export type DropKind = 'unavailable' | 'cancelled' | 'internal' | 'end'

export interface TestEventStore {
  /** The connection string of a client without credentials. */
  readonly url: string
  readonly port: number
  /** Everything that was written, in the order of the log. */
  readonly log: readonly StoredEvent[]
  /** The events of one stream, truncated ones too. */
  readonly stream: (name: string) => readonly StoredEvent[]
  /** How many calls came, by kind. */
  readonly calls: FaultPlan['calls']
  readonly fail: FaultPlan['fail']
  readonly clearFaults: () => void
  readonly hold: FaultPlan['hold']
  /** Ends every open subscription; how many there were. */
  readonly dropSubscriptions: (how?: DropKind) => number
  readonly openSubscriptions: () => number
  /** Drops from the log what nobody may read any more, while nobody follows it. */
  readonly scavenge: () => void
  /** Breaks every connection; new ones are taken. */
  readonly disconnect: () => void
  /** Stops as a killed process does; the log stays. */
  readonly stop: () => Promise<void>
  /** Listens again on the same port; ids only remembered in memory are forgotten. */
  readonly start: () => Promise<void>
  readonly isRunning: () => boolean
}

const HOST = '127.0.0.1'

const refusalOf = (how: DropKind) => (how === 'end' ? undefined : refusals[how]())

/** Starts a stand-in that listens on this machine. */
export const startEventStore = async (options: ServerOptions = {}): Promise<TestEventStore> => {
  const journal = options.file === undefined ? undefined : openJournal(options.file)
  const log = options.log ?? eventLog(journal?.write)
  for (const change of journal?.changes ?? []) log.apply(change)
  log.forgetRecentIds()
  const faults = faultPlan()
  const behaviours: Behaviours = { ...DEFAULT_BEHAVIOURS, ...options }
  let listener: Listener | undefined
  let port = options.port ?? 0
  const alone = (): readonly Member[] => [{ host: HOST, port, isLeader: true, isAlive: true }]
  const members = options.members ?? alone
  const leader = (): Endpoint => members().find((member) => member.isLeader) ?? { host: HOST, port }
  const node: Node = {
    log,
    faults,
    behaviours,
    users: options.users,
    leader,
    isLeader: () => leader().port === port,
    subscriptions: new Set()
  }
  const presentation = {
    version: behaviours.version,
    methods: behaviours.methods,
    members,
    certificate: options.certificate
  }
  const start = async (): Promise<void> => {
    if (listener !== undefined) return
    listener = await listen(node, presentation, port)
    port = listener.port
  }
  await start()
  const tls = options.certificate === undefined ? 'tls=false' : 'tls=true'
  return {
    url: `esdb://${options.certificate === undefined ? HOST : 'localhost'}:${port}?${tls}`,
    port,
    log: log.events,
    stream: (name) => log.growing(name),
    calls: faults.calls,
    fail: faults.fail,
    clearFaults: faults.clear,
    hold: faults.hold,
    dropSubscriptions: (how = 'unavailable') => {
      const open = [...node.subscriptions]
      for (const drop of open) drop(refusalOf(how))
      return open.length
    },
    openSubscriptions: () => node.subscriptions.size,
    scavenge: log.scavenge,
    disconnect: () => listener?.disconnect(),
    stop: async () => {
      const stopping = listener?.stop()
      listener = undefined
      await stopping
      log.forgetRecentIds()
    },
    start,
    isRunning: () => listener !== undefined
  }
}
