/**
 * What a home tells beside its rollouts, read again only when its files look otherwise.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { OWN_FOLDER } from '../../../domain/changes/relocation.ts'
import { besideOf, type Beside } from './push.ts'

const BESIDE = ['session_index.jsonl', 'external_agent_session_imports.json']
const LOGS = [`${OWN_FOLDER}/operations.jsonl`, `${OWN_FOLDER}/observations.jsonl`]

const looksOf = (home: string, files: ReadonlyArray<string>): string =>
  files
    .map((file) => {
      const stat = statSync(join(home, file), { throwIfNoEntry: false })
      return stat === undefined ? '' : `${stat.size} ${stat.mtimeMs} ${stat.ino}`
    })
    .join('\n')

/** Keeps what was read of a home. */
export const homeNews = (home: string) => {
  let known: { readonly looks: string; readonly beside: Beside } | null = null
  let pushedLooks = ''
  return {
    /** Names and imports, as new as their files. */
    beside: async (): Promise<Beside> => {
      const looks = looksOf(home, BESIDE)
      if (known?.looks !== looks) known = { looks, beside: await besideOf(home) }
      return known.beside
    },
    /** Null when the logs are as they were when `done` was called last. */
    logs: (): { readonly done: () => void } | null => {
      const looks = looksOf(home, LOGS)
      return looks === pushedLooks ? null : { done: () => (pushedLooks = looks) }
    }
  }
}
