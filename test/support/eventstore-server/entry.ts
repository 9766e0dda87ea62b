/**
 * Run as a process of its own: the stand-in, until it is killed or its input ends.
 *
 *     entry.ts [--port <port>] [--file <path>] [--max-append-size <bytes>]
 *
 * Prints `{"url":…,"port":…}` when it listens. With a file, everything answered survives any kill. Takes one
 * command a line and answers each with a line: `{"fail":<fault>}`, `{"dropSubscriptions":<how>}`,
 * `{"disconnect":true}`, `{"calls":true}` (how many calls came), `{"events":true}` (how many there are).
 */
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Fault } from './faults.ts'
import { startEventStore, type DropKind } from './server.ts'

/** What the process can be told. */
export type Command =
  | { readonly fail: Fault }
  | { readonly dropSubscriptions: DropKind }
  | { readonly disconnect: true }
  | { readonly calls: true }
  | { readonly events: true }

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    file: { type: 'string' },
    'max-append-size': { type: 'string' }
  }
})

const server = await startEventStore({
  port: Number(values.port ?? 0),
  ...(values.file === undefined ? {} : { file: values.file }),
  ...(values['max-append-size'] === undefined
    ? {}
    : { maxAppendSizeBytes: Number(values['max-append-size']) })
})

const answerTo = (command: Command): unknown => {
  if ('fail' in command) return { failing: server.fail(command.fail) ?? true }
  if ('dropSubscriptions' in command) {
    return { dropped: server.dropSubscriptions(command.dropSubscriptions) }
  }
  if ('disconnect' in command) return { disconnected: server.disconnect() ?? true }
  return 'calls' in command ? server.calls : { events: server.log.length }
}

const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`)

say({ url: server.url, port: server.port })
const input = createInterface({ input: process.stdin })
input.on('line', (line) => say(answerTo(JSON.parse(line) as Command)))
input.on('close', () => process.exit(0))
