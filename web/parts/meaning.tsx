/**
 * What a kind of problem means, in words.
 */
import type { Explained } from '../wire/health-answers.ts'

export const Meaning = ({ explained }: { readonly explained: Explained }) => (
  <dl class="meaning">
    <dt>meaning</dt>
    <dd>{explained.meaning}</dd>
    <dt>cause</dt>
    <dd>{explained.cause}</dd>
    <dt>Codex</dt>
    <dd>{explained.codex}</dd>
    <dt>unroll</dt>
    <dd>{explained.unroll}</dd>
    {explained.repair === null ? null : (
      <>
        <dt>repair</dt>
        <dd>{explained.repair.plan}</dd>
      </>
    )}
  </dl>
)
