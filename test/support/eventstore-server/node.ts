/** What every handler of one node works with. */
import type { Metadata } from '@grpc/grpc-js'
import type { Behaviours } from './behaviours.ts'
import type { FaultKind, FaultPlan } from './faults.ts'
import type { EventLog } from './log.ts'
import { refusals, type Refusal } from './statuses.ts'

/** Where a node listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** One node: its log (shared in a cluster), its faults and how it behaves. */
export interface Node {
  readonly log: EventLog
  readonly faults: FaultPlan
  readonly behaviours: Behaviours
  /** Passwords by user; without any, no password is required. */
  readonly users: Readonly<Record<string, string>> | undefined
  readonly leader: () => Endpoint
  readonly isLeader: () => boolean
  /** Ends each open subscription; the handlers put theirs in and take them out. */
  readonly subscriptions: Set<(refusal: Refusal | undefined) => void>
}

const userOf = (authorization: string): readonly [string, string] => {
  const text = Buffer.from(authorization.replace(/^Basic /i, ''), 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return [text.slice(0, colon), text.slice(colon + 1)]
}

/** Why a call may not go on, by its headers: who asks, and whether only the leader may answer. */
export const refusedBy = (node: Node, headers: Metadata): Refusal | undefined => {
  if (node.users !== undefined) {
    const authorization = headers.get('authorization')[0]
    if (authorization === undefined) return refusals.accessDenied()
    const [name, password] = userOf(String(authorization))
    if (node.users[name] !== password) return refusals.unauthenticated()
  }
  const needsLeader = headers.get('requires-leader')[0] === 'true'
  return needsLeader && !node.isLeader() ? toLeader(node) : undefined
}

const toLeader = (node: Node): Refusal => {
  const { host, port } = node.leader()
  return refusals.notLeader(host, port)
}

/** The status of a fault; none for one that is silent. */
export const statusOfFault = (node: Node, kind: FaultKind): Refusal | undefined => {
  switch (kind) {
    case 'not_leader':
      return toLeader(node)
    case 'access_denied':
      return refusals.accessDenied()
    case 'wrong_version':
      return refusals.wrongVersion('', 'any', -1)
    case 'silent':
      return undefined
    default:
      return refusals[kind]()
  }
}
