/** Doing several things at once, but not all of them. */

/** Calls `work` for each item, at most `limit` at a time, in order; the first failure, thrown or answered, ends it. */
export const eachInFlight = async <A, E>(
  items: Iterable<A>,
  limit: number,
  work: (item: A) => Promise<E | null>
): Promise<E | null> => {
  const queue = items[Symbol.iterator]()
  let failure: E | null = null
  let hasThrown = false
  const worker = async (): Promise<void> => {
    for (
      let next = queue.next();
      failure === null && !hasThrown && next.done !== true;
      next = queue.next()
    ) {
      try {
        const result = await work(next.value)
        failure ??= result
      } catch (cause) {
        hasThrown = true
        throw cause
      }
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return failure
}
