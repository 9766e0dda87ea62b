/**
 * Whether a server that cannot be talked to is there and talks the other way: with TLS where it was asked without, or the
 * reverse. The client package says of both no more than that there was no connection.
 */
import { connect } from 'node:tls'
import type { Connection } from './connection-string.ts'

/** How a server is talked to. */
export type ServerTransport = 'tls' | 'plain'

/** A machine that says nothing is no answer. */
const PATIENCE_MS = 1000

/** How a server talks, by the beginning of a TLS connection; null where nobody says. */
const transportOf = ({
  address,
  port
}: Connection['hosts'][number]): Promise<ServerTransport | null> =>
  new Promise((resolve) => {
    const host = address.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    const tell = (transport: ServerTransport | null): void => {
      socket.destroy()
      resolve(transport)
    }
    socket.setTimeout(PATIENCE_MS, () => tell(null))
    socket.once('secureConnect', () => tell('tls'))
    // What is no TLS is told as a wrong version, or length, of TLS; refusals of TLS itself as alerts.
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) =>
      tell(/^ERR_SSL_(WRONG_VERSION|PACKET_LENGTH)/.test(code) ? 'plain' : null)
    )
  })

/** How the servers of a connection talk where that is not as it says, and none of them does; null otherwise. */
export const otherTransport = async ({
  hosts,
  tls
}: Connection): Promise<ServerTransport | null> => {
  const told = await Promise.all(hosts.map(transportOf))
  const wanted: ServerTransport = tls ? 'tls' : 'plain'
  return told.includes(wanted) ? null : (told.find((one) => one !== null) ?? null)
}
