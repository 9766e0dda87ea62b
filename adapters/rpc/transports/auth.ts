/**
 * Who may open a WebSocket: the bearer token of the upgrade request, checked before the first message.
 *
 * Two modes, as Codex has them: one secret token that is kept in a file or known by its hash, or short-lived tokens
 * signed with a shared secret (JWT, HS256). The words of every refusal are Codex's.
 */
import * as E from 'fp-ts/lib/Either.js'
import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isJsonObject, type JsonObject } from '../../../domain/json.ts'

/** What the person at the server asked for. */
export interface AuthOptions {
  readonly mode?: 'capability-token' | 'signed-bearer-token'
  /** File with the token; white space around it does not count. */
  readonly tokenFile?: string
  /** Hash of the token in hex, instead of the file. */
  readonly tokenSha256?: string
  /** File with the secret that tokens are signed with, at least 32 bytes. */
  readonly sharedSecretFile?: string
  /** `iss` that tokens must have. */
  readonly issuer?: string
  /** `aud` that tokens must have, alone or among others. */
  readonly audience?: string
  /** How far the clocks of signer and server may differ; default 30. */
  readonly maxClockSkewSeconds?: number
}

/** Judges an `Authorization` header; resolves with why it is refused, or null. */
export type Auth = (authorization: string | undefined, nowSeconds: number) => Promise<string | null>

export const openToAll: Auth = () => Promise.resolve(null)

const SECRET_BYTES_MIN = 32
const CLOCK_SKEW_SECONDS = 30
const HEADER = /^[\x20-\x7e]*$/

type AuthSettings =
  | { readonly kind: 'none' }
  | { readonly kind: 'token_file'; readonly path: string }
  | { readonly kind: 'token_hash'; readonly digest: Buffer }
  | { readonly kind: 'signed'; readonly path: string; readonly options: AuthOptions }

const capabilitySettings = (options: AuthOptions): E.Either<string, AuthSettings> => {
  const { tokenFile, tokenSha256, sharedSecretFile, issuer, audience } = options
  const signing = [sharedSecretFile, issuer, audience, options.maxClockSkewSeconds]
  if (signing.some((value) => value !== undefined))
    return E.left(
      '`--ws-shared-secret-file`, `--ws-issuer`, `--ws-audience`, and `--ws-max-clock-skew-seconds` require `--ws-auth signed-bearer-token`'
    )
  if (tokenFile !== undefined && tokenSha256 !== undefined)
    return E.left('`--ws-token-file` and `--ws-token-sha256` are mutually exclusive')
  if (tokenFile !== undefined) return E.right({ kind: 'token_file', path: tokenFile })
  if (tokenSha256 === undefined)
    return E.left(
      '`--ws-token-file` or `--ws-token-sha256` is required when `--ws-auth capability-token` is set'
    )
  return /^[0-9a-f]{64}$/i.test(tokenSha256)
    ? E.right({ kind: 'token_hash', digest: Buffer.from(tokenSha256, 'hex') })
    : E.left('--ws-token-sha256 must be a 64-character hex SHA-256 digest')
}

const signedSettings = (options: AuthOptions): E.Either<string, AuthSettings> => {
  if (options.tokenFile !== undefined || options.tokenSha256 !== undefined)
    return E.left(
      '`--ws-token-file` and `--ws-token-sha256` require `--ws-auth capability-token`, not `signed-bearer-token`'
    )
  return options.sharedSecretFile === undefined
    ? E.left('`--ws-shared-secret-file` is required when `--ws-auth signed-bearer-token` is set')
    : E.right({ kind: 'signed', path: options.sharedSecretFile, options })
}

/** Checks that the options fit together; reads no file. `Left` says what is wrong. */
export const authSettings = (options: AuthOptions): E.Either<string, AuthSettings> => {
  if (options.mode === 'capability-token') return capabilitySettings(options)
  if (options.mode === 'signed-bearer-token') return signedSettings(options)
  return Object.values(options).some((value) => value !== undefined)
    ? E.left(
        'websocket auth flags require `--ws-auth capability-token` or `--ws-auth signed-bearer-token`'
      )
    : E.right({ kind: 'none' })
}

/** The secret in a file, without the white space around it. */
export const secretIn = async (path: string): Promise<E.Either<string, string>> => {
  try {
    const secret = (await readFile(path, 'utf8')).trim()
    return secret === ''
      ? E.left(`websocket auth secret ${path} must not be empty`)
      : E.right(secret)
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException
    return E.left(`failed to read websocket auth secret ${path}: ${code}`)
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

const bearer = (authorization: string | undefined): E.Either<string, string> => {
  if (authorization === undefined) return E.left('missing websocket bearer token')
  const [, scheme = '', token = ''] = /^([^ ]+) +(.+)$/.exec(authorization.trim()) ?? []
  return HEADER.test(authorization) && scheme.toLowerCase() === 'bearer' && token !== ''
    ? E.right(token)
    : E.left('invalid authorization header')
}

/** Hashes are compared, so that the time taken reveals nothing about the token, its length included. */
const capability =
  (digest: Buffer): Auth =>
  async (authorization) => {
    const token = bearer(authorization)
    if (E.isLeft(token)) return token.left
    return timingSafeEqual(sha256(token.right), digest) ? null : 'invalid websocket bearer token'
  }

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 64

const isAbsent = (value: unknown): boolean => value === undefined || value === null

const audiences = (claim: unknown): ReadonlyArray<string> | null => {
  if (isAbsent(claim)) return []
  const list = Array.isArray(claim) ? claim : [claim]
  return list.every((one) => typeof one === 'string') ? list : null
}

/** What is wrong with the claims of a token whose signature is right, in Codex's order; null: nothing. */
const claimsProblem = (
  { exp, nbf, iss, aud }: JsonObject,
  { issuer, audience, maxClockSkewSeconds = CLOCK_SKEW_SECONDS }: AuthOptions,
  nowSeconds: number
): string | null => {
  const meant = audiences(aud)
  const fits =
    isTime(exp) &&
    (isAbsent(nbf) || isTime(nbf)) &&
    (isAbsent(iss) || typeof iss === 'string') &&
    meant !== null
  if (!fits) return 'invalid websocket jwt'
  if (nowSeconds > exp + maxClockSkewSeconds) return 'expired websocket jwt'
  if (isTime(nbf) && nowSeconds < nbf - maxClockSkewSeconds) return 'websocket jwt is not valid yet'
  if (issuer !== undefined && iss !== issuer) return 'websocket jwt issuer mismatch'
  if (audience !== undefined && !meant.includes(audience)) return 'websocket jwt audience mismatch'
  return null
}

const signed = async (secret: string, options: AuthOptions): Promise<Auth> => {
  const { compactVerify } = await import('jose')
  const key = Buffer.from(secret)
  return async (authorization, nowSeconds) => {
    const token = bearer(authorization)
    if (E.isLeft(token)) return token.left
    try {
      const { payload } = await compactVerify(token.right, key, { algorithms: ['HS256'] })
      const claims: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
      return isJsonObject(claims)
        ? claimsProblem(claims, options, nowSeconds)
        : 'invalid websocket jwt'
    } catch {
      return 'invalid websocket jwt'
    }
  }
}

/** Reads the secrets the options name; `Left` says why the server cannot start. */
export const authOf = async (settings: AuthSettings): Promise<E.Either<string, Auth>> => {
  if (settings.kind === 'none') return E.right(openToAll)
  if (settings.kind === 'token_hash') return E.right(capability(settings.digest))
  const secret = await secretIn(settings.path)
  if (E.isLeft(secret)) return secret
  if (settings.kind === 'token_file') return E.right(capability(sha256(secret.right)))
  return Buffer.byteLength(secret.right) < SECRET_BYTES_MIN
    ? E.left(
        `signed websocket bearer secret ${settings.path} must be at least ${SECRET_BYTES_MIN} bytes`
      )
    : E.right(await signed(secret.right, settings.options))
}
