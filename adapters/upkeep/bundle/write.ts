/**
 * Making a bundle: rollouts byte for byte, with names and a manifest of hashes. A file is read twice, first for its hash; what is appended
 * meanwhile is left for the next bundle.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { nameEntryOf, sessionIndexOf } from '../../home/names.ts'
import {
  BUNDLE_SCHEMA,
  isBundledPath,
  MANIFEST,
  NAMES,
  type BundledFile,
  type BundleManifest
} from './manifest.ts'
import { fillOf, headerOf, TAR_END } from './tar.ts'

/** Why a bundle cannot be made; what is thrown besides is of the system. */
export class BundleRefused extends Error {}

/** A rollout for a bundle. */
export interface BundleSource {
  readonly thread: string
  readonly segment: string
  /** In the home. */
  readonly path: string
}

const CHUNK = 1024 * 1024

function* chunksOf(path: string, bytes: number): Generator<Buffer> {
  const file = openSync(path, 'r')
  try {
    for (let at = 0; at < bytes;) {
      const chunk = Buffer.alloc(Math.min(CHUNK, bytes - at))
      const read = readSync(file, chunk, 0, chunk.length, at)
      if (read === 0) throw new BundleRefused(`${path} became shorter while it was read`)
      at += read
      yield chunk.subarray(0, read)
    }
  } finally {
    closeSync(file)
  }
}

const statOf = (path: string): { readonly bytes: number; readonly modifiedAtMs: number } => {
  const file = openSync(path, 'r')
  try {
    const { size, mtimeMs } = fstatSync(file)
    return { bytes: size, modifiedAtMs: mtimeMs }
  } finally {
    closeSync(file)
  }
}

const describedFile = (home: string, { thread, segment, path }: BundleSource): BundledFile => {
  if (!isBundledPath(path))
    throw new BundleRefused(`${path} stands where a home has no rollouts; copy it by itself`)
  const { bytes, modifiedAtMs } = statOf(join(home, path))
  const hash = createHash('sha256')
  for (const chunk of chunksOf(join(home, path), bytes)) hash.update(chunk)
  return { path, bytes, sha256: hash.digest('hex'), modifiedAtMs, thread, segment }
}

interface ThreadNames {
  readonly text: string
  readonly of: ReadonlyMap<string, string>
}

/** The last line of each thread in the names of a home, as it stands there. */
const namesOf = (home: string, threads: ReadonlySet<string>): ThreadNames => {
  const path = sessionIndexOf(home)
  const lines = new Map<string, string>()
  const names = new Map<string, string>()
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
    const { threadId, name } = nameEntryOf(line) ?? {}
    if (threadId === undefined || !threads.has(threadId)) continue
    lines.delete(threadId)
    lines.set(threadId, `${line}\n`)
    if (typeof name === 'string') names.set(threadId, name)
  }
  return { text: [...lines.values()].join(''), of: names }
}

export interface NewBundle {
  readonly home: string
  readonly threads: ReadonlyArray<string>
  readonly sources: ReadonlyArray<BundleSource>
  readonly generator: string
  readonly onFile?: (done: number, total: number, bytes: number) => void
}

/** The bytes of a bundle; what it returns is its manifest. The same files give the same bytes. */
export function* bundle(request: NewBundle): Generator<Uint8Array, BundleManifest> {
  const { home, threads, sources, generator, onFile } = request
  const known = new Set([...threads, ...sources.map(({ thread }) => thread)])
  const names = namesOf(home, known)
  const rollouts = sources.map((source) => describedFile(home, source))
  const nameBytes = Buffer.from(names.text)
  const nameFile: BundledFile = {
    path: NAMES,
    bytes: nameBytes.length,
    sha256: createHash('sha256').update(nameBytes).digest('hex'),
    modifiedAtMs: 0,
    thread: null,
    segment: null
  }
  const manifest: BundleManifest = {
    schema: BUNDLE_SCHEMA,
    generator,
    threads: threads.map((id) => ({ id, name: names.of.get(id) ?? null })),
    files: nameBytes.length === 0 ? rollouts : [...rollouts, nameFile]
  }
  const head = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
  yield headerOf({ name: MANIFEST, bytes: head.length, modifiedAtMs: 0 })
  yield head
  yield fillOf(head.length)
  let written = 0
  for (const [at, file] of manifest.files.entries()) {
    yield headerOf({ name: file.path, bytes: file.bytes, modifiedAtMs: file.modifiedAtMs })
    const hash = createHash('sha256')
    const chunks = file.path === NAMES ? [nameBytes] : chunksOf(join(home, file.path), file.bytes)
    for (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
    if (hash.digest('hex') !== file.sha256)
      throw new BundleRefused(`${basename(file.path)} was rewritten while it was read; try again`)
    yield fillOf(file.bytes)
    written += file.bytes
    onFile?.(at + 1, manifest.files.length, written)
  }
  yield TAR_END
  return manifest
}
