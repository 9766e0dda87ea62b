/**
 * Imported sessions: turns another program's log was made into. They did not happen here; that they were brought in did.
 *
 * Source: `external_agent_session_imports` of Codex 0.130 to 0.169: turn ids, and the message at the end of an import.
 */
import type { TrailStep, TrailState } from './trail-state.ts'

/** Ids of imported turns; they repeat in every imported thread. */
export const IMPORT_TURN = /^external-import-turn-\d+$/

const MARKER = '<EXTERNAL SESSION IMPORTED>'

/** The row of an import, at the message that ends it. */
export const importOf = (state: TrailState, message: string): TrailStep =>
  message.trim() === MARKER
    ? [
        { ...state, imported: { turns: 0 } },
        [{ action: 'imported', after: { turns: state.imported.turns } }]
      ]
    : [state, []]
