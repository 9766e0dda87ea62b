/**
 * Recorded scripts of mutations: what was sent to a fresh Codex process about a copy of a home, what came back in which
 * order, and which files were other than before when it had stopped.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { FIXTURES } from './fixture-home.ts'
import type { Message } from './rpc-client.ts'

export interface FileChange {
  readonly change: 'created' | 'appended' | 'rewritten' | 'removed' | 'mtime-only'
  /** The lines that are new; of a file that was rewritten a number. */
  readonly lines?: ReadonlyArray<string> | number
}

/** One message of a script, in order. */
export interface Logged {
  readonly dir: '>' | '<res' | '<err' | '<ntf'
  readonly msg: Message
}

export interface Script {
  readonly name: string
  /** Version of the Codex that answered. */
  readonly reader: string
  /** The request for which a model was needed, where the recording is cut off; null when it is whole. */
  readonly ends: string | null
  readonly log: ReadonlyArray<Logged>
  /** By path in the home; null where the recording is cut off. */
  readonly files: Readonly<Record<string, FileChange>> | null
}

export const recordedMutations = (home: string): ReadonlyArray<Script> => {
  const path = join(FIXTURES, 'homes', home, 'golden', 'mutations.jsonl.br')
  if (!existsSync(path)) return []
  const text = brotliDecompressSync(readFileSync(path)).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Script)
}

/** A request and everything that came until the next one. */
export interface Step {
  readonly request: { readonly method: string; readonly params: unknown }
  readonly messages: ReadonlyArray<Message>
}

export const stepsOf = ({ log }: Script): ReadonlyArray<Step> => {
  const steps: Array<{ request: Step['request']; messages: Array<Message> }> = []
  for (const { dir, msg } of log) {
    if (dir === '>') steps.push({ request: msg as unknown as Step['request'], messages: [] })
    else steps[steps.length - 1]?.messages.push(msg)
  }
  return steps
}
