/**
 * The protocol's messages and services as they ship in the client package (CommonJS, so each comes as
 * one default import), and the little that is built of them in more than one place.
 */
import gossipServices from '@eventstore/db-client/generated/gossip_grpc_pb.js'
import gossip from '@eventstore/db-client/generated/gossip_pb.js'
import featureServices from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js'
import features from '@eventstore/db-client/generated/serverfeatures_pb.js'
import shared from '@eventstore/db-client/generated/shared_pb.js'
import status from '@eventstore/db-client/generated/status_pb.js'
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js'
import streams from '@eventstore/db-client/generated/streams_pb.js'
import type { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js'

export {
  features,
  featureServices,
  gossip,
  gossipServices,
  shared,
  status,
  streams,
  streamServices
}

/** The name a request gives its stream. */
export const streamNameOf = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

/** A stream's name as the protocol writes it. */
export const identifierOf = (stream: string): StreamIdentifier => {
  const identifier = new shared.StreamIdentifier()
  identifier.setStreamName(Buffer.from(stream, 'utf8'))
  return identifier
}

/** An id as text; both forms of the protocol are read. */
export const uuidOf = (id: UUID | undefined): string => {
  if (id === undefined) return ''
  if (id.hasString()) return id.getString().toLowerCase()
  const half = (text: string | undefined): string =>
    BigInt.asUintN(64, BigInt(text ?? '0'))
      .toString(16)
      .padStart(16, '0')
  const parts = id.getStructured()
  const hex = half(parts?.getMostSignificantBits()) + half(parts?.getLeastSignificantBits())
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** An id as the protocol writes it, in the form of text. */
export const uuidMessage = (id: string): UUID => {
  const message = new shared.UUID()
  message.setString(id)
  return message
}
