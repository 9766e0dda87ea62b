/**
 * Requests that nobody waits for any more: their client took them back, or left.
 */
import * as E from 'fp-ts/lib/Either.js'
import { isJsonObject } from '../../../domain/json.ts'
import type { MethodOutcome } from '../methods/method.ts'
import { CANCELLED } from '../wire/errors.ts'
import type { CheckedRequest } from './check.ts'

/** The outcome, or at once that nobody waits for it any more; what runs then ends by itself. */
export const unlessStopped = (
  running: Promise<MethodOutcome>,
  stop: AbortSignal | undefined
): Promise<MethodOutcome> => {
  if (stop === undefined) return running
  const stopped = new Promise<MethodOutcome>((resolve) => {
    const leave = (): void => resolve(E.left(CANCELLED))
    if (stop.aborted) leave()
    stop.addEventListener('abort', leave, { once: true })
    void running.finally(() => stop.removeEventListener('abort', leave)).catch(() => undefined)
  })
  return Promise.race([running, stopped])
}

/** The notification by which a client takes a request back: `{"id":7}`. */
export const CANCEL = 'unroll/request/cancel'

/** True for a request that only reads and that no other waits for. */
const mayStop = ({ method, params }: CheckedRequest): boolean =>
  method.key(params) === null && !method.changesLists && READS.test(method.name)

const READS = /\/(list|read|outline|graph|range|search|searchOccurrences|summary|plan)$/

/** The requests of one client that may be taken back. */
export interface StoppableRequests {
  /** Undefined for a request that goes on to its end. */
  readonly begin: (id: string, request: CheckedRequest) => AbortSignal | undefined
  readonly end: (id: string) => void
  readonly cancel: (params: unknown) => void
}

/** Requests that end when their client takes them back, or leaves. */
export const stoppable = (left: AbortSignal): StoppableRequests => {
  const running = new Map<string, AbortController>()
  left.addEventListener('abort', () => running.forEach((one) => one.abort()), { once: true })
  return {
    begin: (id, request) => {
      if (!mayStop(request)) return undefined
      const controller = new AbortController()
      running.set(id, controller)
      return controller.signal
    },
    end: (id) => void running.delete(id),
    cancel: (params) => {
      const id = isJsonObject(params) ? params['id'] : undefined
      running.get(JSON.stringify(id))?.abort()
    }
  }
}
