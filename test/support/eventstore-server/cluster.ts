/** A made-up cluster: nodes over one log, one of which says that it leads. Nothing is replicated. */
import type { Member } from './about.ts'
import { eventLog } from './log.ts'
import { startEventStore, type ServerOptions, type TestEventStore } from './server.ts'

/** Nodes that tell of each other by gossip. */
export interface TestCluster {
  /** Finds the leader by asking any of the nodes. */
  readonly url: string
  readonly nodes: readonly TestEventStore[]
  readonly leader: () => number
  readonly moveLeader: (to: number) => void
  readonly stop: () => Promise<void>
}

/** Starts as many nodes as are asked for; the first one leads. */
export const startCluster = async (
  count: number,
  options: ServerOptions = {}
): Promise<TestCluster> => {
  const log = options.log ?? eventLog()
  const nodes: TestEventStore[] = []
  let leader = 0
  const members = (): readonly Member[] =>
    nodes.map((node, index) => ({
      host: '127.0.0.1',
      port: node.port,
      isLeader: index === leader,
      isAlive: node.isRunning()
    }))
  for (let index = 0; index < count; index += 1) {
    nodes.push(await startEventStore({ ...options, log, members }))
  }
  const hosts = nodes.map((node) => `127.0.0.1:${node.port}`).join(',')
  return {
    url: `esdb://${hosts}?tls=false`,
    nodes,
    leader: () => leader,
    moveLeader: (to) => void (leader = to),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop())))
  }
}
