/**
 * A page whose code comes when it is first looked at.
 */
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Draws what a module gives, as soon as it is there; before that, what stands for it. */
export const later = <P extends object>(
  load: () => Promise<ComponentType<P>>,
  before: ComponentChildren = <main class="page" id="main" aria-busy="true" />
) => {
  let loaded: ComponentType<P> | null = null
  return (props: P) => {
    const [, draw] = useState(0)
    useEffect(() => {
      if (loaded !== null) return
      void load().then((component) => {
        loaded = component
        draw((n) => n + 1)
      })
    }, [])
    const Loaded = loaded
    return Loaded === null ? <>{before}</> : <Loaded {...props} />
  }
}
