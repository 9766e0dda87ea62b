/**
 * What a fold needs of each kind of line, and what it may therefore read of it.
 *
 * The reader skips what nobody needs, and looks only at the first bytes of what is needed as a head. A head has the few members
 * that stand there, as written; none is made up. The types follow: `LineOf<N>` has a whole payload for kinds that `N` needs
 * whole, a head for those it needs as a head, and only a name for all others, which another fold of the group may need.
 *
 * Kinds:  events by their name (`task_started`); other lines by their type (`session_meta`); completed items and response items
 *         also one by one (`item_completed:Plan`, `response_item:message`); lines that count for nothing in an era with a prefix
 *         (`ignored:event_msg:error`). `unfamiliar` are lines of a type that no era knows, `glued` lines in which another one begins: a
 *         writer was cut off, and the next one wrote on behind it. `last` is the last line of a batch, whatever it is: its time is
 *         enough. `*` stands for every kind that is not named.
 */
import type { EventPayload, RolloutLine } from './event.ts'
import type { SessionMeta, TokenCount } from './payloads.ts'
import type { TurnContext } from './turn-context.ts'
import type { TurnItem } from './turn-item.ts'

/** All of it, but in a long line texts of more JSON bytes than this may be cut. */
export interface Clipped {
  readonly textBytesMax: number
  /** Members whose texts are never cut. */
  readonly keeps?: ReadonlyArray<string>
}

/** All of a line that contains these bytes, at most `within` behind its kind; other lines are skipped. */
export interface Marked {
  readonly mark: string
  readonly within?: number
}

/**
 * That the line exists, and its head. A `checked_head` is read whole where that costs little, so that a damaged line does not
 * count. An empty line (no text, a count without numbers) is skipped.
 */
type HeadNeed = 'head' | 'checked_head'

/** All of it; with `newest` only the last one of a batch. */
type WholeNeed = 'whole' | 'newest' | Clipped | Marked

/** How much of a kind of line is needed. */
export type Need = HeadNeed | WholeNeed

type EventKind = EventPayload['type']
type ItemKind = TurnItem['type']

export type LineKind =
  | EventKind
  | Exclude<RolloutLine['type'], 'event_msg' | 'response_item' | 'ignored'>
  | `item_completed:${ItemKind}`
  | `response_item:${string}`
  | `ignored:${string}`
  | 'unfamiliar'
  | 'glued'
  | 'last'
  | '*'

/** What is needed, by kind; nothing of the kinds that are not named. */
export type Needs = { readonly [K in LineKind]?: Need }

export const EVERY_LINE = { '*': 'whole' } as const satisfies Needs

/** Every line, and nothing of what stands in it: for where lines stand. */
export const EVERY_HEAD = { '*': 'head' } as const satisfies Needs

/** No line: for a fold that only counts. */
export const NO_LINES = {} as const satisfies Needs

/** Long lines of which no text is kept. */
export const NO_LONG_TEXT: Clipped = { textBytesMax: 256 }

type Declared<N, K> = K extends keyof N ? N[K] : '*' extends keyof N ? N['*'] : undefined
type NeedOf<N, K> = K extends keyof N
  ? N[K]
  : K extends `item_completed:${string}`
    ? Declared<N, 'item_completed'>
    : Declared<N, K>

/** What is needed of a kind; undefined for nothing. */
export const needOf = (needs: Needs, kind: LineKind): Need | undefined =>
  needs[kind] ??
  (kind.startsWith('item_completed:') ? needs.item_completed : undefined) ??
  needs['*']

/** The members of its payload that the head of an event has. */
interface HeadMembers {
  readonly task_complete: 'turn_id'
  readonly patch_apply_end: 'call_id' | 'turn_id'
  readonly mcp_tool_call_end: 'call_id' | 'turn_id'
}

type EventNamed<K extends EventKind> = Extract<EventPayload, { readonly type: K }>
type EventHead<K extends EventKind> = { readonly type: K } & (K extends keyof HeadMembers
  ? Pick<EventNamed<K>, HeadMembers[K] & keyof EventNamed<K>>
  : K extends 'token_count'
    ? {
        readonly info?:
          | Omit<NonNullable<TokenCount['info']>, 'model_context_window'>
          | null
          | undefined
      }
    : unknown)

/** Whole for a whole need, a head for a head, and else only a name. */
type ByNeed<Needed, Whole, Head, Name> = [Needed] extends [WholeNeed]
  ? Whole
  : [Needed] extends [Need]
    ? Head
    : Name

/** An item that ended, and which it is. */
type ItemHead<K extends ItemKind> = {
  readonly type: 'item_completed'
  readonly thread_id: string
  readonly turn_id: string
  readonly item: { readonly type: K; readonly id: string }
}
type WholeItem<K extends ItemKind> = Extract<
  EventNamed<'item_completed'>,
  { readonly item: { readonly type: K } }
>
type ItemPart<N extends Needs, K extends ItemKind> = K extends ItemKind
  ? ByNeed<
      NeedOf<N, `item_completed:${K}`>,
      WholeItem<K>,
      ItemHead<K>,
      { readonly type: 'item_completed'; readonly item: { readonly type: K } }
    >
  : never

/** Payload of an event as a reader with these needs gets it. */
export type EventOf<N extends Needs> =
  | {
      [K in Exclude<EventKind, 'item_completed'>]: ByNeed<
        NeedOf<N, K>,
        EventNamed<K>,
        EventHead<K>,
        { readonly type: K }
      >
    }[Exclude<EventKind, 'item_completed'>]
  | ItemPart<N, ItemKind>

/** Metadata without their instructions, which may be long. */
export type SessionHead = Omit<SessionMeta, 'base_instructions'>
type ContextHead = Pick<TurnContext, 'turn_id' | 'model' | 'effort'>
/** The message is there only where it is empty. */
export type CompactedHead = {
  readonly message?: unknown
  readonly compaction_response_id?: unknown
}

type PlainLine = Extract<
  RolloutLine,
  { readonly type: 'response_item' | 'inter_agent_communication' | 'ignored' }
>
type LineNamed<N extends Needs, K extends RolloutLine['type'], Head> = {
  readonly type: K
  readonly payload: ByNeed<
    NeedOf<N, K>,
    Extract<RolloutLine, { readonly type: K }>['payload'],
    Head,
    object
  >
}

/** A line as a reader with these needs gets it. */
export type LineOf<N extends Needs> = '*' extends keyof N
  ? [N['*']] extends [WholeNeed]
    ? RolloutLine
    : SomeLine<N>
  : SomeLine<N>

type SomeLine<N extends Needs> =
  | PlainLine
  | (Pick<RolloutLine, 'timestamp' | 'ordinal' | 'bare'> &
      (
        | { readonly type: 'event_msg'; readonly payload: EventOf<N> }
        | LineNamed<N, 'session_meta', SessionHead>
        | LineNamed<N, 'turn_context', ContextHead>
        | LineNamed<N, 'compacted', CompactedHead>
        | LineNamed<N, 'token_usage_record', object>
        /** That a response item is there; one that is read whole is a `response_item`. */
        | { readonly type: 'response_head'; readonly kind: string }
        | ('last' extends keyof N ? TimeOnly : never)
      ))

/** The last line of a batch, where nothing but its time is needed. */
interface TimeOnly {
  readonly type: 'time_only'
}

/** Any line a reader gives. */
export type DeliveredLine = SomeLine<Needs>

/** True for an event that is an item of these kinds. */
export const isItemOf = <
  P extends { readonly type: string },
  const K extends ReadonlyArray<ItemKind>
>(
  payload: P,
  kinds: K
): payload is Extract<P, { readonly item: { readonly type: K[number] } }> =>
  payload.type === 'item_completed' &&
  (kinds as ReadonlyArray<string>).includes(
    (payload as unknown as { readonly item: { readonly type: string } }).item.type
  )

const isHead = (need: Need): need is HeadNeed => need === 'head' || need === 'checked_head'
const isClipped = (need: Need): need is Clipped =>
  typeof need === 'object' && 'textBytesMax' in need

const sameMark = (a: Need, b: Need): boolean =>
  typeof a === 'object' &&
  typeof b === 'object' &&
  'mark' in a &&
  'mark' in b &&
  a.mark === b.mark &&
  a.within === b.within

/** The least that satisfies both. */
const stronger = (a: Need, b: Need): Need => {
  if (a === b || sameMark(a, b)) return a
  if (isHead(a) && isHead(b)) return 'checked_head'
  if (isClipped(a) && isHead(b)) return a
  if (isHead(a) && isClipped(b)) return b
  if (isClipped(a) && isClipped(b)) {
    const keeps = [...new Set([...(a.keeps ?? []), ...(b.keeps ?? [])])]
    const textBytesMax = Math.max(a.textBytesMax, b.textBytesMax)
    return keeps.length === 0 ? { textBytesMax } : { textBytesMax, keeps }
  }
  return 'whole'
}

type Stronger<A, B> = A extends undefined
  ? B
  : B extends undefined
    ? A
    : [A, B] extends [HeadNeed, HeadNeed]
      ? HeadNeed
      : WholeNeed

/** What two folds need together. */
export type Both<A extends Needs, B extends Needs> = {
  readonly [K in (keyof A | keyof B) & LineKind]: Stronger<NeedOf<A, K>, NeedOf<B, K>>
}

export const both = <A extends Needs, B extends Needs>(a: A, b: B): Both<A, B> => {
  const kinds = new Set([...Object.keys(a), ...Object.keys(b)] as ReadonlyArray<LineKind>)
  const needs: { [K in LineKind]?: Need } = {}
  for (const kind of kinds) {
    const [one, other] = [needOf(a, kind), needOf(b, kind)]
    const need = one === undefined ? other : other === undefined ? one : stronger(one, other)
    if (need !== undefined) needs[kind] = need
  }
  return needs as unknown as Both<A, B>
}

export const needsOfAll = (needs: ReadonlyArray<Needs>): Needs =>
  needs.reduce((sum, one) => both(sum, one), NO_LINES)

/**
 * The same for a group that must also count lines: every line is delivered, none as a head. Long texts are kept only where they
 * were needed; of metadata all but the instructions.
 */
export const counting = <N extends Needs>(needs: N): N => {
  const all: { [K in LineKind]?: Need } = { '*': NO_LONG_TEXT }
  for (const [kind, need] of Object.entries(needs) as ReadonlyArray<[LineKind, Need]>)
    all[kind] = isHead(need) ? NO_LONG_TEXT : isClipped(need) ? need : 'whole'
  return { ...all, session_meta: needs.session_meta ?? 'head' } as unknown as N
}
