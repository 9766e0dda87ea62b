/**
 * When a server opens its engine: as soon as it starts, or when a request first waits for it.
 */

/** What a server begins by itself when it starts: everything, or nothing. */
export type Startup = 'all' | 'none'

/** Something that takes long to open. */
export interface StartupOpening<A> {
  /** What it is opened as; with `none` the first one to wait for it begins. */
  readonly opened: Promise<A>
  /** The same for those who may not begin. */
  readonly onceBegun: Promise<A>
  readonly isBegun: () => boolean
}

/** A promise of work that begins when somebody first waits for it. */
export const onDemand = <A>(begin: () => Promise<A>): Promise<A> => ({
  then: (...handlers) => begin().then(...handlers),
  catch: (handler) => begin().catch(handler),
  finally: (handler) => begin().finally(handler),
  [Symbol.toStringTag]: 'Promise'
})

/** Opens at once, or on demand; never twice. Nobody needs to handle a failure but those who wait. */
export const openingOf = <A>(open: () => Promise<A>, startup: Startup): StartupOpening<A> => {
  let begun: Promise<A> | null = null
  let tell: (opened: Promise<A>) => void = () => undefined
  const onceBegun = new Promise<A>((resolve) => (tell = resolve))
  onceBegun.catch(() => undefined)
  const begin = (): Promise<A> => {
    if (begun === null) {
      begun = open()
      tell(begun)
    }
    return begun
  }
  const opened = startup === 'all' ? begin() : onDemand(begin)
  return { opened, onceBegun, isBegun: () => begun !== null }
}
