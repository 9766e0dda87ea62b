/**
 * What this page is, and what it never does.
 */
import type { ComponentChildren } from 'preact'
import { visible } from '../parts/ansi.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { HomePage } from '../parts/home-page.tsx'
import { dialog } from '../state/dialog.ts'
import { home } from '../state/home.ts'
import { counted, size } from '../text/times.ts'
import type { HomeDescription } from '../../domain/unroll-protocol.ts'

const NEVER = [
  'It fetches nothing from elsewhere: no fonts, no pictures, no previews of links.',
  'It runs no model, and sends nothing to anybody.',
  'It deletes nothing, repairs nothing and appends nothing; such commands are shown to be copied.',
  'It takes no HTML of a transcript for HTML, and spells out characters that hide or turn text.',
  'It answers no other site, and nobody without the token of this start.'
]

const Fact = ({
  name,
  children
}: {
  readonly name: string
  readonly children: ComponentChildren
}) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const Facts = ({ known }: { readonly known: HomeDescription }) => {
  const { counts } = known
  return (
    <dl class="about-facts">
      <Fact name="version">unroll {known.version}</Fact>
      <Fact name="home">
        <code dir="auto">{visible(known.home)}</code>{' '}
        <CopyButton text={known.home} what="the path of the home" />
      </Fact>
      <Fact name="holds">
        {counted(counts.threads, 'thread')}, {size(counts.bytes)}
      </Fact>
      <Fact name="profile">answers as Codex {known.profile}</Fact>
      <Fact name="store">
        {known.store === null ? 'the files of the home' : <code>{visible(known.store)}</code>}
      </Fact>
      <Fact name="may change threads">
        {known.writable ? (
          'yes: rename, archive, fork and undo'
        ) : (
          <>
            no; <code>unroll web --writable</code> lets it rename, archive, fork and undo
          </>
        )}
      </Fact>
      <Fact name="time zone of the server">{known.timeZone}</Fact>
    </dl>
  )
}

export const AboutPage = () => (
  <HomePage title="About">
    {home.value === null ? (
      <p class="dim" aria-busy="true">
        Reading…
      </p>
    ) : (
      <Facts known={home.value} />
    )}
    <h2 class="section-title">What this page never does</h2>
    <ul class="plain-list">
      {NEVER.map((text) => (
        <li>{text}</li>
      ))}
    </ul>
    <h2 class="section-title">Where more is written</h2>
    <ul class="plain-list">
      <li>
        <button
          type="button"
          class="link"
          onClick={() => {
            dialog.value = 'help'
          }}
        >
          Keys of this page
        </button>{' '}
        (<kbd>?</kbd>)
      </li>
      <li>
        Commands: <code>unroll help</code>, and <code>unroll help web</code> for this page
      </li>
      <li>
        The folder <code>docs</code> of the package: WEB.md about the page and what is safe,
        FORMAT.md about the files, APP-SERVER.md about what the page asks
      </li>
    </ul>
    <h2 class="section-title">Licences</h2>
    <p>
      unroll is free software under the Apache License 2.0; its text is in the file{' '}
      <code>LICENSE</code> of the package. The page holds Preact and Preact Signals (MIT), TanStack
      Virtual (MIT), marked (MIT), DOMPurify (Apache 2.0 or MPL 2.0), jsdiff (BSD 3-Clause), uPlot
      (MIT) and highlight.js (BSD 3-Clause).
    </p>
  </HomePage>
)
