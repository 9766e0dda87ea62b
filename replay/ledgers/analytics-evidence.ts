/**
 * What a home has of its threads, besides events, that a comparison of analytics must know.
 */
import * as E from 'fp-ts/lib/Either.js'
import { timeInId, type HomeEvidence } from '../../domain/ledgers/analytics/evidence.ts'
import type { PostedEvent } from '../../domain/ledgers/analytics/envelope.ts'
import type { Lineage } from '../ports.ts'
import type { Answer, Result } from '../result.ts'
import type { AuditLedger } from './audit.ts'

const importsIn = async ({
  auditTrail
}: Pick<AuditLedger, 'auditTrail'>): Promise<Result<ReadonlySet<string>>> => {
  const imports = new Set<string>()
  let cursor: string | null = null
  do {
    const page = await auditTrail({ actions: ['imported'], cursor })()
    if (E.isLeft(page)) return page
    for (const { threadId } of page.right.data) imports.add(threadId)
    cursor = page.right.nextCursor
  } while (cursor !== null)
  return E.right(imports)
}

/**
 * Reads which threads were imported, and when those that some events name were set back to an earlier turn: each time that
 * happens a segment begins, whose id has the time.
 */
export const homeEvidence = async (
  engine: Pick<AuditLedger, 'auditTrail'> & {
    readonly lineage: (threadId: string) => Answer<Lineage>
  },
  events: ReadonlyArray<PostedEvent>
): Promise<Result<HomeEvidence>> => {
  const imports = await importsIn(engine)
  if (E.isLeft(imports)) return imports
  const named = new Set(events.map(({ event_params }) => event_params['thread_id']))
  const reverts = new Map<string, ReadonlyArray<number>>()
  for (const threadId of named) {
    if (typeof threadId !== 'string') continue
    const segments = await engine.lineage(threadId)()
    if (E.isLeft(segments)) continue
    const own = segments.right.filter(({ id, inherited }) => !inherited && id !== threadId)
    reverts.set(
      threadId,
      own.flatMap(({ id }) => timeInId(id) ?? [])
    )
  }
  return E.right({ reverts, imports: imports.right })
}
