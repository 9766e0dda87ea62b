/**
 * Where analytics events go.
 */

type Destination =
  | { readonly kind: 'capture'; readonly path: string }
  | { readonly kind: 'post' }
  | { readonly kind: 'none' }

/**
 * The destination of a process. A capture that is selected, by any path that is not empty, is the only one: nothing is
 * posted besides it, and nothing instead of it when its file cannot be opened or written.
 */
export const destinationOf = (
  capturePath: string | null | undefined,
  canPost: boolean
): Destination => {
  if (typeof capturePath === 'string' && capturePath !== '')
    return { kind: 'capture', path: capturePath }
  return { kind: canPost ? 'post' : 'none' }
}
