/**
 * Words of other tools that people type first, and the commands here that do the same.
 */
import { commandOf, wordOf } from './commands.ts'

/** By word: commands, each with its word where it has one, the nearest first. */
export const PEER_WORDS: Readonly<Record<string, ReadonlyArray<string>>> = {
  annotate: ['blame'],
  branch: ['fork'],
  changes: ['log', 'index changes'],
  checkout: ['show', 'revert'],
  clone: ['fork'],
  compact: ['context'],
  copy: ['fork'],
  cost: ['usage'],
  costs: ['usage'],
  cp: ['fork'],
  daily: ['usage daily'],
  dump: ['export', 'audit export'],
  find: ['search'],
  follow: ['tail'],
  fsck: ['check'],
  gc: ['storage compress'],
  grep: ['search'],
  head: ['turns', 'items'],
  history: ['threads', 'show', 'log'],
  info: ['show', 'index status'],
  inspect: ['show', 'events'],
  lint: ['check'],
  messages: ['items'],
  models: ['usage model'],
  monthly: ['usage monthly'],
  mv: ['rename'],
  name: ['rename'],
  open: ['show', 'resume'],
  patches: ['blame', 'show'],
  plan: ['repair plan'],
  price: ['usage'],
  prune: ['storage', 'delete'],
  ps: ['tail', 'threads'],
  pull: ['store pull'],
  push: ['store push'],
  raw: ['events'],
  rebuild: ['index rebuild'],
  redo: ['undo'],
  reindex: ['index rebuild'],
  remove: ['delete'],
  reset: ['rollback', 'revert'],
  rewind: ['revert', 'rollback'],
  rm: ['delete'],
  seal: ['audit seal'],
  select: ['pick'],
  serve: ['app-server'],
  server: ['app-server'],
  session: ['show'],
  sessions: ['threads'],
  spawn: ['fork'],
  stats: ['usage', 'storage', 'tools'],
  status: ['threads', 'index status'],
  subscribe: ['store subscribe', 'tail'],
  switch: ['resume'],
  sync: ['store mirror', 'store push'],
  thread: ['show'],
  timeline: ['audit', 'turns'],
  title: ['rename'],
  tokens: ['usage'],
  trash: ['delete', 'restore'],
  tree: ['agents'],
  validate: ['check'],
  verify: ['check', 'audit verify', 'store verify'],
  view: ['show'],
  watch: ['tail'],
  weekly: ['usage weekly']
}

const NO_MODEL = 'unroll runs no model; type it to Codex: "codex'

/** What no command here does, with the truth about it. */
export const PEER_SENTENCES: Readonly<Record<string, string>> = {
  chat: `${NO_MODEL}"`,
  exec: `${NO_MODEL} exec"`,
  login: `${NO_MODEL} login"`,
  new: `${NO_MODEL}"`,
  run: `${NO_MODEL} exec"`,
  update: 'update unroll as you installed it: "npm install -g codex-unroll@latest"',
  upgrade: 'update unroll as you installed it: "npm install -g codex-unroll@latest"'
}

const clause = (text: string): string =>
  text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')

const explained = (title: string): string => {
  const [name = '', typed = ''] = title.split(' ')
  const command = commandOf(name)
  const summary = (command && wordOf(command, typed)?.summary) ?? command?.summary ?? ''
  return `"unroll ${title}" (${clause(summary)})`
}

/** What to type instead of a word of another tool; null for a word that is unknown here too. */
export const insteadOf = (word: string): string | null => {
  if (Object.hasOwn(PEER_SENTENCES, word)) return PEER_SENTENCES[word] ?? null
  if (!Object.hasOwn(PEER_WORDS, word)) return null
  return `you may mean ${(PEER_WORDS[word] ?? []).map(explained).join(', or ')}`
}
