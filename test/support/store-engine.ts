/**
 * An engine over a store of streams.
 */
import { directoryOf } from '../../adapters/log/eventstore/directory/directory.ts'
import { storeLife, type LifeOptions } from '../../adapters/log/eventstore/life/life.ts'
import { eventStore } from '../../adapters/log/eventstore/threads/store.ts'
import type { Wire } from '../../adapters/log/eventstore/wire.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { createEngine, type Engine, type EngineParts } from '../../replay/engine.ts'

/**
 * An engine that shows a store as the home at a path, with an index in memory unless told otherwise. `nowMs` is the clock of
 * new lines; other things have that of `life`.
 */
export const storeEngine = (
  wire: Wire,
  home: string,
  parts: Partial<EngineParts> = {},
  life: Partial<LifeOptions> = {},
  nowMs = life.nowMs
): Engine => {
  const { profile = eraOf('0.142', false), strict = false, index = memoryIndex() } = parts
  const directory = directoryOf(wire, index)
  const store = eventStore({ wire, directory, home, profile, strict })
  const made = storeLife({ wire, directory, store, home, ...life })
  return createEngine({
    ...made,
    writer: nowMs === undefined ? made.writer : { ...made.writer, nowMs },
    actor: 'test',
    index,
    profile,
    strict,
    rich: false,
    defaultProvider: 'mock',
    progress: () => undefined,
    ...parts,
    store
  })
}
