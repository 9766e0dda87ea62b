/**
 * Reading a bundle: a tar, or the folder that somebody unpacked. Every byte is compared with the manifest before anything comes into a
 * home; then `salvage` does what it does with any folder.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  type Stats
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { CompressedDamage, openRollout } from '../../log/jsonl/front-to-back.ts'
import { isZstd, plainContent } from '../../log/jsonl/zstd.ts'
import { writeWhole } from '../../home/plain-file.ts'
import { isBundledPath, MANIFEST, manifestOf, type BundleManifest } from './manifest.ts'
import { BadTar, isTar, isTarHead, tarFiles } from './tar.ts'

/** Why something is no bundle, or not a whole one. */
export class BadBundle extends Error {}

/** What is there under a path; null for nothing, and for what no file can be called. */
const thereAt = (path: string): Stats | null => {
  try {
    return lstatSync(path)
  } catch {
    return null
  }
}

/** True for what is a tar when it is decompressed. */
const beginsWithTar = (path: string): boolean => {
  const file = openRollout(path, true)
  try {
    return isTarHead(Buffer.from(file.next() ?? []))
  } catch {
    return false
  } finally {
    file.close()
  }
}

/** Writes what a compressed bundle holds into a file. */
const decompress = (path: string, target: string): void => {
  const from = openRollout(path, true)
  const to = openSync(target, 'wx', 0o600)
  try {
    for (let piece = from.next(); piece !== null; piece = from.next()) writeWhole(to, piece)
  } catch (cause) {
    throw cause instanceof CompressedDamage
      ? new BadBundle(`it is damaged: ${cause.message}`)
      : cause
  } finally {
    from.close()
    closeSync(to)
  }
}

/** True for a tar, plain or compressed, and for a folder with a manifest. */
export const isBundle = (path: string): boolean => {
  const stat = thereAt(path)
  if (stat?.isDirectory() === true) return thereAt(join(path, MANIFEST))?.isFile() === true
  if (stat?.isFile() !== true) return false
  if (isZstd(path)) return beginsWithTar(path)
  const file = openSync(path, 'r')
  try {
    return isTar(file)
  } finally {
    closeSync(file)
  }
}

const read = (text: string): BundleManifest => {
  const manifest = manifestOf(text)
  if (manifest === null) throw new BadBundle(`${MANIFEST} is no manifest of a bundle`)
  return manifest
}

const MANIFEST_BYTES_MAX = 64 * 1024 * 1024

/** Unpacks a tar into a folder, and compares it with its manifest. */
const unpacked = (path: string, folder: string): BundleManifest => {
  const file = openSync(path, 'r')
  try {
    let manifest: BundleManifest | null = null
    const seen = new Set<string>()
    for (const { name, bytes, chunks } of tarFiles(file)) {
      if (manifest === null) {
        if (name !== MANIFEST || bytes > MANIFEST_BYTES_MAX)
          throw new BadBundle(`its first file is not ${MANIFEST}`)
        manifest = read(Buffer.concat([...chunks]).toString('utf8'))
        continue
      }
      const known = manifest.files.find((one) => one.path === name)
      if (known === undefined || seen.has(name) || !isBundledPath(name))
        throw new BadBundle(`${name} is not in its manifest`)
      seen.add(name)
      const target = join(folder, name)
      mkdirSync(dirname(target), { recursive: true })
      const to = openSync(target, 'wx', 0o600)
      const hash = createHash('sha256')
      try {
        for (const chunk of chunks) {
          hash.update(chunk)
          writeWhole(to, chunk)
        }
        futimesSync(to, known.modifiedAtMs / 1000, known.modifiedAtMs / 1000)
      } finally {
        closeSync(to)
      }
      if (bytes !== known.bytes || hash.digest('hex') !== known.sha256)
        throw new BadBundle(`${name} has other bytes than its manifest says`)
    }
    if (manifest === null) throw new BadBundle('it is empty')
    const missing = manifest.files.find((one) => !seen.has(one.path))
    if (missing !== undefined) throw new BadBundle(`${missing.path} is missing`)
    return manifest
  } finally {
    closeSync(file)
  }
}

const compared = async (folder: string): Promise<BundleManifest> => {
  const manifest = read(readFileSync(join(folder, MANIFEST), 'utf8'))
  for (const { path, bytes, sha256 } of manifest.files) {
    const stat = lstatSync(join(folder, path), { throwIfNoEntry: false })
    if (stat?.isFile() !== true) throw new BadBundle(`${path} is missing`)
    if (stat.size !== bytes || (await plainContent(join(folder, path))).sha256 !== sha256)
      throw new BadBundle(`${path} has other bytes than its manifest says`)
  }
  return manifest
}

/** Calls with a folder that holds a bundle, unpacked and compared. Throws `BadBundle` before that. */
export const withBundle = async <A>(
  path: string,
  use: (folder: string, manifest: BundleManifest) => Promise<A>
): Promise<A> => {
  if (lstatSync(path).isDirectory()) return use(path, await compared(path))
  const temporary = mkdtempSync(join(tmpdir(), 'unroll-bundle-'))
  const folder = join(temporary, 'files')
  mkdirSync(folder)
  try {
    if (!isZstd(path)) return await use(folder, unpacked(path, folder))
    const plain = join(temporary, 'bundle.tar')
    decompress(path, plain)
    const manifest = unpacked(plain, folder)
    rmSync(plain)
    return await use(folder, manifest)
  } catch (cause) {
    throw cause instanceof BadTar ? new BadBundle(cause.message) : cause
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
