import { describe, openEngine } from 'codex-unroll'

const unwrap = (answer) => {
  if (answer._tag === 'Left') throw new Error(describe(answer.left))
  return answer.right
}

const home = process.argv[2] ?? '/home/me/.codex'
const engine = unwrap(await openEngine({ home, index: 'memory' }))
const draft = unwrap(
  engine.draftThread({ cwd: '/work', originator: 'scripted', modelProvider: 'mock' })
)
const turn = unwrap(
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
unwrap(await turn.complete()())

const [shown] = unwrap(await engine.readThread(draft.threadId, true)()).turns
console.log(shown.status, shown.items.map(({ type }) => type).join(' '))
const { items } = unwrap(await engine.context(draft.threadId)())
console.log(items.map(({ type, role }) => role ?? type).join(' '))
await engine.close()
