/**
 * For a child process that is killed before one of its steps: the count of steps, and what of a home takes them.
 */
import { homeNames } from '../../adapters/home/names.ts'
import { homeOperations } from '../../adapters/home/operations.ts'
import { memoryIndex } from '../../adapters/index/memory/index.ts'
import { jsonlStore } from '../../adapters/log/jsonl/store.ts'
import { homeWriter } from '../../adapters/upkeep/repair/home-writer.ts'
import { DEFAULT_PROFILE as profile } from '../../domain/log/profile.ts'
import { createEngine } from '../../replay/engine.ts'
import type { OperationLog } from '../../replay/home-ports.ts'
import { NO_WRITER } from './no-writer.ts'

interface FatalSteps {
  readonly step: () => void
  readonly taken: () => number
}

/** Counts steps; the process is killed before the step of that number, and by none where it is 0. */
export const fatalSteps = (fatal: number): FatalSteps => {
  let steps = 0
  return {
    step: () => {
      steps += 1
      if (steps === fatal) process.kill(process.pid, 'SIGKILL')
    },
    taken: () => steps
  }
}

/** The operation log of a home, with a step before and behind every record. */
export const steppedOperations = (home: string, step: () => void): OperationLog => {
  const log = homeOperations(home)
  return {
    ...log,
    append: async (record, durable) => {
      step()
      const done = await log.append(record, durable)
      step()
      return done
    }
  }
}

/** An engine whose changes of a home are steps. */
export const steppedEngine = (home: string, step: () => void) =>
  createEngine({
    writer: NO_WRITER,
    store: jsonlStore({ home, profile, strict: false }),
    homeWriter: homeWriter(home, { step }),
    operations: steppedOperations(home, step),
    index: memoryIndex(),
    profile,
    strict: false,
    names: homeNames(home),
    defaultProvider: 'mock',
    progress: () => undefined
  })
