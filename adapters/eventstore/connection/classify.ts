/**
 * What the client and gRPC throw, as what follows from it. Errors of the client have a `type`; those of gRPC, which come
 * through where the client converts nothing, have only a number; a failed discovery is a plain `Error`.
 */

/** What follows from an answer that is none. */
export type Verdict =
  /** The call may succeed when it is repeated; it is open whether this one did. Mute: nobody answered in time. */
  | { readonly kind: 'again'; readonly reason: string; readonly isMute?: true }
  /** It will not succeed when it is repeated. */
  | { readonly kind: 'refused'; readonly reason: string; readonly next: string }
  | { readonly kind: 'wrong_revision'; readonly actual: number }
  | { readonly kind: 'too_large'; readonly bytesMax: number }
  /** There is no such stream. */
  | { readonly kind: 'not_found' }
  /** The stream was deleted for good. */
  | { readonly kind: 'tombstoned' }

/** Numbers of gRPC, see https://grpc.github.io/grpc/core/md_doc_statuscodes.html. */
const CODE = {
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16
} as const

/** What a server takes when nobody told it otherwise. */
export const APPEND_BYTES_DEFAULT = 1024 * 1024

interface Thrown {
  readonly type?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly details?: unknown
  readonly actualVersion?: unknown
  readonly maxAppendSize?: unknown
  readonly _raw?: { readonly details?: unknown; readonly metadata?: unknown }
}

const REASON_LENGTH_MAX = 300

/** What the client (grpc-js 1.14) ends with, where it has no note. */
const NO_NOTE = /\. Resolution note: ?$/

/** Text of a server on one line, without control characters and not too long. */
const tidied = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(NO_NOTE, '')
    .trim()
    .slice(0, REASON_LENGTH_MAX)

const saidBy = ({ details, message, _raw, type }: Thrown): string => {
  const texts = [_raw?.details, details, message, type]
  return tidied(texts.find((text): text is string => typeof text === 'string' && text !== '') ?? '')
}

const again = (reason: string): Verdict => ({ kind: 'again', reason })
const mute = (reason: string): Verdict => ({ kind: 'again', reason, isMute: true })
const refused = (reason: string, next: string): Verdict => ({ kind: 'refused', reason, next })

const OTHER_PRODUCT =
  'check that an EventStoreDB 23.10 or newer, or a KurrentDB, is at this address'
const RIGHTS =
  'check user and password in the connection string, and that the user may do this; see docs/EVENTSTORE.md'
const CERTIFICATE =
  'name the authority of the server with tlsCaFile=PATH, or the right host; for a server without TLS say tls=false'
/** What to do about an answer that should not be. */
export const REPORT = 'see the log of the server'

const IS_CERTIFICATE =
  /certificate|self.signed|altname|ERR_TLS|ERR_SSL|SSL routines|wrong version number|unable to verify/i

const unavailable = (said: string): Verdict =>
  IS_CERTIFICATE.test(said)
    ? refused(`no secure connection: ${said}`, CERTIFICATE)
    : again(said === '' ? 'it is not available' : said)

/** A message that is larger than one side takes; how large, only the server's own check tells. */
const exhausted = (said: string): Verdict =>
  /larger than max/i.test(said)
    ? { kind: 'too_large', bytesMax: APPEND_BYTES_DEFAULT }
    : again(said)

const byCode = (code: unknown, said: string): Verdict | null => {
  switch (code) {
    case CODE.unavailable:
      return unavailable(said)
    case CODE.deadlineExceeded:
      return mute(said)
    case CODE.cancelled:
    case CODE.aborted:
    case CODE.internal:
    case CODE.unknown:
      return again(said)
    case CODE.resourceExhausted:
      return exhausted(said)
    case CODE.unauthenticated:
    case CODE.permissionDenied:
      return refused(said === '' ? 'access denied' : said, RIGHTS)
    case CODE.unimplemented:
      return refused(`it does not know the call: ${said}`, OTHER_PRODUCT)
    case CODE.notFound:
    case CODE.invalidArgument:
    case CODE.failedPrecondition:
    case CODE.outOfRange:
    case CODE.alreadyExists:
    case CODE.dataLoss:
      return refused(said, REPORT)
    default:
      return null
  }
}

const revisionOf = (version: unknown): number =>
  typeof version === 'bigint' ? Number(version) : -1

const bytesOf = (size: unknown): number => {
  const bytes = Number(size)
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : APPEND_BYTES_DEFAULT
}

/** Words that come with a refusal and that the client does not know. */
const trailersOf = ({ _raw }: Thrown): Readonly<Record<string, unknown>> => {
  const metadata = _raw?.metadata as { readonly getMap?: () => Record<string, unknown> } | undefined
  return metadata?.getMap?.() ?? {}
}

const byTrailers = (thrown: Thrown): Verdict | null => {
  const trailers = trailersOf(thrown)
  if (trailers['exception'] !== 'maximum-append-event-size-exceeded') return null
  const size = Object.entries(trailers).find(([name]) => /^maximum-append.*size$/.test(name))?.[1]
  return { kind: 'too_large', bytesMax: bytesOf(size) }
}

const byType = (thrown: Thrown): Verdict | null => {
  const said = saidBy(thrown)
  switch (thrown.type) {
    case 'unavailable':
      return unavailable(said)
    case 'deadline-exceeded':
      return mute(said)
    case 'timeout':
    case 'cancelled':
      return again(said)
    case 'not-leader':
      return again('the node is not the leader of its cluster')
    case 'stream-not-found':
    case 'no-stream':
      return { kind: 'not_found' }
    case 'stream-deleted':
      return { kind: 'tombstoned' }
    case 'wrong-expected-version':
      return { kind: 'wrong_revision', actual: revisionOf(thrown.actualVersion) }
    case 'maximum-append-size-exceeded':
      return { kind: 'too_large', bytesMax: bytesOf(thrown.maxAppendSize) }
    case 'access-denied':
      return refused(said === 'access-denied' ? 'access denied' : said, RIGHTS)
    default:
      return byTrailers(thrown)
  }
}

/** Codes of the machine, where the connection is lost below gRPC. */
const SYSTEM = /^(E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_|NOTFOUND)|ERR_(HTTP2|STREAM|SOCKET))/

/** What follows from something that was thrown by the client. */
export const classify = (cause: unknown): Verdict => {
  if (typeof cause !== 'object' || cause === null) {
    return refused(`it gave an answer that cannot be understood: ${tidied(String(cause))}`, REPORT)
  }
  const thrown = cause as Thrown
  const said = saidBy(thrown)
  const known = byType(thrown) ?? byCode(thrown.code, said)
  if (known !== null) return known
  if (/^Failed to discover after/.test(said)) return again('no node of the cluster answered')
  if (/^Channel has been shut down/.test(said)) return again('the connection was closed')
  if (typeof thrown.code === 'string' && SYSTEM.test(thrown.code)) return again(said)
  return refused(`it gave an answer that cannot be understood: ${said}`, REPORT)
}
