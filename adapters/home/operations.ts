/**
 * The operation log of a home: its home log `operations`.
 */
import { operationLog } from '../../replay/operation-log.ts'
import type { OperationLog } from '../../replay/home-ports.ts'
import { homeLog } from './home-log.ts'

export const homeOperations = (home: string): OperationLog =>
  operationLog(homeLog(home)('operations'))
