/**
 * Everything the trail takes from elsewhere than rollouts, put together per thread, once per question.
 */
import { lineRow, outsideRows, type OutsideFacts } from '../../domain/ledgers/audit/outside.ts'
import { made, wrote, type TimedRow } from '../../domain/ledgers/audit/operations.ts'
import type { AuditRow } from '../../domain/ledgers/audit/row.ts'
import type { AuditFile, FileRow } from './audit-files.ts'
import { grouped } from '../../domain/grouped.ts'
import type { AuditHome } from '../home-ports.ts'
import type { Operations } from './audit-operations.ts'

export interface Trails {
  /** Ids of all threads of which anything is known. */
  readonly threadIds: () => ReadonlyArray<string>
  readonly filesOf: (threadId: string) => ReadonlyArray<AuditFile>
  /** The rows of a thread that no line makes. */
  readonly outside: (threadId: string) => ReadonlyArray<TimedRow>
  /** The row a line makes. */
  readonly row: (found: FileRow) => AuditRow
}

const threadOf = ({ threadId }: { readonly threadId: string }): string => threadId

/** Puts together what is known, of one thread (`asked`) where that is enough; each thread when it is first asked for. */
export const trailsOf = async (
  files: ReadonlyArray<AuditFile>,
  operations: Operations,
  home: Omit<AuditHome, 'sha256'>,
  asked: string | undefined,
  lastMs: (file: string) => number
): Promise<Trails> => {
  const byThread = grouped(
    files.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    threadOf
  )
  const byId = new Map(files.map((file) => [file.id, file]))
  const names = grouped(await home.names(), threadOf)
  const imports = grouped(await home.imports(), threadOf)
  const questions = await home.questions(asked)
  const sources = new Map((await home.sources()).map((source) => [source.threadId, source]))
  const known = new Map<string, OutsideFacts>()
  const mine = (threadId: string): ReadonlyArray<AuditFile> => byThread.get(threadId) ?? []
  const outsideOf = (threadId: string): OutsideFacts => {
    const before = known.get(threadId)
    if (before !== undefined) return before
    const head = mine(threadId).at(-1)
    const outside: OutsideFacts = {
      threadId,
      operations: operations.of(threadId),
      names: names.get(threadId) ?? [],
      imports: imports.get(threadId) ?? [],
      questions: questions.get(threadId) ?? [],
      source: sources.get(threadId) ?? null,
      place: head === undefined ? null : { file: head.name, archived: head.archived },
      hasFiles: head !== undefined
    }
    known.set(threadId, outside)
    return outside
  }
  return {
    threadIds: () => {
      const told = [byThread.keys(), names.keys(), imports.keys(), questions.keys()]
      const ids = [...told, operations.threadIds()]
      return [...new Set(ids.flatMap((some) => [...some]))].sort()
    },
    filesOf: mine,
    outside: (threadId) => {
      const last = Math.max(0, ...mine(threadId).map(({ id }) => lastMs(id)))
      return outsideRows(outsideOf(threadId), last)
    },
    row: ({ file, row }) => {
      const { threadId, name } = byId.get(file) ?? { threadId: file, name: file }
      const outside = outsideOf(threadId)
      const operation = outside.operations.find(
        (fact) => wrote(fact, row) || made(fact, threadId, row)
      )
      return lineRow(row, name, outside, operation)
    }
  }
}
