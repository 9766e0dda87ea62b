/**
 * Who owns a thread, as a machine without I/O: `unroll → loading → joining → child → releasing → unroll`.
 *
 * A request is passed to the child only while the child has the thread and every client that follows it; until then it waits
 * here, and what waits leaves in the order in which it came. Every request leaves once: passed, served by unroll, or failed.
 */

/** What a request needs: the thread loaded; the child if it has it; the child, which need not have loaded it. */
export type OwnerNeed = 'load' | 'owned' | 'thread'

/** A request that somebody else keeps, by its number. */
export interface Ask {
  readonly client: string
  readonly number: number
  readonly need: OwnerNeed
}

export interface Owned {
  readonly at: 'unroll' | 'loading' | 'joining' | 'child' | 'releasing'
  /** Clients that follow the thread, here or in the child. */
  readonly followers: ReadonlyArray<string>
  /** Of those the ones that the child has as followers. */
  readonly joined: ReadonlyArray<string>
  /** Those that the child was asked to take. */
  readonly joining: ReadonlyArray<string>
  readonly waiting: ReadonlyArray<Ask>
  /** Why the child that runs now must not be given it; null: it may. */
  readonly refused: string | null
  /** Counts loads and losses: what was begun before the last one counts no more. */
  readonly attempt: number
}

export const UNOWNED: Owned = {
  at: 'unroll',
  followers: [],
  joined: [],
  joining: [],
  waiting: [],
  refused: null,
  attempt: 0
}

/** Why the child has no thread, and whether another try with the same child is of use. */
export interface NotLoaded {
  readonly why: string
  readonly isFinal: boolean
}

export type OwnerInput =
  | { readonly type: 'asked'; readonly ask: Ask }
  /** A client opened the thread, and it is loaded in advance. */
  | { readonly type: 'opened'; readonly client: string }
  | { readonly type: 'follows'; readonly client: string; readonly where: 'unroll' | 'child' }
  | { readonly type: 'unfollows'; readonly client: string }
  /** A client is gone, with all it waits for. */
  | { readonly type: 'left'; readonly client: string }
  | {
      readonly type: 'loaded'
      readonly client: string
      readonly attempt: number
      readonly failed: NotLoaded | null
    }
  /** The child took a follower, or did not. */
  | {
      readonly type: 'joined'
      readonly client: string
      readonly attempt: number
      readonly isJoined: boolean
    }
  /** The child said something of a thread that it has loaded. */
  | { readonly type: 'claimed' }
  /** The child unloaded it; `gone`: nobody follows it any more. */
  | { readonly type: 'closed'; readonly gone: boolean }
  /** The child is no more. */
  | { readonly type: 'ended'; readonly why: string }
  /** unroll follows the thread again, from behind what the child wrote. */
  | { readonly type: 'released' }

export type OwnerEffect =
  | { readonly do: 'load' | 'join'; readonly client: string; readonly attempt: number }
  | { readonly do: 'pass' | 'serve'; readonly ask: Ask }
  | { readonly do: 'fail'; readonly ask: Ask; readonly why: string }
  | { readonly do: 'lock' | 'unlock' }
  | { readonly do: 'release'; readonly followers: ReadonlyArray<string> }

/** A thread and what is to be done now, in this order. */
export type OwnerStep = readonly [Owned, ReadonlyArray<OwnerEffect>]

const without = (all: ReadonlyArray<string>, one: string): ReadonlyArray<string> =>
  all.filter((other) => other !== one)

const including = (all: ReadonlyArray<string>, one: string): ReadonlyArray<string> =>
  all.includes(one) ? all : [...all, one]

/** Asks the child to take clients as followers; without any, what waits is passed on. */
const join = (thread: Owned, clients: ReadonlyArray<string>): OwnerStep => {
  const joining = [...thread.joining, ...clients]
  if (joining.length > 0)
    return [
      { ...thread, at: 'joining', joining },
      clients.map((client) => ({ do: 'join', client, attempt: thread.attempt }))
    ]
  return [
    { ...thread, at: 'child', joining, waiting: [] },
    thread.waiting.map((ask) => ({ do: 'pass', ask }))
  ]
}

const toJoin = ({ followers, joined, joining }: Owned): ReadonlyArray<string> =>
  followers.filter((client) => !joined.includes(client) && !joining.includes(client))

const load = (thread: Owned, client: string): OwnerStep => {
  const attempt = thread.attempt + 1
  return [{ ...thread, at: 'loading', attempt }, [{ do: 'load', client, attempt }]]
}

const asked = (thread: Owned, ask: Ask): OwnerStep => {
  const { client, need } = ask
  const follows =
    need === 'load' ? { ...thread, followers: including(thread.followers, client) } : thread
  const late = need === 'load' ? toJoin(follows).filter((one) => one === client) : []
  switch (thread.at) {
    case 'child':
      return late.length === 0
        ? [follows, [{ do: 'pass', ask }]]
        : join({ ...follows, waiting: [ask] }, late)
    case 'joining':
      return join({ ...follows, waiting: [...thread.waiting, ask] }, late)
    case 'loading':
    case 'releasing':
      return [{ ...follows, waiting: [...thread.waiting, ask] }, []]
    case 'unroll':
      if (need === 'thread') return [thread, [{ do: 'pass', ask }]]
      if (need === 'owned') return [thread, [{ do: 'serve', ask }]]
      if (thread.refused !== null) return [thread, [{ do: 'fail', ask, why: thread.refused }]]
      return load({ ...follows, waiting: [ask] }, client)
  }
}

/** What becomes of a request when the child does not have its thread. */
const unloaded = (ask: Ask, why: string): OwnerEffect =>
  ask.need === 'load' ? { do: 'fail', ask, why } : { do: 'serve', ask }

const loaded = (thread: Owned, client: string, failed: NotLoaded | null): OwnerStep => {
  if (failed === null) {
    const joined = thread.followers.includes(client) ? [client] : []
    return join({ ...thread, joined }, without(thread.followers, client))
  }
  return [
    {
      ...thread,
      at: 'unroll',
      waiting: [],
      refused: failed.isFinal ? failed.why : thread.refused
    },
    [{ do: 'unlock' }, ...thread.waiting.map((ask) => unloaded(ask, failed.why))]
  ]
}

const settled = (thread: Owned, client: string, isJoined: boolean): OwnerStep => {
  if (!thread.joining.includes(client)) return [thread, []]
  const joined = isJoined ? including(thread.joined, client) : thread.joined
  return join({ ...thread, joined, joining: without(thread.joining, client) }, [])
}

const follows = (thread: Owned, client: string, where: 'unroll' | 'child'): OwnerStep => {
  const followed = { ...thread, followers: including(thread.followers, client) }
  if (where === 'child') return [{ ...followed, joined: including(thread.joined, client) }, []]
  const hasIt = thread.at === 'child' || thread.at === 'joining'
  const late = hasIt ? toJoin(followed).filter((one) => one === client) : []
  return late.length === 0 ? [followed, []] : join(followed, late)
}

const dropped = (thread: Owned, client: string, waiting: ReadonlyArray<Ask>): OwnerStep => {
  const left = {
    ...thread,
    waiting,
    followers: without(thread.followers, client),
    joined: without(thread.joined, client)
  }
  return left.joining.includes(client) ? settled(left, client, false) : [left, []]
}

const lost = (thread: Owned, followers: ReadonlyArray<string>, ended: string | null): OwnerStep => {
  const refused = ended === null ? thread.refused : null
  if (thread.at === 'unroll' || thread.at === 'releasing') return [{ ...thread, refused }, []]
  const failing = ended === null ? [] : thread.waiting.filter(({ need }) => need === 'load')
  return [
    {
      ...{ at: 'releasing', followers, joined: [], joining: [], refused },
      attempt: thread.attempt + 1,
      waiting: thread.waiting.filter((ask) => !failing.includes(ask))
    },
    [
      ...failing.map((ask): OwnerEffect => ({ do: 'fail', ask, why: ended ?? '' })),
      { do: 'release', followers }
    ]
  ]
}

/** What waited for the end of a release is asked anew. */
const released = (thread: Owned): OwnerStep => {
  if (thread.at !== 'releasing') return [thread, []]
  return thread.waiting.reduce<OwnerStep>(
    ([now, effects], ask) => {
      const [next, more] = asked(now, ask)
      return [next, [...effects, ...more]]
    },
    [{ ...thread, at: 'unroll', waiting: [] }, [{ do: 'unlock' }]]
  )
}

/** The next state of a thread. */
export const ownerStep = (thread: Owned, input: OwnerInput): OwnerStep => {
  switch (input.type) {
    case 'asked':
      return asked(thread, input.ask)
    case 'opened':
      return thread.at === 'unroll' && thread.refused === null
        ? load(thread, input.client)
        : [thread, []]
    case 'follows':
      return follows(thread, input.client, input.where)
    case 'unfollows':
      return dropped(thread, input.client, thread.waiting)
    case 'left':
      return dropped(
        thread,
        input.client,
        thread.waiting.filter(({ client }) => client !== input.client)
      )
    case 'loaded':
      return thread.at === 'loading' && input.attempt === thread.attempt
        ? loaded(thread, input.client, input.failed)
        : [thread, []]
    case 'joined':
      return input.attempt === thread.attempt
        ? settled(thread, input.client, input.isJoined)
        : [thread, []]
    case 'claimed': {
      if (thread.at !== 'unroll' || thread.refused !== null) return [thread, []]
      const [next, effects] = join(thread, thread.followers)
      return [next, [{ do: 'lock' }, ...effects]]
    }
    case 'closed':
      return lost(thread, input.gone ? [] : thread.followers, null)
    case 'ended':
      return lost(thread, thread.followers, input.why)
    case 'released':
      return released(thread)
  }
}
