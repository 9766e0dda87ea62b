/**
 * How the server notices what other processes do to the threads of a store, which notifies its readers.
 */
import { systemWatch, type FileWatch } from '../../home/file-watch.ts'
import type { Remote } from '../threads/server.ts'

/** The system's clock and a store; until it is open no thread changes, and other processes that load one are unknown. */
export const remoteWatch = (home: string, remote: Promise<Remote>): FileWatch => {
  let opened: Remote | null = null
  remote.then((ready) => (opened = ready)).catch(() => undefined)
  return {
    ...systemWatch(home),
    stamp: (_, threadId) => opened?.stamp(threadId) ?? null,
    isHeld: () => false
  }
}
