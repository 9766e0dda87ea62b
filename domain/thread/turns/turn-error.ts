/**
 * Why a turn failed, from the log's spelling to the wire's.
 *
 * Source: `task_complete.error` and `turn_aborted.error` of 0.169.0, and what it answers about them.
 */
import { camel } from '../items/completed-items.ts'
import { isJsonObject, type Json } from '../../json.ts'
import type { TurnFailure } from '../../log/payloads.ts'
import type { TurnError } from '../../protocol.ts'

const NAMED: ReadonlySet<string> = new Set([
  'context_window_exceeded',
  'session_budget_exceeded',
  'usage_limit_exceeded',
  'rate_limit_exceeded',
  'flex_unavailable',
  'server_overloaded',
  'model_not_found',
  'cyber_policy',
  'misalignment_policy_violation',
  'too_many_denials',
  'internal_server_error',
  'unauthorized',
  'bad_request',
  'sandbox_error',
  'thread_rollback_failed',
  'policy_capacity_unavailable',
  'inference_hook_denied'
])
const WITH_STATUS: ReadonlySet<string> = new Set([
  'http_connection_failed',
  'response_stream_connection_failed',
  'response_stream_disconnected',
  'response_too_many_failed_attempts'
])

/** What kind of failure it was; kinds this build does not know are `other`. */
const errorInfo = (info: unknown): Json => {
  if (info === null || info === undefined) return null
  if (typeof info === 'string') return NAMED.has(info) ? camel(info) : 'other'
  if (!isJsonObject(info)) return 'other'
  const [name, detail] = Object.entries(info)[0] ?? []
  const members = isJsonObject(detail) ? detail : {}
  if (name !== undefined && WITH_STATUS.has(name)) {
    return { [camel(name)]: { httpStatusCode: members['http_status_code'] ?? null } }
  }
  if (name === 'active_turn_not_steerable')
    return { activeTurnNotSteerable: { turnKind: members['turn_kind'] ?? null } }
  return 'other'
}

/** The failure as a client sees it; null when there was none. */
export const turnError = (failure: TurnFailure | null | undefined): TurnError | null =>
  failure
    ? {
        message: failure.message,
        codexErrorInfo: errorInfo(failure.codex_error_info),
        additionalDetails: null,
        misalignment: null
      }
    : null
