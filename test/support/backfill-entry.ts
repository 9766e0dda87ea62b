/**
 * Run as a child process: catches a home up, prints a dot for every step of its progress, and at its end what it did as JSON. After a
 * number of dots it stops dead, if it is told to, until a file appears.
 *
 * usage: backfill-entry <home> <index directory> [<dots> <file> [alone]]        alone: without a second thread
 */
import { existsSync, writeSync } from 'node:fs'
import type { Telemetry } from '../../replay/telemetry.ts'
import { homeSource } from '../../adapters/home-source.ts'
import { systemLessee } from '../../adapters/home/lessee.ts'
import { openLmdbIndex } from '../../adapters/index/lmdb/index.ts'
import { eraOf } from '../../domain/log/profile.ts'
import { createEngine, type Engine } from '../../replay/engine.ts'
import { openedEngine } from './engines.ts'

const [home = '', index = '', dots = '0', file = '', alone] = process.argv.slice(2)
const told: Record<string, number> = {}
const add = (name: string, by: number): void => {
  told[name] = (told[name] ?? 0) + by
}
const telemetry: Telemetry = {
  count: (name, labels, by = 1) => {
    if (name === 'fold.bytes') add('bytes', by)
    if (name === 'backfill.lease') add(`lease ${(labels as { outcome: string }).outcome}`, by)
  },
  time: (name, labels) => {
    if (name === 'backfill.wait.duration') add(`wait ${(labels as { outcome: string }).outcome}`, 1)
  },
  nowMs: () => performance.now()
}

const sleeping = new Int32Array(new SharedArrayBuffer(4))
let left = Number(dots)
const onProgress = (): void => {
  writeSync(1, '.')
  left -= 1
  while (left === 0 && !existsSync(file)) Atomics.wait(sleeping, 0, 0, 5)
}

const engineAlone = (): Engine => {
  const profile = eraOf('0.169', false)
  const source = homeSource({ home, profile, strict: false, telemetry })
  const { foldBeside: _, ...parts } = source
  return createEngine({
    ...parts,
    ...{ index: openLmdbIndex(index), lessee: systemLessee(), profile, strict: false, telemetry },
    progress: onProgress
  })
}

const engine =
  alone === undefined ? await openedEngine({ home, index, onProgress, telemetry }) : engineAlone()
const status = await engine.status()()
if (status._tag === 'Left') throw new Error(JSON.stringify(status.left))
await engine.close()
writeSync(1, `${JSON.stringify(told)}\n`)
