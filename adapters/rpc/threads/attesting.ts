/**
 * Asks a client for an attestation, when a host of turns wants one. This server itself talks to no endpoint, and never asks.
 */
import {
  ATTESTATION_METHOD,
  ATTESTATION_MS_MAX,
  attestationEnvelope
} from '../../../domain/questions/attestation.ts'
import { systemAfter } from './after.ts'
import type { Server } from './server.ts'

/** The function by which a turn gets the text to send; null where no client that follows the thread can give one. */
export const attestingOf =
  (
    { live, profile, after = systemAfter }: Pick<Server, 'live' | 'profile' | 'after'>,
    { threadId, turnId }: { readonly threadId: string; readonly turnId: string },
    signal: AbortSignal
  ) =>
  async (): Promise<string | null> => {
    if (profile === '0.130') return null
    const only = live.firstFollower(threadId, ({ requestAttestation }) => requestAttestation)
    if (only === null) return null
    const late = new AbortController()
    const cancel = after(ATTESTATION_MS_MAX, () => late.abort())
    const outcome = await live.questions.ask({
      ...{ threadId, turnId, method: ATTESTATION_METHOD, params: {}, only },
      signal: AbortSignal.any([signal, late.signal])
    })
    cancel()
    const isLate = outcome.kind === 'aborted' && late.signal.aborted
    return attestationEnvelope(isLate ? { kind: 'late' } : outcome)
  }
