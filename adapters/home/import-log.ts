/**
 * What unroll keeps of imports in a home: `.unroll/imports.jsonl`, a line for each import that ended and for each source that became a
 * thread.
 */
import { join } from 'node:path'
import { OWN_FOLDER } from '../../domain/changes/relocation.ts'
import { readSource, type ImportedSource } from '../../domain/imports/provenance.ts'
import { parsedObject, type JsonObject } from '../../domain/json.ts'
import { appendLine, ownFolder } from './own-folder.ts'
import { readPlain } from './plain-file.ts'

const FILE = 'imports.jsonl'

/** Appends a line; on disk when it returns. Throws what the system says. */
export const appendImport = (home: string, line: string): void =>
  appendLine(join(ownFolder(home), FILE), line, { durable: true })

/** Every line that holds an object, oldest first. */
export const importLines = (home: string): ReadonlyArray<JsonObject> => {
  try {
    const text = readPlain(join(home, OWN_FOLDER, FILE)).toString('utf8')
    return text
      .split('\n')
      .map(parsedObject)
      .filter((line) => line !== null)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cause
  }
}

/** The sources of imported threads, oldest first. */
export const importSources = (home: string): ReadonlyArray<ImportedSource> =>
  importLines(home).flatMap((line) => readSource(line) ?? [])
