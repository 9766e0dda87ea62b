/**
 * Doing several things at once, but not all of them.
 */

/** Calls `work` for each item, at most `limit` at a time, in order; the first failure that is thrown ends it. */
export const eachInFlight = async <A>(
  items: Iterable<A>,
  limit: number,
  work: (item: A) => Promise<void>
): Promise<void> => {
  const queue = items[Symbol.iterator]()
  let failed = false
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !failed && next.done !== true; next = queue.next()) {
      try {
        await work(next.value)
      } catch (cause) {
        failed = true
        throw cause
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
}
