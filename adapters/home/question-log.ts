/**
 * What a server asked its clients, thread by thread: `.unroll/questions/THREAD.jsonl`, a line for each question and for what came of
 * it. The file goes with its thread when that is deleted, and comes back with it.
 *
 * A file that is full becomes `THREAD.1.jsonl`, which takes the place of the one before: so the newest lines stay. The folder has a
 * largest size too; the files that were written last stay.
 */
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { OWN_FOLDER } from '../../domain/changes/relocation.ts'
import { isUuid } from '../../domain/ids.ts'
import { parsedObject } from '../../domain/json.ts'
import {
  readQuestion,
  type KeptQuestion,
  type QuestionRecord
} from '../../domain/questions/record.ts'
import { linesIn } from './home-log.ts'
import { endsInNewline, makePrivate, ownFolder, syncFolder } from './own-folder.ts'
import { openPlain, refuseLinks, unlinkIfThere, writeWhole } from './plain-file.ts'

/** Where the files are, relative to the home. */
export const QUESTIONS_FOLDER = `${OWN_FOLDER}/questions`

/** A file that is larger is full: about a thousand questions. */
export const FILE_BYTES_MAX = 512 * 1024

/** All files together. */
export const FOLDER_BYTES_MAX = 32 * 1024 * 1024

const FILE_MODE = 0o600
const APPENDING = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT

/** The newest lines come last. */
const namesOf = (threadId: string): ReadonlyArray<string> => [
  `${threadId}.1.jsonl`,
  `${threadId}.jsonl`
]

const NAME = /^([0-9a-f-]{36})(\.1)?\.jsonl$/

/** A file of questions. */
export interface QuestionFile {
  readonly threadId: string
  /** Relative to the home. */
  readonly path: string
}

const folderOf = (home: string): string => join(home, QUESTIONS_FOLDER)

const isMissing = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'ENOENT'

const listed = (home: string): ReadonlyArray<string> => {
  try {
    refuseLinks(home, folderOf(home))
    return readdirSync(folderOf(home)).filter((name) => NAME.test(name))
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

/** The files of some threads that are there. Throws what the system says. */
export const questionFiles = (
  home: string,
  threadIds: ReadonlyArray<string>
): ReadonlyArray<QuestionFile> => {
  const there = new Set(listed(home))
  return threadIds.flatMap((threadId) =>
    namesOf(threadId)
      .filter((name) => there.has(name))
      .map((name) => ({ threadId, path: `${QUESTIONS_FOLDER}/${name}` }))
  )
}

/** Deletes the files that were written longest ago until the folder has room again. Rejects with what the system says. */
export const trimQuestions = async (home: string, bytesMax = FOLDER_BYTES_MAX): Promise<void> => {
  const files: Array<{ readonly path: string; readonly size: number; readonly mtimeMs: number }> =
    []
  for (const name of listed(home)) {
    const path = join(folderOf(home), name)
    const { size, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }))
    files.push({ path, size, mtimeMs })
  }
  let bytes = 0
  for (const { path, size } of files.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    bytes += size
    if (bytes > bytesMax) unlinkIfThere(path)
  }
}

/** Deletes the files of a thread. Throws what the system says. */
export const removeQuestions = (home: string, threadId: string): void => {
  for (const { path } of questionFiles(home, [threadId])) unlinkIfThere(join(home, path))
}

const synced = promisify(fsync)

/**
 * Appends records of a thread in one write; on disk when it resolves, which keeps nobody waiting. Rejects with what the system
 * says; records of what is no thread are refused.
 */
export const appendQuestions = async (
  home: string,
  threadId: string,
  records: ReadonlyArray<QuestionRecord>,
  bytesMax = FILE_BYTES_MAX
): Promise<void> => {
  if (!isUuid(threadId)) throw new Error(`${threadId} is no id of a thread`)
  ownFolder(home)
  const folder = folderOf(home)
  makePrivate(home, folder)
  const [older, newer] = namesOf(threadId).map((name) => join(folder, name)) as [string, string]
  const file = openPlain(newer, APPENDING, false, FILE_MODE)
  try {
    const isNew = fstatSync(file).size === 0
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
    writeWhole(file, `${endsInNewline(file) ? '' : '\n'}${lines}`)
    await synced(file)
    if (isNew) syncFolder(folder)
  } finally {
    closeSync(file)
  }
  const { size = 0 } = statSync(newer, { throwIfNoEntry: false }) ?? {}
  if (size <= bytesMax) return
  renameSync(newer, older)
  syncFolder(folder)
  await trimQuestions(home)
}

/** More than a file can become: then it is none of unroll's. */
const READ_BYTES_MAX = 8 * 1024 * 1024

const bytesOf = (path: string): Buffer => {
  const file = openPlain(path)
  try {
    return fstatSync(file).size > READ_BYTES_MAX ? Buffer.alloc(0) : readFileSync(file)
  } finally {
    closeSync(file)
  }
}

const recordsIn = (home: string, path: string): ReadonlyArray<KeptQuestion> => {
  try {
    return Array.from(linesIn(bytesOf(join(home, path)), 0)).flatMap(({ text, offset, bytes }) => {
      const read = parsedObject(text)
      const record = read === null ? null : readQuestion(read)
      return record === null ? [] : [{ record, file: basename(path), offset, bytes }]
    })
  } catch (cause) {
    if (isMissing(cause)) return []
    throw cause
  }
}

/** The records of a home, or of one thread, by thread and oldest first. Throws what the system says. */
export const readQuestions = (
  home: string,
  threadId?: string
): ReadonlyMap<string, ReadonlyArray<KeptQuestion>> => {
  const ids = listed(home).flatMap((name) => NAME.exec(name)?.[1] ?? [])
  const wanted = [...new Set(ids)].filter((id) => threadId === undefined || id === threadId)
  return new Map(
    wanted.map((id) => [id, questionFiles(home, [id]).flatMap(({ path }) => recordsIn(home, path))])
  )
}
