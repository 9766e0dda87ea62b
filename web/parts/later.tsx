/**
 * A page whose code comes when it is first looked at.
 */
import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Draws what a module gives, as soon as it is there. */
export const later = <P extends object>(load: () => Promise<ComponentType<P>>) => {
  let loaded: ComponentType<P> | null = null
  return (props: P) => {
    const [, draw] = useState(() => loaded)
    useEffect(() => {
      if (loaded !== null) return
      void load().then((component) => {
        loaded = component
        draw(() => component)
      })
    }, [])
    const Loaded = loaded
    return Loaded === null ? (
      <main class="page" id="main" aria-busy="true" />
    ) : (
      <Loaded {...props} />
    )
  }
}
