/**
 * Homes of made threads, and what lists of them hold.
 */
import { idOf } from './rollouts.ts'
import { madeHome, type Made, type Room, type ThreadPage } from './room.ts'

export const ids = ({ data }: ThreadPage): ReadonlyArray<string> => data.map(({ id }) => id)
/** A time of a made thread, by seconds. */
export const second = (n: number): string => `2026-05-01T10:00:${String(n).padStart(2, '0')}.000Z`
/** A home of so many made threads, a second apart. */
export const threads = (count: number, more: (n: number) => Partial<Made> = () => ({})): string =>
  madeHome(...Array.from({ length: count }, (_, n) => ({ id: idOf(n), at: second(n), ...more(n) })))

export const list = (room: Room, params: object = {}): Promise<ThreadPage> =>
  room.ok<ThreadPage>('thread/list', params)
export const listed = async (room: Room, params: object = {}) => ids(await list(room, params))
