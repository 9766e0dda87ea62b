/**
 * What folds may take from the settings of a turn, whoever wrote them.
 *
 * Codex reads the members it knows strictly: one it cannot read costs it the whole line, which then counts for nothing
 * (`TurnContextItem` in `shapes/`). Older writers had other shapes: up to 0.58 a sandbox policy was named by `mode` and not by
 * `type`, 0.89 wrote a collaboration mode without `settings`, and on Windows a directory is not absolute for a Codex that runs
 * elsewhere.
 */
import * as t from 'io-ts'
import { optional } from './codec.ts'

const text = optional(t.string)

/** Members that are the same in every version that wrote them. */
export const TurnContext = t.intersection(
  [
    t.type({
      cwd: t.string,
      approval_policy: t.union([t.string, t.UnknownRecord]),
      model: t.string
    }),
    t.partial({
      sandbox_policy: optional(t.UnknownRecord),
      turn_id: text,
      effort: text,
      summary: t.unknown,
      permission_profile: optional(t.UnknownRecord)
    })
  ],
  'TurnContext'
)
export type TurnContext = t.TypeOf<typeof TurnContext>
