/**
 * Relocations: where the files of threads go when they are archived, brought back, deleted and restored.
 *
 * Pure: paths are relative to the home and written with `/`. What is planned here is written to the operation log before
 * anything moves, so it must be enough to finish the work after a kill.
 */

/** Folder of everything unroll keeps in a home. */
export const OWN_FOLDER = '.unroll'

/** One rollout file of a home. */
export interface HomeFile {
  readonly threadId: string
  readonly path: string
  readonly archived: boolean
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** One file that moves. */
export interface FileMove {
  readonly threadId: string
  readonly from: string
  readonly to: string
  /** @fraction Time the file gets when it has arrived; null keeps its own. */
  readonly modifiedAtMs: number | null
}

/** The content of a file: enough to recognize it. */
export interface FileContent {
  readonly bytes: number
  readonly sha256: string
}

/** A file that becomes another one: null stands for no file. Of `before` and `after` one may be null. */
export interface FileExchange {
  /** The thread whose writer must be still; null for a file that belongs to none. */
  readonly threadId: string | null
  readonly path: string
  readonly before: FileContent | null
  readonly after: FileContent | null
  /** Where the new content is ready; null when there is none. */
  readonly staged: string | null
  /** Where the old content goes; null when there is none. */
  readonly kept: string | null
}

/** What happens to the lines of `session_index.jsonl` that name the threads. */
type NamesMove = 'keep' | 'take' | 'give'

/** Work on files that happens as a whole or not at all. */
export interface Relocation {
  /** In the order of their threads; the root's thread is the one that must succeed. */
  readonly rootId: string
  readonly moves: ReadonlyArray<FileMove>
  readonly names: NamesMove
  /** Folder of the trash that files and names go to or come from; null when they stay out of it. */
  readonly trash: string | null
  /** True when the folder of the trash is deleted at the end. */
  readonly purge: boolean
  /** Files that become others, all of them or none; absent for a relocation that only moves. */
  readonly exchanges?: ReadonlyArray<FileExchange>
}

/** True for a path that stays in the home whatever it is joined to. */
export const isHomePath = (path: unknown): path is string =>
  typeof path === 'string' &&
  !/[\0\\]/.test(path) &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/** The first path of a relocation that leads out of the home, null when none does: anybody may have written the log. */
export const strayPath = ({ moves, trash, exchanges = [] }: Relocation): string | null => {
  const paths = [
    ...moves.flatMap(({ from, to }) => [from, to]),
    ...exchanges.flatMap(({ path, staged, kept }) => [path, staged, kept]),
    trash
  ]
  const stray = paths.find((path) => path !== null && !isHomePath(path))
  return stray === undefined ? null : String(stray)
}

/** Folder of what a repair replaced. */
export const quarantineOf = (operationId: string): string =>
  `${OWN_FOLDER}/quarantine/${operationId}`

/** Folder of what an operation deleted. */
export const trashOf = (operationId: string): string => `${OWN_FOLDER}/trash/${operationId}`

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const DATED = /^rollout-(\d{4})-(\d{2})-(\d{2})T/

/** Path of a file while its thread is archived. */
export const archivedPath = ({ path }: HomeFile): string => `archived_sessions/${nameOf(path)}`

/** Path of a file while its thread is not archived, by the day in its name; null when it names none. */
export const livePath = ({ path }: HomeFile): string | null => {
  const [, year, month, day] = DATED.exec(nameOf(path)) ?? []
  return day === undefined ? null : `sessions/${year}/${month}/${day}/${nameOf(path)}`
}

/** Path of a deleted file in the trash, under the path it had. */
export const trashPath = (trash: string, { path }: Pick<HomeFile, 'path'>): string =>
  `${trash}/${path}`

/** The head of one thread's files: the one with the latest name. */
export const headOf = (files: ReadonlyArray<HomeFile>): HomeFile | undefined =>
  files.reduce<HomeFile | undefined>(
    (head, file) => (head === undefined || nameOf(file.path) > nameOf(head.path) ? file : head),
    undefined
  )
