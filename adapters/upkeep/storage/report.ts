/**
 * What the rollouts of a home take on disk, and what for.
 *
 * One pass over the files that are asked about, without an index: it is asked seldom, and must also answer about homes that nothing
 * else can read.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import {
  addBytes,
  noBytes,
  sumOfBytes,
  type BytesByKind
} from '../../../domain/upkeep/storage/kinds.ts'
import { isDocument } from '../../../domain/rollout-file.ts'
import { homeNames } from '../../home/names.ts'
import { copiedBytes } from './copied.ts'
import { byThread, filesMeant, type RolloutFile } from './files.ts'
import { measureFile } from './measure.ts'

export interface Spent {
  readonly files: number
  readonly lines: number
  /** Bytes on disk. */
  readonly diskBytes: number
  /** The same without compression; the sum over the kinds. */
  readonly rawBytes: number
  readonly kinds: BytesByKind
  /** Of these bytes, those that were copied from another thread. */
  readonly copiedBytes: number
  /** How much smaller the plain files would get by compression: an estimate, from samples. */
  readonly reclaimableBytes: number
}

/** What one thread takes on disk. */
export interface ThreadSpent extends Spent {
  readonly threadId: string
  readonly name: string | null
  readonly archived: boolean
  /** Files that could not be read, and why. */
  readonly unreadable: ReadonlyArray<{ readonly path: string; readonly reason: string }>
}

export const NOTHING_SPENT: Spent = {
  ...{ files: 0, lines: 0, diskBytes: 0, rawBytes: 0, kinds: noBytes() },
  ...{ copiedBytes: 0, reclaimableBytes: 0 }
}

export const addSpent = (a: Spent, b: Spent): Spent => ({
  files: a.files + b.files,
  lines: a.lines + b.lines,
  diskBytes: a.diskBytes + b.diskBytes,
  rawBytes: a.rawBytes + b.rawBytes,
  kinds: addBytes(a.kinds, b.kinds),
  copiedBytes: a.copiedBytes + b.copiedBytes,
  reclaimableBytes: a.reclaimableBytes + b.reclaimableBytes
})

const SAMPLE_BYTES = 16 * 1024
const SAMPLES = 3

/** Bytes that compression would save on a plain file, from samples of its beginning, middle and end. */
const reclaimable = (path: string, sizeBytes: number): number => {
  const file = openSync(path, 'r')
  try {
    let [plain, packed] = [0, 0]
    for (let i = 0; i < SAMPLES && plain < sizeBytes; i++) {
      const from = Math.max(plain, Math.floor(((sizeBytes - SAMPLE_BYTES) * i) / (SAMPLES - 1)))
      const sample = Buffer.allocUnsafe(SAMPLE_BYTES)
      const read = readSync(file, sample, 0, SAMPLE_BYTES, Math.max(0, from))
      plain += read
      packed += deflateRawSync(sample.subarray(0, read), { level: 1 }).length
    }
    return plain === 0 ? 0 : Math.max(0, Math.round(sizeBytes * (1 - packed / plain)))
  } finally {
    closeSync(file)
  }
}

/** A document is one line that is nothing else, and nothing compresses it: its lines are made when it is read. */
const spentOnDocument = ({ sizeBytes }: RolloutFile): Spent => ({
  ...NOTHING_SPENT,
  ...{ files: 1, lines: 1, diskBytes: sizeBytes, rawBytes: sizeBytes },
  kinds: { ...noBytes(), other: sizeBytes }
})

/** What one file takes. Throws when it cannot be read. */
const spentOn = async (home: string, file: RolloutFile): Promise<Spent> => {
  if (isDocument(file.path)) return spentOnDocument(file)
  const path = join(home, file.path)
  const copied = copiedBytes(file.threadId)
  const { bytes, lines } = await measureFile(path, file.compressed, copied.onLine)
  const rawBytes = sumOfBytes(bytes)
  return {
    ...{ files: 1, lines, kinds: bytes, rawBytes, copiedBytes: copied.bytes() },
    diskBytes: file.sizeBytes,
    reclaimableBytes: file.compressed ? 0 : reclaimable(path, rawBytes)
  }
}

/** Called with how many files are done, of how many, and how many bytes were read. */
type OnFile = (done: number, total: number, bytes: number) => void

/** What the threads of some files take, largest first. A file that cannot be read is named; nothing of it is counted but its size. */
export const storageOf = async (
  home: string,
  files: ReadonlyArray<RolloutFile>,
  onFile: OnFile = () => undefined,
  stop?: AbortSignal
): Promise<ReadonlyArray<ThreadSpent>> => {
  const names = homeNames(home).all()
  const found: Array<ThreadSpent> = []
  let [done, bytes] = [0, 0]
  for (const [threadId, own] of byThread(files)) {
    let spent = NOTHING_SPENT
    const unreadable: Array<{ readonly path: string; readonly reason: string }> = []
    for (const file of own) {
      if (stop?.aborted === true) return found
      try {
        spent = addSpent(spent, await spentOn(home, file))
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException
        unreadable.push({ path: file.path, reason: typeof code === 'string' ? code : message })
        spent = { ...spent, files: spent.files + 1, diskBytes: spent.diskBytes + file.sizeBytes }
      }
      onFile((done += 1), files.length, (bytes += file.sizeBytes))
    }
    const archived = own.every((file) => file.archived)
    found.push({ threadId, name: names.get(threadId) ?? null, archived, ...spent, unreadable })
  }
  return found.sort((a, b) => b.diskBytes - a.diskBytes || (a.threadId < b.threadId ? -1 : 1))
}

/** What threads take on disk, and all of them together. */
export interface StorageReport {
  readonly threads: ReadonlyArray<ThreadSpent>
  readonly total: Spent & { readonly threads: number }
}

/** What the threads that are named take, or all of them where none is. Throws what `filesMeant` throws. */
export const storageReport = async (
  home: string,
  words: ReadonlyArray<string>,
  { onFile, stop }: { readonly onFile?: OnFile; readonly stop?: AbortSignal }
): Promise<StorageReport> => {
  const threads = await storageOf(home, filesMeant(home, words), onFile, stop)
  const sum = threads.reduce<Spent>(addSpent, NOTHING_SPENT)
  return { threads, total: { threads: threads.length, ...sum } }
}
