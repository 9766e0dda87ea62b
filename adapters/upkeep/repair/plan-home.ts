/**
 * From a home to the file of a plan: check it, and plan what can be repaired.
 */
import type { Finding } from '../../../domain/upkeep/check/finding.ts'
import { printPlan, type RepairPlan } from '../../../domain/upkeep/repair/plan.ts'
import { check, type CheckOptions } from '../check/check.ts'
import { planRepair } from './planner.ts'
import { planDigest } from './repair.ts'

/** A plan, as the bytes of its file, and its digest. */
export interface FiledPlan {
  readonly plan: RepairPlan
  readonly bytes: Buffer
  readonly digest: string
}

/** Checks a home, or one thread of it, and plans its repair. Nothing is written; errors of the system are thrown. */
export const planHome = async (
  options: Pick<CheckOptions, 'home' | 'threadId' | 'signal' | 'onProgress'>
): Promise<FiledPlan> => {
  const found: Array<Finding> = []
  for await (const finding of check({ ...options, deep: true, index: 'memory' }))
    found.push(finding)
  const plan = planRepair(options.home, found)
  const bytes = Buffer.from(printPlan(plan))
  return { plan, bytes, digest: planDigest(bytes) }
}
