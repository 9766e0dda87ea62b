/**
 * From findings to a plan: the rules are asked file by file, and what they say is worked out to the byte. Nothing is written.
 */
import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../../../domain/upkeep/check/finding.ts'
import { KINDS } from '../../../domain/upkeep/check/kinds.ts'
import { newDraft, withFirstLine, type RepairDraft } from '../../../domain/upkeep/repair/draft.ts'
import {
  PLAN_VERSION,
  refOf,
  type FindingRef,
  type PlanStep,
  type RepairPlan,
  type Unrepaired
} from '../../../domain/upkeep/repair/plan.ts'
import { RULED, RULES, type FileView, type RuleHome } from '../../../domain/upkeep/repair/rules.ts'
import { firstLines } from '../../log/jsonl/first-line.ts'
import { contentOf, fileContent, isPrefixOf } from './content.ts'
import { withView } from './file-view.ts'
import { namedPlaces } from './named-places.ts'

/** Why a finding has no rule, as the catalogue says. */
const reasonOf = ({ kind, facts }: Finding): string => {
  const { repair } = KINDS[kind]
  if ('none' in repair) return repair.none
  return typeof facts['more'] === 'number'
    ? 'more findings of this kind exist: make a new plan after this one'
    : 'the finding names no file'
}

const unrepaired = (finding: Finding, reason: string): Unrepaired => ({ ...refOf(finding), reason })

const ask = (
  draft: RepairDraft,
  findings: ReadonlyArray<Finding>,
  view: FileView,
  home: RuleHome
) => {
  const inOrder = findings.toSorted((a, b) => RULED.indexOf(a.kind) - RULED.indexOf(b.kind))
  for (const finding of inOrder) {
    const rule = typeof finding.facts['more'] === 'number' ? undefined : RULES[finding.kind]
    const reason = rule === undefined ? reasonOf(finding) : rule(draft, finding, view, home)
    if (reason !== null) draft.unrepaired.push(unrepaired(finding, reason))
  }
}

const targetOf = (
  { to, decompressedBytes, edits }: RepairDraft,
  { path, compressed }: FileView
): string => {
  const target = to ?? path
  const isExpanded = compressed && (edits.length > 0 || decompressedBytes !== null)
  return isExpanded ? target.replace(/\.zst$/, '') : target
}

const ID = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl(?:\.zst)?$/i

/** The thread of the findings, else the one in the name that the file gets. */
const threadOf = (findings: ReadonlyArray<Finding>, { to }: RepairDraft): string | null =>
  findings.find(({ threadId }) => threadId !== null)?.threadId ??
  ID.exec(to ?? '')?.[1]?.toLowerCase() ??
  null

/** Works out a draft; null when there is nothing to do. */
const stepOf = (
  drafted: RepairDraft,
  view: FileView,
  findings: ReadonlyArray<Finding>
): PlanStep | null => {
  if (drafted.answered.length === 0) return null
  const { path, absolute, compressed } = view
  const { why, leaves, firstLine } = drafted
  const placeOf = ({ range }: FindingRef): number => range?.offsetBytes ?? -1
  const answered = drafted.answered.toSorted((a, b) => placeOf(a) - placeOf(b))
  const before = fileContent(absolute)
  const step = { threadId: threadOf(findings, drafted), path, before, why, findings: answered }
  if (leaves) return { ...step, to: null, decompressedBytes: null, edits: [], after: null }
  const edits = firstLine === null ? drafted.edits : withFirstLine(drafted.edits, firstLine)
  const draft = { ...drafted, edits }
  const to = targetOf(draft, view)
  const isExpanded = compressed && !to.endsWith('.zst')
  const decompressedBytes = isExpanded ? (draft.decompressedBytes ?? view.contentBytes()) : null
  const after =
    edits.length === 0 && !isExpanded
      ? before
      : contentOf({ path: absolute, decompressedBytes }, edits)
  return { ...step, to, decompressedBytes, edits, after }
}

/** A step gives way when an earlier one has its target. */
const withoutClashes = (
  steps: ReadonlyArray<PlanStep>,
  left: Array<Unrepaired>
): ReadonlyArray<PlanStep> => {
  const taken = new Set<string>()
  return steps.filter(({ path, to, findings }) => {
    const mine = [path, ...(to === null || to === path ? [] : [to])].map((one) => one.toLowerCase())
    if (mine.every((one) => !taken.has(one))) {
      for (const one of mine) taken.add(one)
      return true
    }
    for (const one of findings)
      left.push({
        ...one,
        reason: 'another step of this plan takes its place: make a new plan after this one'
      })
    return false
  })
}

const byPath = (findings: ReadonlyArray<Finding>): ReadonlyMap<string, ReadonlyArray<Finding>> => {
  const found = new Map<string, Array<Finding>>()
  for (const finding of findings) {
    if (finding.path === null) continue
    const own = found.get(finding.path) ?? []
    own.push(finding)
    found.set(finding.path, own)
  }
  return found
}

const isPlain = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isFile() === true

/** Makes the plan that answers some findings of a home. Throws errors of the system. */
export const planRepair = (given: string, findings: ReadonlyArray<Finding>): RepairPlan => {
  const home = realpathSync(given)
  const left = findings
    .filter(({ path }) => path === null)
    .map((one) => unrepaired(one, reasonOf(one)))
  const places = namedPlaces(home, firstLines().of)
  const rules: RuleHome = {
    filesOf: places.filesOf,
    exists: (path) => existsSync(join(home, path)),
    isPrefixOf: (path, other) => isPrefixOf(join(home, path), join(home, other))
  }
  const steps: Array<PlanStep> = []
  for (const [path, own] of byPath(findings)) {
    if (!own.some(({ kind }) => RULES[kind] !== undefined) || !isPlain(join(home, path))) {
      left.push(...own.map((one) => unrepaired(one, reasonOf(one))))
      continue
    }
    withView(home, path, places.inFile(path), (view) => {
      const draft = newDraft()
      ask(draft, own, view, rules)
      const step = stepOf(draft, view, own)
      if (step !== null) steps.push(step)
      left.push(...draft.unrepaired)
    })
  }
  const kept = withoutClashes(steps, left)
  return { unrollRepairPlan: PLAN_VERSION, home, steps: kept, unrepaired: left }
}
