/**
 * How large the model's context is, counted forward: what a rollback of so many turns leaves, without the items.
 *
 * It holds for threads in which nothing was compacted and no other agent spoke; there the context is every item from the
 * first on, but for those that rollbacks cut away.
 */
import type { LineOf, Needs } from '../../log/needs.ts'
import type { Profile } from '../../log/profile.ts'
import { isBoundary, isContextualDeveloper, isContextualUser } from './boundary.ts'
import { itemTokens } from './estimate.ts'

const MARK_NEEDS = {
  compacted: 'head',
  inter_agent_communication: 'whole',
  thread_rolled_back: 'whole'
} as const satisfies Needs

type SizeNeeds = typeof MARK_NEEDS & Readonly<Record<`response_item:${string}`, 'whole'>>
type SizedLine = LineOf<SizeNeeds>

/** What is counted in an era, and what says that it cannot be. */
export const sizeNeeds = ({ responseItems }: Profile): SizeNeeds => ({
  ...MARK_NEEDS,
  ...Object.fromEntries([...responseItems].map((kind) => [`response_item:${kind}`, 'whole']))
})

/** A count that can be continued later: plain JSON, in tokens. */
export interface ContextSize {
  /** False when the thread has lines that this count does not know. */
  readonly isPlain: boolean
  readonly tokens: number
  /** Tokens of the contextual items at the end, which go with the turn that follows. */
  readonly trailing: number
  /** For each turn of the model: tokens before it, and before the contextual items above it. */
  readonly before: ReadonlyArray<number>
  readonly cut: ReadonlyArray<number>
}

export const NO_CONTEXT: ContextSize = {
  isPlain: true,
  tokens: 0,
  trailing: 0,
  before: [],
  cut: []
}

/** What is left after the last turns of the model are taken away; the contextual items above the first one stay. */
export const withoutTurns = (size: ContextSize, count: number): ContextSize => {
  const at = Math.max(0, size.before.length - count)
  if (count === 0 || at === size.before.length) return size
  const [before = 0, cut = 0] = [size.before[at], size.cut[at]]
  return {
    ...size,
    tokens: at === 0 ? before : cut,
    trailing: at === 0 ? before - cut : 0,
    before: size.before.slice(0, at),
    cut: size.cut.slice(0, at)
  }
}

/** A counter of lines, oldest first, that goes on from a count. */
export const contextSizer = (profile: Profile, from: ContextSize) => {
  let { isPlain, tokens, trailing } = from
  let before = [...from.before]
  let cut = [...from.cut]
  const size = (): ContextSize => ({ isPlain, tokens, trailing, before, cut })
  const takeItem = (item: Extract<SizedLine, { readonly type: 'response_item' }>['payload']) => {
    if (item['type'] === 'message' && item['role'] === 'system') return
    const added = itemTokens(item, profile)
    if (isBoundary(item, profile)) {
      before.push(tokens)
      cut.push(tokens - trailing)
      trailing = 0
    } else if (isContextualUser(item, profile) || isContextualDeveloper(item, profile))
      trailing += added
    else trailing = 0
    tokens += added
  }
  return {
    size,
    take: (line: SizedLine): void => {
      if (line.type === 'response_item') takeItem(line.payload)
      else if (line.type === 'compacted' || line.type === 'inter_agent_communication')
        isPlain = false
      else if (line.type === 'event_msg' && line.payload.type === 'thread_rolled_back') {
        const left = withoutTurns(size(), line.payload.num_turns)
        tokens = left.tokens
        trailing = left.trailing
        before = [...left.before]
        cut = [...left.cut]
      }
    }
  }
}
