/**
 * Taking back a change that unroll made: what it would do is told before it is done.
 */
import type { JsonObject } from '../../domain/json.ts'
import { request, type RpcAnswer } from '../wire/socket.ts'

export interface UndoneAnswer {
  /** The operation that is taken back. */
  readonly undone: string
  /** What takes it back. */
  readonly by: { readonly operation: string; readonly arguments: JsonObject }
}

/** Asks the server to undo an operation; with `dryRun` what it would do, and nothing changes. */
export const undo = (operationId: string, dryRun: boolean): Promise<RpcAnswer<UndoneAnswer>> =>
  request<UndoneAnswer>('unroll/undo', { operationId, dryRun })
