/**
 * unroll agents: the tree of sub-agents.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { AgentTree } from '../../../replay/read/threads/agents.ts'
import { ofThread, shortIds } from '../naming/threads.ts'
import { printJson } from '../text/print.ts'
import { note } from '../text/report.ts'
import { cut, oneLine } from '../text/text.ts'

/** How an id is printed. */
type Naming = (id: string) => string

const facts = ({ agent }: AgentTree, named: Naming): string =>
  [named(agent.threadId), agent.status, agent.nickname, agent.role]
    .filter((fact) => fact !== null)
    .map(oneLine)
    .join('  ')

const lines = (
  trees: ReadonlyArray<AgentTree>,
  indent: string,
  named: Naming
): ReadonlyArray<string> =>
  trees.flatMap((tree, at) => {
    const isLast = at === trees.length - 1
    const below = lines(tree.children, `${indent}${isLast ? '   ' : '|  '}`, named)
    return [`${indent}${isLast ? '`- ' : '|- '}${facts(tree, named)}`, ...below]
  })

const idsOf = ({ agent, children }: AgentTree): ReadonlyArray<string> => [
  agent.threadId,
  ...children.flatMap(idsOf)
]

export const agentsCommand = ofThread(async (id, input, io, engine) => {
  const family = await engine.agents(id)()
  if (E.isLeft(family)) return family
  if (input.json) return printJson(family.right, io)
  const { threadId, ancestors, children } = family.right
  const ids = [...ancestors, threadId, ...children.flatMap(idsOf)]
  const short = new Map(shortIds(ids).map((one, at) => [ids[at], one]))
  const named: Naming = io.outIsTty ? (one) => short.get(one) ?? one : (one) => one
  const above = ancestors.map((ancestor) => `spawned by ${named(ancestor)}`)
  const all = [...above, named(threadId), ...lines(children, '', named)]
  const shown = io.outIsTty ? all.map((line) => cut(line, io.columns)) : all
  if (io.outIsTty && ids.length === 1) note('no sub-agents', io)
  else await io.out(shown.map((line) => `${line}\n`).join(''))
  return 0
})
