/**
 * The lines a fork or a revert begins with.
 *
 * A paginated thread branches by reference: a new segment whose metadata names the place in another segment where
 * its history goes on, and the settings that hold. Nothing is copied, and the other file stays as it is.
 *
 * Shape:  key order of Codex 0.169.0; members of the source's metadata that this build does not know are kept.
 * Source: files written by thread/fork and thread/revert of 0.169.0, which reads these as its own.
 */
import type { Json, JsonObject } from '../json.ts'
import type { HistoryBase } from '../log/payloads.ts'

/** Where the inherited history ends; null when nothing is inherited. */
type HistoryCut = HistoryBase | null

/** A turn still open where the history was cut. */
export interface CutTurn {
  /** Null where Codex knows that an answer is missing, but not of which turn. */
  readonly id: string | null
  readonly rootTurnId: string | null
  readonly startedAt: number | null
}

export interface Branch {
  readonly threadId: string
  /** The thread whose history is taken over; null for a revert, which keeps what the metadata says. */
  readonly forkedFromId: string | null
  readonly cut: HistoryCut
  /** Payload of the newest metadata of the source. */
  readonly meta: JsonObject
  /** Settings that hold, as the source last recorded them; null when it never did. */
  readonly settings: Json
  readonly openTurn: CutTurn | null
  /** Threads of this era belong to a session, which their metadata names; true unless said otherwise. */
  readonly namesSession?: boolean
  /** When the segment is made, in RFC 3339 with milliseconds. */
  readonly at: string
  readonly newId: () => string
}

const FIRST = ['account_scoped', 'session_id', 'id', 'forked_from_id'] as const
const LAST = [
  'history_mode',
  'history_base',
  'multi_agent_version',
  'context_window',
  'git'
] as const
/** Members of the source's metadata that a fork does not take over. */
const NOT_INHERITED = new Set([
  'parent_thread_id',
  'subagent_history_start_ordinal',
  'attached_thread'
])

const present = (members: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null)
  )

const metaPayload = ({ threadId, forkedFromId, cut, meta, at, newId }: Branch): JsonObject => {
  const isFork = forkedFromId !== null
  const origin = isFork ? forkedFromId : meta['forked_from_id']
  const known: ReadonlySet<string> = new Set([
    ...FIRST,
    ...LAST,
    'forked_from_ordinal_exclusive',
    'timestamp'
  ])
  const others = Object.entries(meta).filter(
    ([member]) => !known.has(member) && !(isFork && NOT_INHERITED.has(member))
  )
  // Codex prints the cut into the parent only; a revert inside the thread's own history keeps the first one.
  const inParent = isFork || (cut !== null && meta['forked_from_ordinal_exclusive'] !== undefined)
  const before = Number(meta['forked_from_ordinal_exclusive'] ?? Infinity)
  const forkedAt = isFork
    ? cut?.end_ordinal_exclusive
    : inParent
      ? Math.min(before, cut?.end_ordinal_exclusive ?? 0)
      : undefined
  return present({
    account_scoped: meta['account_scoped'],
    session_id: isFork ? threadId : (meta['session_id'] ?? threadId),
    id: threadId,
    forked_from_id: origin,
    forked_from_ordinal_exclusive: forkedAt,
    timestamp: at,
    ...Object.fromEntries(others),
    history_mode: 'paginated',
    history_base: cut,
    multi_agent_version: meta['multi_agent_version'],
    context_window: isFork ? { window_id: newId() } : meta['context_window'],
    git: meta['git']
  })
}

const ABORTED =
  'The turn before this point had not ended when its history was continued here; what it did after its last line is unknown.'

const abortMessage = (named: JsonObject): JsonObject => ({
  type: 'message',
  ...named,
  role: 'user',
  content: [{ type: 'input_text', text: `<turn_aborted>\n${ABORTED}\n</turn_aborted>` }]
})

const abortLines = (
  turn: CutTurn,
  newId: () => string
): ReadonlyArray<readonly [string, JsonObject]> => [
  ['response_item', abortMessage({ id: `msg_${newId()}` })],
  [
    'event_msg',
    {
      ...present({ type: 'turn_aborted', root_turn_id: turn.rootTurnId }),
      turn_id: turn.id,
      ...present({ reason: 'interrupted', started_at: turn.startedAt })
    }
  ]
]

/** The lines of a new segment, without newlines, numbered on from the cut. */
export const branchLines = (branch: Branch): ReadonlyArray<string> => {
  const { threadId, cut, settings, openTurn, at, newId } = branch
  const lines: Array<readonly [string, JsonObject]> = [['session_meta', metaPayload(branch)]]
  if (settings !== null) {
    const payload = {
      type: 'thread_settings_applied',
      thread_id: threadId,
      thread_settings: settings
    }
    lines.push(['event_msg', payload])
  }
  if (openTurn !== null) lines.push(...abortLines(openTurn, newId))
  const first = cut?.end_ordinal_exclusive ?? 0
  return lines.map(([type, payload], i) =>
    JSON.stringify({ timestamp: at, ordinal: first + i, type, payload })
  )
}

/** The first line of a copy of a legacy thread, and the lines behind the copied ones. */
export const copyLines = (
  branch: Branch
): { readonly before: string; readonly after: ReadonlyArray<string> } => {
  const { threadId, forkedFromId, meta, openTurn, at } = branch
  const own: ReadonlySet<string> = new Set([...FIRST, 'timestamp'])
  const others = Object.fromEntries(Object.entries(meta).filter(([member]) => !own.has(member)))
  const payload = present({
    session_id: branch.namesSession === false ? null : threadId,
    id: threadId,
    forked_from_id: forkedFromId,
    timestamp: at,
    ...others,
    parent_thread_id: undefined
  })
  const line = (type: string, value: JsonObject) =>
    JSON.stringify({ timestamp: at, type, payload: value })
  const turn = openTurn
  return {
    before: line('session_meta', payload),
    after:
      turn === null
        ? []
        : [
            line('response_item', abortMessage({})),
            line('event_msg', { type: 'turn_aborted', turn_id: turn.id, reason: 'interrupted' })
          ]
  }
}
