/**
 * What follows from an error of the client or of gRPC. Errors of the client have a `type`; those of gRPC, which come through
 * where the client converts nothing, have only a number. Where neither tells, `TEXTS` does: no other file reads prose.
 */

/** What follows from a call that failed. */
export type Verdict =
  /**
   * It may succeed when repeated; whether it took effect is open. Mute: nobody answered in time. Doubtful: what was asked may
   * be what the server fails at, so it is repeated a few times only.
   */
  | {
      readonly kind: 'again'
      readonly reason: string
      readonly isMute?: true
      readonly isDoubtful?: true
    }
  /** Repeating does not help. */
  | { readonly kind: 'refused'; readonly reason: string; readonly next: string }
  | { readonly kind: 'wrong_revision'; readonly actual: number }
  /** Null: the limit was not told. */
  | { readonly kind: 'too_large'; readonly bytesMax: number | null }
  | { readonly kind: 'not_found' }
  /** The stream was deleted for good. */
  | { readonly kind: 'tombstoned' }

/** Texts of the client (6.2), of grpc-js (1.14), of the servers' transport (grpc-dotnet) and of OpenSSL that no code stands for. */
const TEXTS = {
  certificate:
    /certificate|self.signed|altname|ERR_TLS|ERR_SSL|SSL routines|wrong version number|unable to verify/i,
  messageTooLarge: /larger than max|exceeds the maximum configured message size/i,
  handlerFailed: /^Exception was thrown by handler/,
  notReady: /Server Is (Not Ready|Too Busy)|No leader info available/i,
  noNodeFound: /^Failed to discover after/,
  channelClosed: /^Channel has been shut down/,
  /** What servers say to a wrong password, and to a user that they do not know. */
  unauthenticated: /^(Unauthenticated|Bad credentials)$/,
  emptyResolutionNote: /\. Resolution note: ?$/
}

interface ClientError {
  readonly type?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly details?: unknown
  readonly actualVersion?: unknown
  readonly maxAppendSize?: unknown
  readonly _raw?: {
    readonly details?: unknown
    readonly metadata?: { readonly getMap?: () => Readonly<Record<string, unknown>> }
  }
}

const REASON_LENGTH_MAX = 300

/** One short line without control characters. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(TEXTS.emptyResolutionNote, '')
    .trim()
    .slice(0, REASON_LENGTH_MAX)

const textOf = ({ details, message, _raw, type }: ClientError): string => {
  const texts = [_raw?.details, details, message, type]
  return oneLine(
    texts.find((text): text is string => typeof text === 'string' && text !== '') ?? ''
  )
}

const again = (reason: string): Verdict => ({ kind: 'again', reason })
const mute = (reason: string): Verdict => ({ kind: 'again', reason, isMute: true })
const refused = (reason: string, next: string): Verdict => ({ kind: 'refused', reason, next })

/** The next step after an answer that should not be. */
export const REPORT = 'see the log of the server'
export const OTHER_PRODUCT =
  'check that an EventStoreDB 23.10 or newer, or a KurrentDB, is at this address'
export const RIGHTS =
  'check user and password in the connection string, and that the user may do this; see docs/EVENTSTORE.md'
/** The next step where the server is older than what can be used. */
export const UPGRADE = 'upgrade the server to EventStoreDB 23.10 or newer, or to KurrentDB'
const CERTIFICATE =
  'name the authority of the server with tlsCaFile=PATH, or the right host; for a server without TLS say tls=false'
/** The reason, and the next step, where a server talks with TLS or without and is talked to otherwise. */
export const OTHER_TRANSPORT = {
  tls: refused(
    'it talks TLS only, and the connection string says tls=false',
    'leave out tls=false; where its authority is not known here, name it with tlsCaFile=PATH'
  ),
  plain: refused(
    'it talks without TLS, and the connection string asks for it',
    'for a server without TLS say tls=false; user and password are not sent then'
  )
}

const unavailable = (text: string): Verdict =>
  TEXTS.certificate.test(text)
    ? refused(`no secure connection: ${text}`, CERTIFICATE)
    : again(text === '' ? 'it is not available' : text)
const exhausted = (text: string): Verdict =>
  TEXTS.messageTooLarge.test(text) ? { kind: 'too_large', bytesMax: null } : again(text)
const unknown = (text: string): Verdict =>
  TEXTS.handlerFailed.test(text) ? { kind: 'again', reason: text, isDoubtful: true } : again(text)
const denied = (text: string): Verdict => {
  if (TEXTS.unauthenticated.test(text)) return refused('wrong user or password', RIGHTS)
  return refused(text === '' || text === 'access-denied' ? 'access denied' : text, RIGHTS)
}
const unexpected = (text: string): Verdict => refused(text, REPORT)

/** By the number of gRPC, see https://grpc.github.io/grpc/core/md_doc_statuscodes.html. */
const BY_CODE: ReadonlyMap<unknown, (text: string) => Verdict> = new Map([
  [1, again], // cancelled
  [2, unknown],
  [3, unexpected], // invalid argument
  [4, mute], // deadline exceeded
  [5, unexpected], // not found
  [6, unexpected], // already exists
  [7, denied], // permission denied
  [8, exhausted], // resource exhausted
  [9, unexpected], // failed precondition
  [10, again], // aborted
  [11, unexpected], // out of range
  [12, (text: string) => refused(`it does not know the call: ${text}`, OTHER_PRODUCT)], // unimplemented
  [13, again], // internal
  [14, unavailable], // unavailable
  [15, unexpected], // data loss
  [16, denied] // unauthenticated
])

const tooLarge = (bytesMax: unknown): Verdict => {
  const bytes = Number(bytesMax)
  return {
    kind: 'too_large',
    bytesMax: Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null
  }
}

const BY_TYPE: ReadonlyMap<unknown, (text: string, error: ClientError) => Verdict> = new Map<
  unknown,
  (text: string, error: ClientError) => Verdict
>([
  ['unavailable', unavailable],
  ['deadline-exceeded', mute],
  ['timeout', again],
  ['cancelled', again],
  ['not-leader', () => again('the node is not the leader of its cluster')],
  ['stream-not-found', () => ({ kind: 'not_found' })],
  ['no-stream', () => ({ kind: 'not_found' })],
  ['stream-deleted', () => ({ kind: 'tombstoned' })],
  [
    'wrong-expected-version',
    (_, { actualVersion: actual }) => ({
      kind: 'wrong_revision',
      actual: typeof actual === 'bigint' ? Number(actual) : -1
    })
  ],
  ['maximum-append-size-exceeded', (_, { maxAppendSize }) => tooLarge(maxAppendSize)],
  ['access-denied', denied]
])

/** A refusal by trailers that the client does not know. */
const byTrailers = ({ _raw }: ClientError): Verdict | null => {
  const trailers = _raw?.metadata?.getMap?.() ?? {}
  if (trailers['exception'] !== 'maximum-append-event-size-exceeded') return null
  return tooLarge(
    Object.entries(trailers).find(([name]) => /^maximum-append.*size$/.test(name))?.[1]
  )
}

/** Codes of the machine, where the connection is lost below gRPC. */
const SYSTEM_CODE = /^(E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_|NOTFOUND)|ERR_(HTTP2|STREAM|SOCKET))/

const INCOMPREHENSIBLE = 'it gave an answer that cannot be understood: '

export const classify = (cause: unknown): Verdict => {
  if (typeof cause !== 'object' || cause === null)
    return unexpected(`${INCOMPREHENSIBLE}${oneLine(String(cause))}`)
  const error = cause as ClientError
  const text = textOf(error)
  const known =
    BY_TYPE.get(error.type)?.(text, error) ?? byTrailers(error) ?? BY_CODE.get(error.code)?.(text)
  if (known !== undefined) return known
  if (TEXTS.noNodeFound.test(text)) return again('no node of the cluster answered')
  if (TEXTS.notReady.test(text)) return again(text)
  if (TEXTS.channelClosed.test(text)) return again('the connection was closed')
  if (typeof error.code === 'string' && SYSTEM_CODE.test(error.code)) return again(text)
  return unexpected(`${INCOMPREHENSIBLE}${text}`)
}
