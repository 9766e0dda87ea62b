/**
 * Response items: what the model saw and said, as the Responses API spells it.
 *
 * They never make turns (but for hook prompts); a damaged one is skipped, and an unknown one is read as
 * `other` and left out, so the codec decides the index by which Codex names implicit turns.
 * Source: ResponseItem of 0.130.0 and 0.142.5.
 */
import * as t from 'io-ts'
import { optional } from './codec.ts'
import type { JsonObject } from '../json.ts'
import type { Profile } from './profile.ts'
import { checkOf } from './shapes/eras.ts'

const text = optional(t.string)

const ContentItem = t.union([
  t.type({ type: t.literal('input_text'), text: t.string }),
  t.intersection([
    t.type({ type: t.literal('input_image'), image_url: t.string }),
    t.partial({ detail: text })
  ]),
  t.type({ type: t.literal('output_text'), text: t.string })
])

/** A message to or from the model. */
export const Message = t.intersection(
  [t.type({ role: t.string, content: t.array(ContentItem) }), t.partial({ id: text, phase: text })],
  'Message'
)
export type Message = t.TypeOf<typeof Message>

/** True for a readable item that counts: Codex reads those of other types as `other`, and leaves them out. */
export const isPersisted = ({ type }: JsonObject, { responseItems }: Profile): boolean =>
  typeof type === 'string' && responseItems.has(type)

/**
 * Tells whether a payload is a response item that counts (`persisted`), one that Codex reads but leaves out
 * (`ignored`: unknown types, ghost snapshots, compaction triggers), or one it cannot read (`damaged`).
 */
export const classifyResponseItem = (
  payload: unknown,
  profile: Profile
): 'persisted' | 'ignored' | 'damaged' => {
  if (!checkOf(profile, 'ResponseItem')(payload)) return 'damaged'
  return isPersisted(payload as JsonObject, profile) ? 'persisted' : 'ignored'
}
