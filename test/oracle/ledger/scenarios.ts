/**
 * What is recorded: every scenario is small and is about one thing.
 */
import { AGENTS } from './scenarios-agents.ts'
import { COUNTS } from './scenarios-counts.ts'
import { CUTS } from './scenarios-cuts.ts'
import { LINEAGES } from './scenarios-lineages.ts'
import { LIVES } from './scenarios-lives.ts'
import { MORE } from './scenarios-more.ts'
import { SKILL_SCENARIOS } from './scenarios-skills.ts'
import { SPENDING } from './scenarios-spending.ts'
import { TOOLS } from './scenarios-tools.ts'
import { WALKS } from './scenarios-walks.ts'
import type { Scenario } from './scenario.ts'

/** Everything there is to record. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...SPENDING,
  ...LIVES,
  ...AGENTS,
  ...TOOLS,
  ...MORE,
  ...SKILL_SCENARIOS,
  ...LINEAGES,
  ...COUNTS,
  ...CUTS,
  ...WALKS
}
