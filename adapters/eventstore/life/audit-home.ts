/**
 * What the audit trail reads in a store besides lines and logs: every naming, and every import.
 */
import type { StreamId } from '../../../domain/ids.ts'
import type { AuditHome } from '../../../replay/home-ports.ts'
import { importIn, sha256Hex } from '../../home/audit-home.ts'
import type { Directory } from '../directory/directory.ts'
import { isInTrash } from './moves.ts'

/** Reads a store for the audit trail. */
export const storeAuditHome = (directory: Directory): AuditHome => ({
  names: async () => directory.named().filter(({ threadId }) => isThere(directory, threadId)),
  imports: async () => directory.imported().flatMap(importIn),
  sha256: sha256Hex
})

/** The names of a deleted thread wait in the trash with it. */
const isThere = (directory: Directory, threadId: StreamId): boolean => {
  const known = directory.get(threadId)
  return known === null || !isInTrash(known)
}
