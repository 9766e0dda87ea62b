/**
 * SQLite's write-ahead log: what a database holds when the pages of its log are put in their places.
 *
 * Codex keeps its databases in this mode, and for a small home nearly all of a database stands in the log. Frames count up
 * to the last one that ends a transaction and whose sums hold, as for SQLite itself when it opens a database after a crash.
 *
 * Source: "Database File Format" of sqlite.org, section 4.
 */

const HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
/** The lowest bit says in which order the bytes of the sums are. */
const MAGIC = 0x377f0682
const PAGE_BYTES_MIN = 512
const PAGE_BYTES_MAX = 65_536

const DATABASE_MAGIC = 'SQLite format 3\0'
const DATABASE_HEADER_BYTES = 100
/** Offsets of the versions that say whether a log belongs to the database: 2 if so, 1 if not. */
const VERSIONS_AT = [18, 19] as const

/** Adds bytes to two running sums. */
const added = (
  view: DataView,
  from: number,
  bytes: number,
  little: boolean,
  sums: readonly [number, number]
): readonly [number, number] => {
  let [first, second] = sums
  for (let at = from; at < from + bytes; at += 8) {
    first = (first + view.getUint32(at, little) + second) >>> 0
    second = (second + view.getUint32(at + 4, little) + first) >>> 0
  }
  return [first, second]
}

interface CommittedPages {
  readonly pageBytes: number
  /** Pages of the database after the last transaction. */
  readonly pages: number
  /** Where in the log the newest content of a page begins, by number of the page. */
  readonly places: ReadonlyMap<number, number>
}

interface Header {
  readonly little: boolean
  readonly pageBytes: number
  readonly sums: readonly [number, number]
}

const headerOf = (view: DataView): Header | null => {
  if (view.byteLength < HEADER_BYTES) return null
  const magic = view.getUint32(0)
  if ((magic & ~1) >>> 0 !== MAGIC) return null
  const little = (magic & 1) === 0
  const pageBytes = view.getUint32(8)
  const isSize = pageBytes >= PAGE_BYTES_MIN && pageBytes <= PAGE_BYTES_MAX
  if (!isSize || (pageBytes & (pageBytes - 1)) !== 0) return null
  const sums = added(view, 0, FRAME_HEADER_BYTES, little, [0, 0])
  const holds = sums[0] === view.getUint32(24) && sums[1] === view.getUint32(28)
  return holds ? { little, pageBytes, sums } : null
}

/** Null when the log holds no finished transaction. */
const committed = (log: Uint8Array): CommittedPages | null => {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength)
  const header = headerOf(view)
  if (header === null) return null
  const { little, pageBytes } = header
  const places = new Map<number, number>()
  let open: Array<readonly [number, number]> = []
  let pages = 0
  let sums = header.sums
  const frameBytes = FRAME_HEADER_BYTES + pageBytes
  for (let at = HEADER_BYTES; at + frameBytes <= log.length; at += frameBytes) {
    const isSalted = [0, 4].every((n) => view.getUint32(at + 8 + n) === view.getUint32(16 + n))
    const page = view.getUint32(at)
    if (!isSalted || page === 0) break
    sums = added(view, at, 8, little, sums)
    sums = added(view, at + FRAME_HEADER_BYTES, pageBytes, little, sums)
    if (sums[0] !== view.getUint32(at + 16) || sums[1] !== view.getUint32(at + 20)) break
    open.push([page, at + FRAME_HEADER_BYTES])
    const pagesAfter = view.getUint32(at + 4)
    if (pagesAfter === 0) continue
    for (const [number, place] of open) places.set(number, place)
    open = []
    pages = pagesAfter
  }
  return pages === 0 ? null : { pageBytes, pages, places }
}

/** A database with what its log adds, as one that needs no log; or why it is none. */
type WholeDatabase =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: string }

/** Puts the finished transactions of a log into a database; `bytesMax` bounds what comes out. */
export const withLog = (database: Uint8Array, log: Uint8Array, bytesMax: number): WholeDatabase => {
  const found = committed(log)
  let bytes: Uint8Array
  if (found === null) bytes = database.slice()
  else {
    const { pageBytes, pages, places } = found
    if (pages * pageBytes > bytesMax) return { ok: false, why: 'it is too large to be looked at' }
    bytes = new Uint8Array(pages * pageBytes)
    bytes.set(database.subarray(0, bytes.length))
    for (const [page, at] of places)
      if (page <= pages) bytes.set(log.subarray(at, at + pageBytes), (page - 1) * pageBytes)
  }
  if (bytes.length === 0) return { ok: false, why: 'it is empty' }
  const magic = String.fromCharCode(...bytes.subarray(0, DATABASE_MAGIC.length))
  if (magic !== DATABASE_MAGIC || bytes.length < DATABASE_HEADER_BYTES)
    return { ok: false, why: 'it is not an SQLite database' }
  for (const at of VERSIONS_AT) bytes[at] = 1
  return { ok: true, bytes }
}
