/**
 * The home that is served, as far as every page shows it.
 */
import { signal } from '@preact/signals'
import type { HomeDescription } from '../../domain/unroll-protocol.ts'
import { request } from '../wire/socket.ts'

/** Null until the server told. */
export const home = signal<HomeDescription | null>(null)

export const readHome = async (): Promise<void> => {
  const answer = await request<HomeDescription>('unroll/home/read')
  if (answer.ok) home.value = answer.value
}

/** The thread that is looked at, as the breadcrumb and the title of the window name it. */
export const threadTitle = signal<string | null>(null)
