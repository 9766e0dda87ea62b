/**
 * Compressing a rollout in place, and bringing it back: a verified `.jsonl.zst` takes the place of the `.jsonl`, as Codex from 0.142 on reads it.
 *
 * At any moment one of both is whole under its name. The compressed file gets its name when it was read back and is on disk; only then the
 * plain one goes. When both are there because of a kill, every reader takes the plain one, and the next run goes on.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
  unlinkSync,
  type Stats
} from 'node:fs'
import { dirname, join } from 'node:path'
import { isDocument } from '../../../domain/rollout-file.ts'
import { OWN_FOLDER } from '../../../domain/changes/relocation.ts'
import { makePrivate, syncFolder } from '../../home/own-folder.ts'
import { LinkRefused, refuseLinks, writeWhole } from '../../home/plain-file.ts'
import type { StepHook } from '../../home/relocate.ts'
import { expand } from '../../log/jsonl/head.ts'
import {
  chunksOf,
  decompressedContent,
  plainContent,
  zstdEncoder,
  type ContentDigest
} from '../../log/jsonl/zstd.ts'

export class FileLeft extends Error {}

export interface Compressed {
  readonly plainBytes: number
  readonly compressedBytes: number
  readonly sha256: string
}

const WORK = 'compress'

/** Where files are made; on the file system of the home. */
const workFolder = (home: string): string => join(home, OWN_FOLDER, WORK)

const isSame = (a: Stats, b: Stats): boolean =>
  a.ino === b.ino && a.size === b.size && a.mtimeMs === b.mtimeMs

const statOf = (path: string): Stats => {
  const stat = lstatSync(path)
  if (!stat.isFile()) throw new FileLeft('it is not a plain file')
  if (stat.nlink > 1)
    throw new FileLeft('it has further names (hard links), so nothing would be saved')
  if (stat.size === 0) throw new FileLeft('it is empty')
  return stat
}

/** Encodes an open file; `write` gets the bytes of the frame. */
const encode = async (file: number, write: (bytes: Uint8Array) => void): Promise<ContentDigest> => {
  const encoder = await zstdEncoder()
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of chunksOf(file)) {
    hash.update(chunk)
    bytes += chunk.length
    write(encoder.push(chunk))
  }
  write(encoder.end())
  return { bytes, sha256: hash.digest('hex') }
}

const refuseOutside = (home: string, path: string): void => {
  try {
    refuseLinks(home, dirname(path))
  } catch (cause) {
    if (cause instanceof LinkRefused) throw new FileLeft(cause.message)
    throw cause
  }
}

/** Why a file cannot be compressed, without reading it; null when nothing is known against it. */
export const obstacleOf = (home: string, path: string): string | null => {
  if (isDocument(path)) return 'it is a document of the TypeScript client, not lines'
  try {
    refuseOutside(home, join(home, path))
    statOf(join(home, path))
    return null
  } catch (cause) {
    if (cause instanceof FileLeft) return cause.message
    throw cause
  }
}

/** How small a file would get; nothing is written. */
export const wouldCompress = async (home: string, path: string): Promise<Compressed> => {
  const plain = join(home, path)
  refuseOutside(home, plain)
  statOf(plain)
  const file = openSync(plain, constants.O_RDONLY | constants.O_NOFOLLOW)
  let compressedBytes = 0
  try {
    const content = await encode(file, (bytes) => void (compressedBytes += bytes.length))
    return { plainBytes: content.bytes, compressedBytes, sha256: content.sha256 }
  } finally {
    closeSync(file)
  }
}

/** Makes the compressed file beside the work of others; it is whole, read back and on disk when this returns. */
const make = async (source: string, before: Stats, temporary: string): Promise<Compressed> => {
  const file = openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW)
  let target: number
  try {
    target = openSync(temporary, 'wx')
  } catch (cause) {
    closeSync(file)
    throw cause
  }
  try {
    const content = await encode(file, (bytes) => writeWhole(target, bytes))
    const { mode, atimeMs, mtimeMs } = before
    fchmodSync(target, mode & 0o777)
    futimesSync(target, atimeMs / 1000, mtimeMs / 1000)
    fsyncSync(target)
    const read = await decompressedContent(temporary)
    if (read.sha256 !== content.sha256 || read.bytes !== before.size)
      throw new FileLeft('what was compressed did not come out the same; nothing was changed')
    const compressedBytes = fstatSync(target).size
    return { plainBytes: before.size, compressedBytes, sha256: content.sha256 }
  } finally {
    closeSync(target)
    closeSync(file)
  }
}

/** Restores a file from its open descriptor, because somebody wrote to it just as it lost its name. */
const bringBack = async (home: string, plain: string, file: number): Promise<void> => {
  const temporary = join(workFolder(home), 'plain.new')
  rmSync(temporary, { force: true })
  const target = openSync(temporary, 'wx')
  try {
    for await (const chunk of chunksOf(file)) writeWhole(target, chunk)
    const { mode, atimeMs, mtimeMs } = fstatSync(file)
    fchmodSync(target, mode & 0o777)
    futimesSync(target, atimeMs / 1000, mtimeMs / 1000)
    fsyncSync(target)
    linkSync(temporary, plain)
  } finally {
    closeSync(target)
    rmSync(temporary, { force: true })
  }
}

/** Deletes the plain file, unless it changed after it was compressed. */
const takeAway = async (
  home: string,
  plain: string,
  before: Stats,
  step: StepHook
): Promise<void> => {
  const file = openSync(plain, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const gone = new FileLeft('somebody wrote to it meanwhile')
    if (!isSame(fstatSync(file), before)) {
      unlinkSync(`${plain}.zst`)
      throw gone
    }
    step('unname')
    unlinkSync(plain)
    if (!isSame(fstatSync(file), before)) {
      await bringBack(home, plain, file)
      unlinkSync(`${plain}.zst`)
      throw gone
    }
    step('sync')
    syncFolder(dirname(plain))
  } finally {
    closeSync(file)
  }
}

/** Finishes a run that was killed while both names existed, when both files hold the same. */
const goOn = async (
  home: string,
  plain: string,
  before: Stats,
  step: StepHook
): Promise<Compressed> => {
  const other = `${plain}.zst`
  const [mine, its] = [await plainContent(plain), await decompressedContent(other)]
  if (mine.sha256 !== its.sha256)
    throw new FileLeft('a compressed file with other content is beside it; the plain one counts')
  await takeAway(home, plain, before, step)
  return { plainBytes: mine.bytes, compressedBytes: lstatSync(other).size, sha256: mine.sha256 }
}

/**
 * Puts a compressed file in the place of a plain one; `path` is relative to the home. The caller holds the right to move files and the
 * lock of the thread. Throws `Left` when the file stays as it is, and system errors.
 */
export const compressFile = async (
  home: string,
  path: string,
  step: StepHook = () => undefined
): Promise<Compressed> => {
  const plain = join(home, path)
  refuseOutside(home, plain)
  const before = statOf(plain)
  const folder = workFolder(home)
  if (existsSync(`${plain}.zst`)) {
    makePrivate(home, folder)
    return goOn(home, plain, before, step)
  }
  step('folder')
  makePrivate(home, folder)
  const temporary = join(folder, 'compressed.new')
  rmSync(temporary, { force: true })
  step('make')
  const made = await make(plain, before, temporary)
  try {
    if (made.compressedBytes >= made.plainBytes) throw new FileLeft('it would not get smaller')
    step('name')
    linkSync(temporary, `${plain}.zst`)
  } finally {
    rmSync(temporary, { force: true })
  }
  step('sync name')
  syncFolder(dirname(plain))
  await takeAway(home, plain, before, step)
  return made
}

/**
 * Puts the plain file in the place of a compressed one; `path` is relative to the home and ends with `.zst`. With a digest only when the
 * content has it. Throws `Left` when the file stays as it is, and errors of the system.
 */
export const expandFile = async (
  home: string,
  path: string,
  sha256: string | null
): Promise<ContentDigest> => {
  const plain = join(home, path.replace(/\.zst$/i, ''))
  if (existsSync(plain)) throw new FileLeft('a plain file is beside it; that one counts')
  const content = await decompressedContent(join(home, path))
  if (sha256 !== null && sha256 !== content.sha256)
    throw new FileLeft('its content is not what was compressed')
  try {
    await expand(home, plain)
  } catch (cause) {
    if (cause instanceof LinkRefused) throw new FileLeft(cause.message)
    throw cause
  }
  return content
}
