import { describe, openEngine } from 'unroll'

const told = (answer) => {
  if (answer._tag === 'Left') throw new Error(describe(answer.left))
  return answer.right
}

const home = process.argv[2] ?? '/home/me/.codex'
const engine = told(await openEngine({ home, index: 'memory' }))
const { data } = told(await engine.listThreads({ limit: 3, modelProviders: [] })())
for (const { id, preview } of data) {
  const turns = told(await engine.listTurns(id, { limit: 1, itemsView: 'notLoaded' })())
  console.log(id, turns.data[0]?.status ?? 'no turns', preview)
}
await engine.close()
