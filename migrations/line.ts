/**
 * A parsed line of any age as an event of today.
 */
import type { DamageReason, RolloutLine } from '../domain/log/event.ts'
import { toRolloutLine } from '../domain/log/event.ts'
import type { Profile } from '../domain/log/profile.ts'
import { withEnvelope } from './bare.ts'
import { upcast } from './upcast.ts'

/**
 * A line's JSON as an event, or why it is not one; `exact` is what a strict reader sees. Codex reads no line without an envelope,
 * so strict answers do not either.
 */
export const lineOf = (
  json: unknown,
  profile: Profile,
  exact: unknown = json
): RolloutLine | DamageReason => {
  const enveloped = profile.readsBare ? withEnvelope(json) : null
  if (enveloped === null) {
    const upcasted = upcast(json)
    return toRolloutLine(upcasted, profile, exact === json ? upcasted : upcast(exact))
  }
  const line = toRolloutLine(enveloped, profile)
  return typeof line === 'string' ? line : Object.assign({ bare: true as const }, line)
}
