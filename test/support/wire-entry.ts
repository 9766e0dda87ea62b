/**
 * Run as a process of its own: opens a store, leaves a read, an append and subscriptions at all stages, closes it, and has
 * nothing more to do. Prints `disposed`; that the process ends then is for its parent to see.
 *
 *     wire-entry.ts <connection string>
 */
import * as E from 'fp-ts/lib/Either.js'
import { connectWire } from '../../adapters/log/eventstore/connection/connect.ts'
import { several } from './wires.ts'

const opened = await connectWire(process.argv[2] ?? '')
if (E.isLeft(opened)) throw new Error(opened.left._tag)
const wire = opened.right
await wire.append('thread-a', 'any', several(100))
const left = wire.read('thread-a', 0)[Symbol.asyncIterator]()
await left.next() // and never again
const waiting = wire.subscribe(['thread-'], 'start', new AbortController().signal)
await new Promise<void>((caughtUp) => {
  const follower = async (): Promise<void> => {
    for await (const told of waiting) if (told.kind === 'caught_up') caughtUp()
  }
  follower().catch(() => process.stdout.write('the follower was told\n'))
})
process.stdout.write('caught up\n')
void wire.append('thread-b', 'any', several(1))
void wire
  .subscribe(['thread-'], 'end', new AbortController().signal)
  [Symbol.asyncIterator]()
  .next()
  .catch(() => undefined)
await Promise.all([wire.dispose(), wire.dispose()])
process.stdout.write('disposed\n')
