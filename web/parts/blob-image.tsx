/**
 * Images of items, asked for with the token of the page and kept while they are drawn. A click shows one large.
 */
import { useEffect, useState } from 'preact/hooks'
import { token } from '../wire/session.ts'
import { visible } from './ansi.ts'
import { Dialog } from './dialog.tsx'

/** Where an image of an item is: the first has the number 0. */
export interface ImagePlace {
  readonly threadId: string
  readonly turnId: string
  readonly itemId: string
  readonly n: number
}

type Loaded = { readonly url: string } | { readonly failure: string } | null

const pathOf = ({ threadId, turnId, itemId, n }: ImagePlace): string =>
  `/blob/${[threadId, turnId, itemId, String(n)].map(encodeURIComponent).join('/')}`

const load = async (path: string, signal: AbortSignal): Promise<Loaded> => {
  try {
    const answer = await fetch(path, {
      headers: { authorization: `Bearer ${token.value}` },
      signal
    })
    if (!answer.ok)
      return { failure: (await answer.text()) || `the server answered ${answer.status}` }
    return { url: URL.createObjectURL(await answer.blob()) }
  } catch {
    return signal.aborted ? null : { failure: 'the server is away' }
  }
}

/** The address of an image in this page, for as long as it is drawn. */
const useImage = (path: string | null): Loaded => {
  const [loaded, setLoaded] = useState<Loaded>(null)
  useEffect(() => {
    if (path === null) return undefined
    const stop = new AbortController()
    let url: string | null = null
    void load(path, stop.signal).then((found) => {
      if (found !== null && 'url' in found) {
        if (stop.signal.aborted) return URL.revokeObjectURL(found.url)
        url = found.url
      }
      if (!stop.signal.aborted) setLoaded(found)
    })
    return () => {
      stop.abort()
      if (url !== null) URL.revokeObjectURL(url)
    }
  }, [path])
  return loaded
}

interface BlobImageProps {
  readonly place: ImagePlace
  /** What it is, for those who do not see it. */
  readonly name: string
  /** True for what is asked for by a click alone. */
  readonly onDemand?: boolean
}

export const BlobImage = ({ place, name, onDemand = false }: BlobImageProps) => {
  const [isWanted, setWanted] = useState(!onDemand)
  const [isLarge, setLarge] = useState(false)
  const image = useImage(isWanted ? pathOf(place) : null)
  const label = visible(name.slice(0, 200))
  if (!isWanted)
    return (
      <button type="button" class="small" onClick={() => setWanted(true)}>
        show {label}
      </button>
    )
  if (image === null) return <span class="tag">{label}…</span>
  if ('failure' in image)
    return (
      <span class="attachment">
        <span class="tag">image</span> {label} <span class="dim">({visible(image.failure)})</span>
      </span>
    )
  return (
    <>
      <button
        type="button"
        class="thumb"
        aria-label={`show ${label} large`}
        onClick={() => setLarge(true)}
      >
        <img src={image.url} alt={label} decoding="async" />
      </button>
      {isLarge ? (
        <Dialog title={label} class="lightbox" close={() => setLarge(false)}>
          <img src={image.url} alt={label} />
          <p class="dim">{label}</p>
        </Dialog>
      ) : null}
    </>
  )
}
