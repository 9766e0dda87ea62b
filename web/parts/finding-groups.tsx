/**
 * Findings of a check by kind, worst first, each kind with what it means.
 */
import { useState } from 'preact/hooks'
import { threadHref } from '../routes.ts'
import { count, counted } from '../text/times.ts'
import type { Explained, FindingAnswer, SeverityAnswer } from '../wire/health-answers.ts'
import { visible } from './ansi.ts'
import { Fold } from './fold.tsx'
import { Meaning } from './meaning.tsx'
import { ThreadLink } from './thread-link.tsx'

const SHOWN = 20

const SEVERITIES: ReadonlyArray<SeverityAnswer> = ['broken', 'warning', 'note']
const SIGNS: Readonly<Record<SeverityAnswer, string>> = { broken: '✗', warning: '!', note: 'i' }

export interface FindingGroup {
  readonly kind: string
  readonly severity: SeverityAnswer
  readonly findings: ReadonlyArray<FindingAnswer>
}

/** Groups by kind; the worst first, and among equals the most frequent. */
export const groupsOf = (findings: ReadonlyArray<FindingAnswer>): ReadonlyArray<FindingGroup> => {
  const byKind = new Map<string, Array<FindingAnswer>>()
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.kind}`
    const group = byKind.get(key)
    if (group === undefined) byKind.set(key, [finding])
    else group.push(finding)
  }
  return [...byKind.values()]
    .flatMap((group) =>
      group[0] === undefined
        ? []
        : [{ kind: group[0].kind, severity: group[0].severity, findings: group }]
    )
    .toSorted(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        b.findings.length - a.findings.length
    )
}

const Place = ({ finding }: { readonly finding: FindingAnswer }) => {
  const { threadId, path, range, revision } = finding
  const query = revision === null ? '' : `?from=${revision}`
  return (
    <li class="finding">
      <span>
        {threadId === null ? null : (
          <>
            <ThreadLink threadId={threadId} />{' '}
          </>
        )}
        {threadId === null || revision === null ? null : (
          <a href={`${threadHref(threadId, { view: 'events' })}${query}`}>line {count(revision)}</a>
        )}
      </span>
      {path === null ? null : (
        <span class="dim">
          <code dir="auto">{visible(path)}</code>
          {range === null
            ? ''
            : `, bytes ${count(range.offsetBytes)}–${count(range.offsetBytes + range.bytes)}`}
        </span>
      )}
      <span>
        {visible(finding.affected)} <span class="dim">To do: {visible(finding.remedy)}</span>
      </span>
    </li>
  )
}

interface GroupProps {
  readonly group: FindingGroup
  readonly explained: Explained | undefined
}

const Group = ({ group, explained }: GroupProps) => {
  const [shown, setShown] = useState(SHOWN)
  const { kind, severity, findings } = group
  return (
    <Fold
      name={`findings ${severity} ${kind}`}
      opened={severity !== 'note'}
      class={`findings ${severity}`}
      summary={
        <>
          <span class="severity" aria-hidden="true">
            {SIGNS[severity]}
          </span>{' '}
          <strong>{kind.replaceAll('_', ' ')}</strong>{' '}
          <span class="dim">{explained === undefined ? '' : explained.meaning}</span>
          <span class="badge">
            {counted(findings.length, 'finding')}, {severity}
          </span>
        </>
      }
    >
      {() => (
        <>
          {explained === undefined ? null : <Meaning explained={explained} />}
          <ul class="plain-list">
            {findings.slice(0, shown).map((finding) => (
              <Place finding={finding} />
            ))}
          </ul>
          {findings.length > shown ? (
            <button type="button" class="more" onClick={() => setShown(shown + 10 * SHOWN)}>
              Show more of {count(findings.length)}
            </button>
          ) : null}
        </>
      )}
    </Fold>
  )
}

interface FindingGroupsProps {
  readonly findings: ReadonlyArray<FindingAnswer>
  readonly explained: ReadonlyMap<string, Explained>
}

export const FindingGroups = ({ findings, explained }: FindingGroupsProps) => (
  <>
    {groupsOf(findings).map((group) => (
      <Group
        key={`${group.severity} ${group.kind}`}
        group={group}
        explained={explained.get(group.kind)}
      />
    ))}
  </>
)
