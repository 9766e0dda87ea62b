/**
 * unroll agents: who spawned whom.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AgentTree } from '../../../replay/threads/agents.ts'
import { reportError } from '../text/report.ts'
import type { EngineCommand } from '../session.ts'
import { oneLine, safeJson } from '../text/text.ts'

const facts = ({ agent }: AgentTree): string =>
  [agent.threadId, agent.status, agent.nickname, agent.role]
    .filter((fact) => fact !== null)
    .map(oneLine)
    .join('  ')

const lines = (trees: ReadonlyArray<AgentTree>, indent: string): ReadonlyArray<string> =>
  trees.flatMap((tree, at) => {
    const isLast = at === trees.length - 1
    const below = lines(tree.children, `${indent}${isLast ? '   ' : '|  '}`)
    return [`${indent}${isLast ? '`- ' : '|- '}${facts(tree)}\n`, ...below]
  })

/** Shows the agents of a thread; see the command table. */
export const agentsCommand: EngineCommand = async (input, io, engine) => {
  const found = await engine.resolve(input.args[0] ?? '')()
  if (E.isLeft(found)) return reportError(found.left, input.json, io)
  const family = await engine.agents(found.right)()
  if (E.isLeft(family)) return reportError(family.left, input.json, io)
  if (input.json) {
    await io.out(`${safeJson(JSON.stringify(family.right))}\n`)
    return 0
  }
  const { threadId, ancestors, children } = family.right
  const above = ancestors.map((id) => `spawned by ${id}\n`)
  await io.out([...above, `${threadId}\n`, ...lines(children, '')].join(''))
  return 0
}
