/**
 * Ids as tables print them.
 */
const SHORT_ID = 13

/** The shortest prefixes of ids that tell these ids apart; thread ids begin with their time. */
export const shortIds = (ids: ReadonlyArray<string>): ReadonlyArray<string> => {
  const different = new Set(ids)
  let length = SHORT_ID
  while (new Set([...different].map((id) => id.slice(0, length))).size < different.size) length += 1
  return ids.map((id) => id.slice(0, length))
}
