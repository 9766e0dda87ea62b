/**
 * An engine over parts that a test chooses.
 */
import { homeLog } from '../../adapters/home/home-log.ts'
import { homeNames } from '../../adapters/home/names.ts'
import { homeOperations } from '../../adapters/home/operations.ts'
import { homeWriter } from '../../adapters/upkeep/repair/home-writer.ts'
import { segmentWriter } from '../../adapters/log/jsonl/create.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { createEngine, type Engine, type EngineParts } from '../../replay/engine.ts'

/** An engine of 0.142 over a home, with an index in memory unless told otherwise. */
export const engineOver = (home: string, parts: Partial<EngineParts> = {}): Engine => {
  const profile = eraOf('0.142', false)
  const store = parts.store ?? jsonlStore({ home, profile, strict: false })
  return createEngine({
    writer: segmentWriter(home, store),
    homeWriter: homeWriter(home),
    operations: homeOperations(home),
    homeLogs: homeLog(home),
    actor: 'test',
    index: memoryIndex(),
    profile,
    strict: false,
    rich: false,
    names: homeNames(home),
    defaultProvider: 'mock',
    progress: () => undefined,
    ...parts,
    store
  })
}
