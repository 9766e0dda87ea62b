/**
 * What the fold over a rollout remembers between lines; JSON, and bounded but for nothing.
 */
import type { DiffLines } from './diff-lines.ts'
import type { Fact, FactOf, TurnSettings } from './fact.ts'
import { NO_THREAD_SETTINGS, type ThreadSettings, type TurnHead } from './rollout-settings.ts'
import type { OpenCall } from './rollout-tools.ts'

/** Where a fact stands: the line that first recorded it, and its number among the facts of that line. */
export interface FactPlace {
  readonly revision: number
  readonly index: number
}

/** A fact at its place; a later one at the same place knows more. */
export interface FactWrite<F extends Fact = Fact> {
  readonly place: FactPlace
  readonly fact: F
}

export interface RolloutTurn {
  readonly turnId: string
  /** It is that of a reviewer at work. */
  readonly isReview: boolean
  /** Unix seconds. */
  readonly startedAt: number | null
  readonly startedAtMs: number
  /** The model of the turn before. */
  readonly modelBefore: string | null
  readonly head: TurnHead
  readonly settings: TurnSettings | null
  readonly configuredAt: FactPlace | null
  readonly imageCount: number
  /** Messages of the user so far: every one after the first is a steer. */
  readonly messages: number
  /** The model has answered something in this turn. */
  readonly sampled: boolean
  readonly lines: DiffLines | null
  readonly linesAt: FactPlace | null
  /** The running count was set to the size of the window: the context did not fit. */
  readonly windowExceeded: boolean
  readonly compaction: FactWrite<FactOf<'compacted'>> | null
  /** Skills, plugins and apps that were named, once each. */
  readonly named: ReadonlyArray<string>
}

export interface RolloutState {
  /** The head of the thread; rewritten until the model of its first own turn is known. */
  readonly opened: FactWrite<FactOf<'thread_opened'> | FactOf<'sub_agent_started'>> | null
  readonly isModelKnown: boolean
  readonly model: string | null
  /** The model of the newest turn, inherited ones included. */
  readonly turnModel: string | null
  readonly settings: ThreadSettings
  readonly repositoryUrl: string | null
  readonly threadId: string
  readonly cwd: string
  readonly declaredTools: ReadonlyArray<string> | null
  /** A turn of the conversation ended before, here or in what was inherited. */
  readonly hadTurn: boolean
  /** A reviewer is at work: its turn and its calls stand in its own thread as well, and are told there. */
  readonly inReview: boolean
  readonly turn: RolloutTurn | null
  readonly calls: ReadonlyArray<OpenCall>
  /** Calls of the answer that is not counted yet, and the answers that made the others of the turn (0.169). */
  readonly unclaimed: ReadonlyArray<string>
  readonly answers: ReadonlyArray<readonly [callId: string, responseId: string]>
  /** Ends of calls that the next answer follows (0.169). */
  readonly unfollowed: ReadonlyArray<FactWrite<FactOf<'tool_ended'>>>
  /** Size of the context as last told, and as told before the newest answer. */
  readonly contextTokens: number | null
  readonly contextBefore: number | null
  /** The running count as last told, to see what is an answer. */
  readonly spentTokens: number
  readonly goal: { readonly objective: string; readonly status: string } | null
}

export const NO_ROLLOUT: RolloutState = {
  opened: null,
  isModelKnown: false,
  model: null,
  turnModel: null,
  settings: NO_THREAD_SETTINGS,
  repositoryUrl: null,
  threadId: '',
  cwd: '',
  declaredTools: null,
  hadTurn: false,
  inReview: false,
  turn: null,
  calls: [],
  unclaimed: [],
  answers: [],
  unfollowed: [],
  contextTokens: null,
  contextBefore: null,
  spentTokens: 0,
  goal: null
}

/** The next state, and facts to write. */
export interface RolloutStep {
  readonly state: RolloutState
  readonly writes: ReadonlyArray<FactWrite>
}

export const NO_WRITES: ReadonlyArray<FactWrite> = []

export const silent = (state: RolloutState): RolloutStep => ({ state, writes: NO_WRITES })

/** The connection of a thread whose server was never observed. */
export const ROLLOUT_CONNECTION = 'rollout'
