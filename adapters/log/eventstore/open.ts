/**
 * A store, opened: one connection and one directory, and any number of engines over them.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import type { StoreError } from '../../../domain/errors.ts'
import { streamId } from '../../../domain/ids.ts'
import { eraOf, NEWEST_ERA, type Profile } from '../../../domain/log/profile.ts'
import type { Names } from '../../../replay/home-ports.ts'
import type { EventStore, Index } from '../../../replay/ports.ts'
import { configuredProvider } from '../../home/config.ts'
import type { Source } from '../source.ts'
import { connectWire } from './connection/connect.ts'
import type { OnSilence } from './connection/session.ts'
import { directoryOf, type Directory } from './directory/directory.ts'
import { storeLife, storeNames } from './life/life.ts'
import { eventStore } from './threads/store.ts'
import type { Wire } from './wire.ts'

export interface StoreOptions {
  readonly connection: string
  /** Absolute path of the home below which paths are shown, and whose configuration counts. */
  readonly home: string
  readonly index: Index
  /** Told why the server does not answer, when that lasts; it is tried again. */
  readonly onSilence?: OnSilence | undefined
}

export interface ReadingMode {
  readonly profile: Profile
  readonly strict: boolean
}

export interface OpenStore {
  readonly wire: Wire
  readonly directory: Directory
  readonly names: Names
  readonly source: (view: ReadingMode) => Source
  /** Where the files of a thread would be, as clients see them. */
  readonly paths: (threadId: string) => ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** Ledgers are read as the newest era reads; with the store of the threads when that does so too. */
const ledgerSource = (
  storeAs: (view: ReadingMode, byFile?: boolean) => EventStore,
  threads: EventStore,
  { profile: asked, strict }: ReadingMode
): Source['ledgerSource'] => {
  const profile = eraOf(NEWEST_ERA, false)
  const view = { profile, strict: false }
  const store = !strict && asked === profile ? threads : storeAs(view)
  return { store, profile, files: storeAs(view, true) }
}

/**
 * Opens a store; nothing is sent yet. `InvalidRequest` when the connection string cannot be read, `StoreRefused` when the
 * client package is not installed.
 */
export const openStore = async ({
  connection,
  home,
  index,
  onSilence
}: StoreOptions): Promise<E.Either<StoreError, OpenStore>> => {
  const connected = await connectWire(connection, { onSilence })
  if (E.isLeft(connected)) return connected
  const wire = connected.right
  const directory = directoryOf(wire, index)
  const storeAs = ({ profile, strict }: ReadingMode, byFile = false): EventStore =>
    eventStore({ wire, directory, home, profile, strict, byFile })
  return E.right({
    wire,
    directory,
    names: storeNames(directory),
    source: (view) => {
      const store = storeAs(view)
      return {
        store,
        ...storeLife({ wire, directory, store, home }),
        defaultProvider: configuredProvider(home),
        ledgerSource: ledgerSource(storeAs, store, view)
      }
    },
    paths: (threadId) =>
      (directory.get(streamId(threadId))?.segments ?? []).map(({ path }) =>
        join(home, path.replace(/\.zst$/, ''))
      ),
    close: wire.dispose
  })
}
