/**
 * Origins as people write them.
 */

/** True for scheme and host alone. */
export const isOrigin = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text
