import { describe, openEngine } from 'codex-unroll'

const unwrap = (answer) => {
  if (answer._tag === 'Left') throw new Error(describe(answer.left))
  return answer.right
}
const home = process.argv[2] ?? '/home/me/.codex'
const engine = unwrap(await openEngine({ home, index: 'memory' }))
const { data } = unwrap(await engine.listThreads({ limit: 3, modelProviders: [] })())
for (const { id, preview } of data) {
  const turns = unwrap(await engine.listTurns(id, { limit: 1, itemsView: 'notLoaded' })())
  console.log(id, turns.data[0]?.status ?? 'no turns', preview)
}
await engine.close()
