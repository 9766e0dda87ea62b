/**
 * An agent whose sessions become threads: where its files are, and what a line of one says. One row of data each (`sources.ts`);
 * who imports another format writes one more.
 */
import type { Json } from '../json.ts'
import type { ProfileName } from '../log/profile.ts'

/** What somebody said in a session. */
export interface ImportedMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
  /** Unix seconds; null where the line has no time. */
  readonly at: number | null
}

/** What a session says that a model spent. */
export interface ImportedSpending {
  /** The same text for every line about the same answer; the last of them counts. Null for a line that stands for itself. */
  readonly key: string | null
  readonly model: string | null
  /** Unix seconds; null where the line has no time. */
  readonly at: number | null
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly cacheWriteInputTokens: number
  readonly outputTokens: number
}

/** What one line of a session says; everything may be missing. */
export interface SessionLine {
  readonly message?: ImportedMessage
  /** Directory the session worked in. */
  readonly cwd?: string
  /** A title that a person gave, or the agent. */
  readonly title?: { readonly by: 'person' | 'agent'; readonly text: string }
  readonly spending?: ImportedSpending
}

/** Tells whether a directory is there. */
export type IsDirectory = (path: string) => boolean

/** One agent. All of it is pure. */
export interface SessionSource {
  /** One word, as people and clients name it. */
  readonly name: string
  /** Folder of the sessions, below the user's home: `.claude/projects`. */
  readonly root: string
  /** True for the path of a session, relative to the folder, with `/` between its parts. */
  readonly select: (path: string) => boolean
  /** How many folders deep sessions lie at most. */
  readonly depthMax: number
  /** The directory of a session that names none, from its path; null when it cannot be told. */
  readonly fallbackCwd: (path: string, isDirectory: IsDirectory) => string | null
  /** True where a session counts only if its directory is there. */
  readonly needsDirectory: boolean
  /** Time of a message that has none: that of the file, or none. */
  readonly fallbackTime: 'file' | 'none'
  /** What a line says that holds this JSON; null for nothing. */
  readonly parse: (line: Json, era: ProfileName) => SessionLine | null
}
