import { describe, openEngine } from 'unroll'

const told = (answer) => {
  if (answer._tag === 'Left') throw new Error(describe(answer.left))
  return answer.right
}

const home = process.argv[2] ?? '/home/me/.codex'
const engine = told(await openEngine({ home, index: 'memory' }))
const draft = told(
  engine.draftThread({ cwd: '/work', originator: 'scripted', modelProvider: 'mock' })
)
const turn = told(
  await engine.beginTurn(draft, { text: 'What is in here?', settings: { model: 'script-1' } })()
)
await turn.say('I will look.', 'commentary')()
await turn.call({
  callId: 'call-1',
  name: 'list',
  arguments: '{"path":"."}',
  output: 'notes.txt'
})()
await turn.say('One file: notes.txt.', 'final_answer')()
told(await turn.complete()())

const [shown] = told(await engine.readThread(draft.threadId, true)()).turns
console.log(shown.status, shown.items.map(({ type }) => type).join(' '))
const { items } = told(await engine.context(draft.threadId)())
console.log(items.map(({ type, role }) => role ?? type).join(' '))
await engine.close()
