/**
 * Threads that live in a Codex home: everything of an engine that reads or writes its files.
 */
import { eraOf, NEWEST_ERA, type Profile } from '../domain/log/profile.ts'
import type { LedgerSource } from '../replay/ledgers/ledger.ts'
import type { EventStore } from '../replay/ports.ts'
import type { Telemetry } from '../replay/telemetry.ts'
import { segmentWriter } from './log/jsonl/create.ts'
import { foldAside } from './log/jsonl/fold-aside.ts'
import { homeWatch } from './log/jsonl/home-watch.ts'
import { jsonlStore } from './log/jsonl/store.ts'
import { isBeingWritten } from './log/jsonl/writer-lock.ts'
import type { Source } from './log/source.ts'
import { auditHome } from './home/audit-home.ts'
import { configuredProvider } from './home/config.ts'
import { homeLog } from './home/home-log.ts'
import { homeNames } from './home/names.ts'
import { homeOperations } from './home/operations.ts'
import { homeMemory } from './upkeep/codex-state/home-memory.ts'
import { homeWriter } from './upkeep/repair/home-writer.ts'

/** How a home is read. */
export interface HomeSourceOptions {
  /** Absolute path of `$CODEX_HOME`. */
  readonly home: string
  readonly profile: Profile
  readonly strict: boolean
  readonly telemetry: Telemetry
  /** Follow the folders of the home; see `EngineOptions.follows`. */
  readonly follows?: boolean
}

/** Ledgers are read as the newest era reads; with the store of the threads when that does so too. */
const ledgerSource = (
  { home, profile: asked, strict, telemetry }: HomeSourceOptions,
  threads: EventStore
): LedgerSource => {
  const profile = eraOf(NEWEST_ERA, false)
  const files = jsonlStore({ home, profile, strict: false, telemetry, byFile: true })
  const store =
    !strict && asked === profile ? threads : jsonlStore({ home, profile, strict: false, telemetry })
  return {
    store,
    profile,
    files,
    foldAside: foldAside({ home, profile: profile.name, strict: false }, telemetry)
  }
}

/** The threads of a home, with the files beside them. */
export const homeSource = (options: HomeSourceOptions): Source => {
  const { home, profile, strict, telemetry } = options
  const watch = options.follows === true ? homeWatch(home, telemetry) : undefined
  const store = jsonlStore({ home, profile, strict, telemetry, ...(watch && { watch }) })
  return {
    store,
    ...(watch && { close: watch.close }),
    writer: segmentWriter(home, store, undefined, telemetry),
    homeWriter: {
      ...homeWriter(home, { isOpen: (threadId) => isBeingWritten(home, threadId), telemetry }),
      expand: async (...asked) =>
        (await import('./upkeep/storage/change.ts')).undoCompression(home, ...asked),
      unimportSettings: async (...asked) =>
        (await import('./imports/settings/apply.ts')).undoSettingsImport(home, ...asked),
      restoreConfig: async (...asked) =>
        (await import('./home/config-change.ts')).restoreConfig(home, ...asked)
    },
    operations: homeOperations(home),
    homeLogs: homeLog(home),
    names: homeNames(home),
    remembered: homeMemory(home),
    auditHome: auditHome(home),
    defaultProvider: configuredProvider(home),
    foldBeside: foldAside({ home, profile: profile.name, strict }, telemetry),
    ledgerSource: ledgerSource(options, store)
  }
}
