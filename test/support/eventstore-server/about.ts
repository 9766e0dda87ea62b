/** What a node says about itself: the methods it serves, and the members of its cluster. */
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js'
import type { ClusterInfo, MemberInfo } from '@eventstore/db-client/generated/gossip_pb.js'
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js'
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js'
import { randomUUID } from 'node:crypto'
import { features, gossip, uuidMessage } from './messages.ts'
import type { SupportedMethod } from './behaviours.ts'
import { statusOfFault, type Endpoint, type Node } from './node.ts'

/** A member of a cluster as gossip shows it. */
export interface Member extends Endpoint {
  readonly isLeader: boolean
  readonly isAlive: boolean
}

export const featuresHandler =
  (node: Node, version: string, methods: readonly SupportedMethod[]) =>
  async (
    _call: ServerUnaryCall<Empty, SupportedMethods>,
    answer: sendUnaryData<SupportedMethods>
  ): Promise<void> => {
    const fault = await node.faults.arrival('features')
    if (fault !== undefined) {
      const status = statusOfFault(node, fault.with)
      return void (status !== undefined && answer(status))
    }
    const response = new features.SupportedMethods()
    response.setEventStoreServerVersion(version)
    for (const { service, method, features: names = [] } of methods) {
      const entry = new features.SupportedMethod()
      entry.setServiceName(service)
      entry.setMethodName(method)
      entry.setFeaturesList([...names])
      response.addMethods(entry)
    }
    answer(null, response)
  }

const memberInfo = (member: Member): MemberInfo => {
  const { LEADER, FOLLOWER } = gossip.MemberInfo.VNodeState
  const endpoint = new gossip.EndPoint()
  endpoint.setAddress(member.host)
  endpoint.setPort(member.port)
  const info = new gossip.MemberInfo()
  info.setInstanceId(uuidMessage(randomUUID()))
  info.setTimeStamp(String(Date.now()))
  info.setState(member.isLeader ? LEADER : FOLLOWER)
  info.setIsAlive(member.isAlive)
  info.setHttpEndPoint(endpoint)
  return info
}

export const gossipHandler =
  (node: Node, members: () => readonly Member[]) =>
  async (
    _call: ServerUnaryCall<Empty, ClusterInfo>,
    answer: sendUnaryData<ClusterInfo>
  ): Promise<void> => {
    const fault = await node.faults.arrival('gossip')
    if (fault !== undefined) {
      const status = statusOfFault(node, fault.with)
      return void (status !== undefined && answer(status))
    }
    const response = new gossip.ClusterInfo()
    response.setMembersList(members().map(memberInfo))
    answer(null, response)
  }
