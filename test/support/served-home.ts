// A copy of a recorded home that a server serves, and what it answers about threads and their outlines.
import { expect } from 'chai'
import type { ProfileName } from '../../domain/log/profile.ts'
import type { ThreadOutline } from '../../domain/unroll-protocol.ts'
import { copyHome, removeFolder } from './fixture-home.ts'
import { initialized, type Client, type Message } from './rpc-client.ts'

export const EVERY_SOURCE = ['cli', 'vscode', 'exec', 'appServer', 'subAgent', 'unknown']

// What comes over the wire has no type here.
// oxlint-disable-next-line typescript/no-explicit-any
export type Row = any

export const resultOf = <A>(answer: Message): A => {
  expect(answer).to.have.property('result')
  return answer['result'] as A
}

export const serving = async (
  folder: string,
  profile: ProfileName,
  use: (client: Client) => Promise<void>
): Promise<void> => {
  const client = await initialized(folder, { strict: false, profile, rich: false })
  try {
    await use(client)
  } finally {
    await client.close()
    removeFolder(folder)
  }
}

export const within = (
  home: string,
  use: (client: Client, folder: string) => Promise<void>
): Promise<void> => {
  const folder = copyHome(home)
  const profile: ProfileName = home.endsWith('169') ? '0.169' : '0.142'
  return serving(folder, profile, (client) => use(client, folder))
}

export const outline = async (
  client: Client,
  threadId: string,
  params: object
): Promise<ThreadOutline> =>
  resultOf(await client.ask('unroll/thread/outline', { threadId, ...params }))

export const threadsIn = async (client: Client): Promise<ReadonlyArray<Row>> => {
  const all = { limit: 100, modelProviders: [], sourceKinds: EVERY_SOURCE }
  return resultOf<Row>(await client.ask('thread/list', all)).data
}

export const turnsOf = async (client: Client, threadId: string): Promise<ReadonlyArray<Row>> => {
  const params = { threadId, limit: 100, sortDirection: 'asc', itemsView: 'full' }
  return resultOf<Row>(await client.ask('thread/turns/list', params)).data
}
