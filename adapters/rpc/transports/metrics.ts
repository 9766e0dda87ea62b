/**
 * `--metrics-listen IP:PORT`: the page of numbers for servers whose own transport shows none.
 */
import * as E from 'fp-ts/lib/Either.js'
import { once } from 'node:events'
import { createServer, type Server as Http } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openToAll } from './auth.ts'
import type { Routes } from './http.ts'
import { authority, isLoopback, type Listen } from './listen.ts'
import { answerRequests } from './websocket.ts'

export interface MetricsListener {
  readonly close: () => Promise<void>
}

const closed = (http: Http): Promise<void> => {
  const done = new Promise<void>((resolve) => http.close(() => resolve()))
  http.closeAllConnections()
  return done
}

/** Binds the address, of this machine only; `Left` says why it cannot. `say` gets the address. */
export const openMetrics = async (
  { host, port }: Extract<Listen, { kind: 'websocket' }>,
  routes: Routes,
  say: (line: string) => void
): Promise<E.Either<string, MetricsListener>> => {
  if (!isLoopback(host))
    return E.left(`refusing to show metrics at ${authority(host, port)}: other machines reach it`)
  const http = createServer()
  answerRequests(http, { routes, browsersReach: true, auth: (header) => openToAll(header, 0) })
  try {
    http.listen({ host, port })
    await once(http, 'listening')
  } catch (cause) {
    return E.left(`cannot listen on ${authority(host, port)}: ${(cause as Error).message}`)
  }
  say(`metrics: http://${authority(host, (http.address() as AddressInfo).port)}/metrics`)
  return E.right({ close: () => closed(http) })
}
