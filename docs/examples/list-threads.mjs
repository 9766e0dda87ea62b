import { describe, openEngine } from 'unroll'

const engine = await openEngine({ home: process.argv[2] ?? '/home/me/.codex', index: 'memory' })
const threads = await engine.listThreads({ limit: 3, modelProviders: [] })()
if (threads._tag === 'Left') throw new Error(describe(threads.left))
for (const { id, preview } of threads.right.data) {
  const turns = await engine.listTurns(id, { limit: 1, itemsView: 'notLoaded' })()
  const [newest] = turns._tag === 'Right' ? turns.right.data : []
  console.log(id, newest?.status ?? 'no turns', preview)
}
await engine.close()
