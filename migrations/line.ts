/**
 * A parsed line of any age as an event of today.
 */
import type { DamageReason, RolloutLine } from '../domain/events/event.ts'
import { toRolloutLine } from '../domain/events/event.ts'
import type { Profile } from '../domain/profile.ts'
import { withEnvelope } from './bare.ts'
import { upcast } from './upcast.ts'

/** A line's JSON as an event, or why it is not one. Codex reads no line without an envelope, so strict answers do not either. */
export const lineOf = (json: unknown, profile: Profile): RolloutLine | DamageReason => {
  const enveloped = profile.readsBare ? withEnvelope(json) : null
  if (enveloped === null) return toRolloutLine(upcast(json), profile)
  const line = toRolloutLine(enveloped, profile)
  return typeof line === 'string' ? line : Object.assign({ bare: true as const }, line)
}
