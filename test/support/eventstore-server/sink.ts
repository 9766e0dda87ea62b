/** A call that answers with a stream, as a place to put encoded answers that tells when it is full. */
import type { ServerWritableStream } from '@grpc/grpc-js'
import type { Refusal } from './statuses.ts'

/** Takes encoded answers; `false` asks the writer to wait until it is `ready`. */
export interface Sink {
  readonly write: (frame: Buffer) => boolean
  readonly ready: () => Promise<void>
  readonly isGone: () => boolean
  /** Called once when the client went away or the call was ended. */
  readonly whenGone: (then: () => void) => void
  /** Ends the call, with a status when there is something to say. */
  readonly end: (refusal?: Refusal) => void
}

export const sinkOf = <Request>(call: ServerWritableStream<Request, Buffer>): Sink => {
  let isGone = false
  let wake = (): void => undefined
  const leavers: (() => void)[] = []
  const gone = (): void => {
    if (isGone) return
    isGone = true
    wake()
    for (const leave of leavers) leave()
  }
  call.on('cancelled', gone)
  call.on('close', gone)
  call.on('error', gone)
  call.on('drain', () => wake())
  return {
    write: (frame) => isGone || call.write(frame),
    ready: () =>
      isGone ? Promise.resolve() : new Promise((resolve) => (wake = () => resolve(undefined))),
    isGone: () => isGone,
    whenGone: (then) => void (isGone ? then() : leavers.push(then)),
    end: (refusal) => {
      if (isGone) return
      if (refusal === undefined) call.end()
      else call.emit('error', refusal)
      gone()
    }
  }
}
