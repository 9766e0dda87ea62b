/**
 * What a server of a store has besides its engine: what is known of the store here, kept up to date.
 */
import { streamId } from '../../../domain/ids.ts'
import type { Telemetry } from '../../../replay/telemetry.ts'
import type { Warm } from '../../log/eventstore/directory/warm.ts'
import type { OpenStore } from '../../log/eventstore/open.ts'
import type { OpenedEngine } from '../../open.ts'
import type { Remote } from '../threads/server.ts'

interface ServedStore {
  /** Rejects when the store cannot be opened; the engine then says why. */
  readonly remote: Promise<Remote>
  /** Ends following the store, before the engine is closed. */
  readonly close: () => Promise<void>
}

/** What a server looks at instead of files. */
export const remoteOf = ({ directory, names, paths }: OpenStore, home: string): Remote => ({
  names,
  paths,
  stamp: (threadId) => {
    const held = directory.get(streamId(threadId))
    return held === null ? null : `${held.revision} ${held.segments.at(-1)?.path ?? ''}`
  },
  isFolder: (path) =>
    path === home ||
    [...directory.all().keys()].some((id) => paths(id).some((one) => one.startsWith(`${path}/`)))
})

/** Follows the store of a server while that runs. */
export const serveStore = (
  opened: Promise<OpenedEngine>,
  home: string,
  telemetry: Telemetry,
  log: (line: string) => void
): ServedStore => {
  const store = opened.then((all) => {
    if (all.store === null) throw new Error('the store cannot be opened')
    return all.store
  })
  const warm = Promise.all([opened, store]).then(
    async ([{ engine }, { wire, directory }]): Promise<Warm> =>
      (await import('../../log/eventstore/directory/warm.ts')).keepWarm({
        wire,
        directory,
        engine,
        telemetry,
        log
      })
  )
  const remote = store.then((open) => remoteOf(open, home))
  for (const promise of [warm, remote]) promise.catch(() => undefined)
  return {
    remote,
    close: async () => {
      const kept = await warm.catch(() => null)
      await kept?.close()
    }
  }
}
