/**
 * An index whose last writer was killed is used at once and verified meanwhile.
 *
 * LMDB writes pages that nobody sees yet and then the one that shows them, so a process that is killed leaves the state of its last
 * commit. What the dead process wrote is in the memory of the system, which has to have run on since. A child process reads every
 * row behind the back of who uses it; when one is not whole, users of the file are told as of any change by somebody who is no index.
 */
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dataFile } from './seal.ts'

const MAGIC = 0xbeefc0de
const DATA_VERSION = 2
/** The two first pages say which state is the last one; their members stand behind the head of a page (`MDB_meta` of LMDB). */
const MAGIC_AT = 24
const VERSION_AT = 28
const PAGE_BYTES_AT = 48
const LAST_PAGE_AT = 144
const TRANSACTION_AT = 152
const META_BYTES = 168

interface Meta {
  readonly pageBytes: number
  readonly lastPage: number
  readonly transaction: bigint
}

const metaAt = (file: number, at: number): Meta | null => {
  const bytes = Buffer.alloc(META_BYTES)
  if (readSync(file, bytes, 0, META_BYTES, at) < META_BYTES) return null
  if (bytes.readUInt32LE(MAGIC_AT) !== MAGIC || bytes.readUInt32LE(VERSION_AT) !== DATA_VERSION)
    return null
  return {
    pageBytes: bytes.readUInt32LE(PAGE_BYTES_AT),
    lastPage: Number(bytes.readBigUInt64LE(LAST_PAGE_AT)),
    transaction: bytes.readBigUInt64LE(TRANSACTION_AT)
  }
}

/** True when the file has every page that its last state names: a map of less would end who looks at it. */
export const hasEveryPage = (directory: string): boolean => {
  const file = openSync(dataFile(directory), 'r')
  try {
    const first = metaAt(file, 0)
    const second = first === null ? null : metaAt(file, first.pageBytes)
    if (first === null || second === null || second.pageBytes !== first.pageBytes) return false
    const { lastPage, pageBytes } = first.transaction > second.transaction ? first : second
    return fstatSync(file).size >= (lastPage + 1) * pageBytes
  } finally {
    closeSync(file)
  }
}

/** Verifies an index in a process that nobody waits for. */
export const verifyBehind = (directory: string): { readonly isDamaged: () => boolean } => {
  let isDamaged = false
  const script = import.meta.url.endsWith('.ts') ? './probe.ts' : './probe.cjs'
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, path, directory, '--behind'], {
    stdio: 'ignore',
    // A Ctrl-C is meant for the program in front.
    detached: true
  })
  child.on('error', () => undefined)
  child.once('exit', (code) => (isDamaged = code === 1))
  child.unref()
  return { isDamaged: () => isDamaged }
}
