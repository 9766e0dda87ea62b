/**
 * unroll agents: the tree of sub-agents.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AgentTree } from '../../../replay/read/threads/agents.ts'
import { ofThread } from '../naming.ts'
import { printJson } from '../text/print.ts'
import { oneLine } from '../text/text.ts'

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

export const agentsCommand = ofThread(async (id, input, io, engine) => {
  const family = await engine.agents(id)()
  if (E.isLeft(family)) return family
  if (input.json) return printJson(family.right, io)
  const { threadId, ancestors, children } = family.right
  const above = ancestors.map((ancestor) => `spawned by ${ancestor}\n`)
  await io.out([...above, `${threadId}\n`, ...lines(children, '')].join(''))
  return 0
})
