/**
 * Attestations: what a client says so that a vendor's endpoint believes that it is what it claims to be. A host of turns sends it as
 * the header `x-oai-attestation`.
 *
 * Source: seen with 0.142.5 and 0.169.0; a request that was cancelled is read in their source.
 */
import { isJsonObject, type Json } from '../json.ts'

/** The method by which a client is asked. */
export const ATTESTATION_METHOD = 'attestation/generate'

/** How long a client has to answer; the call goes on without it then. */
export const ATTESTATION_MS_MAX = 100

/** What came of asking: its answer, or that it was late, refused, or given up. */
export type AttestationReply =
  | { readonly kind: 'result'; readonly result: Json }
  | { readonly kind: 'late' | 'error' | 'aborted' }

/** What stands in the envelope in the place of a token. */
const STATUS = { ok: 0, late: 1, error: 2, aborted: 3, malformed: 4 } as const

const UNPRINTABLE = /[^\x20-\x7e]/g

/** Text that fits a header: JSON takes every other character as an escape. */
const printed = (envelope: object): string =>
  JSON.stringify(envelope).replace(
    UNPRINTABLE,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  )

/** The text that goes out, also where there is no token. */
export const attestationEnvelope = (reply: AttestationReply): string => {
  if (reply.kind !== 'result') return printed({ v: 1, s: STATUS[reply.kind] })
  const token = isJsonObject(reply.result) ? reply.result['token'] : undefined
  return typeof token === 'string'
    ? printed({ v: 1, s: STATUS.ok, t: token })
    : printed({ v: 1, s: STATUS.malformed })
}
