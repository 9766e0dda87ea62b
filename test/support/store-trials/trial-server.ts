/**
 * The server of a trial in which processes are killed: the stand-in, or a real one that has other threads too.
 */
import { startEventStore, type ServerOptions } from '../eventstore-server/server.ts'
import { eventsHeld, type HeldEvent } from './real-log.ts'

export interface TrialServer {
  readonly url: string
  /** Threads of the home, where the server has others as well. */
  readonly threads: ReadonlyArray<string>
  /** Every event of the streams of the home. */
  readonly log: () => Promise<ReadonlyArray<HeldEvent>>
  /** Calls that were answered so far; null where nobody counts. */
  readonly answered: () => number | null
  readonly stop: () => Promise<void>
}

export const standInServer = async (options: ServerOptions = {}): Promise<TrialServer> => {
  const server = await startEventStore(options)
  return {
    url: server.url,
    threads: [],
    log: async () => server.log,
    answered: () => Object.values(server.calls).reduce((all, one) => all + one, 0),
    stop: server.stop
  }
}

/** A real server that runs, asked about these threads only. */
export const runningServer = (url: string, threads: ReadonlyArray<string>): TrialServer => ({
  url,
  threads,
  log: () =>
    eventsHeld(
      url,
      threads.map((thread) => `thread-${thread}`)
    ),
  answered: () => null,
  stop: async () => undefined
})
