/**
 * The ledger of imports in a home, which Codex writes too: read anew before each change, and replaced whole.
 */
import * as E from 'fp-ts/lib/Either.js'
import { join } from 'node:path'
import {
  NO_LEDGER,
  printLedger,
  readLedger,
  withRecord,
  type ImportLedger,
  type LedgerRecord
} from '../../domain/imports/ledger.ts'
import type { ProfileName } from '../../domain/log/profile.ts'
import { ownFolder } from '../home/own-folder.ts'
import { readPlain } from '../home/plain-file.ts'
import { replaceFile } from '../home/replace-file.ts'

const NAME = 'external_agent_session_imports.json'
const MODE = 0o644

const textOf = (home: string): string | null => {
  try {
    return readPlain(join(home, NAME)).toString('utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
}

/** The ledger of a home; left with what is wrong with it, in Codex's words. */
export const homeLedger = (home: string): E.Either<string, ImportLedger> => {
  try {
    const text = textOf(home)
    if (text === null) return E.right(NO_LEDGER)
    const invalid = (why: string): string => `invalid external agent session import ledger: ${why}`
    return E.mapLeft(invalid)(readLedger(text))
  } catch (cause) {
    return E.left(
      `failed to read external agent session import ledger: ${(cause as Error).message}`
    )
  }
}

/** Adds a record, in one step without others of this process in between. Throws what the system says. */
export const addToLedger = (
  home: string,
  record: LedgerRecord,
  era: ProfileName,
  replaces: string | null = null,
  step?: () => void
): void => {
  const ledger = homeLedger(home)
  if (E.isLeft(ledger)) throw new Error(ledger.left)
  replaceFile(join(home, NAME), printLedger(withRecord(ledger.right, record, era, replaces)), {
    temporary: join(ownFolder(home), `${NAME}.tmp`),
    mode: MODE,
    ...(step === undefined ? {} : { step })
  })
}
