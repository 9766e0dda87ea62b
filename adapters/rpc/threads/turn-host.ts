/**
 * Whoever runs turns for a server: a library user with a model. The server speaks for it; it writes what happens to the
 * thread through the engine.
 */
import type { Fact } from '../../../domain/ledgers/analytics/fact.ts'
import type { Json, JsonObject } from '../../../domain/json.ts'
import type { QuestionOutcome } from './questions.ts'
import type { SessionSettings } from './settings.ts'

export interface HostedTurn {
  readonly threadId: string
  readonly turnId: string
  /** What the client sent: user inputs as the protocol spells them. */
  readonly input: ReadonlyArray<JsonObject>
  readonly settings: SessionSettings
  /** Tells the clients that follow the thread, for instance `item/completed`. */
  readonly notify: (method: string, params: Json) => void
  /**
   * Asks the clients that follow the thread, for instance `item/commandExecution/requestApproval`. Resolves with the first
   * answer, or as aborted when the turn is interrupted or ends; never rejects.
   */
  readonly ask: (method: string, params: JsonObject) => Promise<QuestionOutcome>
  /**
   * Asks one client that can attest that it is genuine, the first to connect of those that follow the thread, for at most a tenth of a
   * second. Resolves with the text of the header `x-oai-attestation`, which also says that it was late or refused; null where no
   * client can, and in 0.130. Ask anew for every call that needs it; never rejects.
   */
  readonly attest: () => Promise<string | null>
  /** Tells usage analytics what only the host knows, for instance `turn_profile`; nothing when they are off. */
  readonly fact: (fact: Fact) => void
  /** Aborted when a client interrupts the turn. */
  readonly signal: AbortSignal
  /** Takes more input while the turn runs; the host calls this once when it can. */
  readonly onSteer: (take: (input: ReadonlyArray<JsonObject>) => void) => void
}

export type TurnEnd =
  | { readonly status: 'completed' | 'interrupted' }
  | {
      readonly status: 'failed'
      readonly message: string
      /** What kind of failure, in Codex's words, such as `contextWindowExceeded`; default `other`. */
      readonly codexErrorInfo?: Json
    }

/** Runs turns, one per thread at a time. */
export interface TurnHost {
  readonly run: (turn: HostedTurn) => Promise<TurnEnd>
}
