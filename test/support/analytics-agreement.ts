/**
 * test/golden/analytics-agreement.md, rendered from comparisons: how often each field of each event came out equal.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { agreementOf, type EventAgreement } from '../../domain/ledgers/analytics/agreement.ts'
import type { CaptureComparison } from '../../domain/ledgers/analytics/compare.ts'
import { notReconstructable } from '../../domain/ledgers/analytics/not-reconstructable.ts'
import { EVENT_TYPES, keysOf } from '../../domain/ledgers/analytics/shapes.ts'
import { INHERENT } from './analytics-inherent.ts'
import { CONTRACTS, type Contract } from '../../domain/ledgers/analytics/vocabulary.ts'

type ByContract = ReadonlyMap<Contract, ReadonlyArray<EventAgreement>>

const of = (agreements: ByContract, contract: Contract, type: string): EventAgreement | undefined =>
  agreements.get(contract)?.find(({ eventType }) => eventType === type)

const share = (agreement: EventAgreement | undefined, field: string): string => {
  if (agreement === undefined || agreement.paired === 0) return ''
  const found = agreement.fields.find((one) => one.field === field)
  return found === undefined ? '' : `${found.verdicts.equal}/${agreement.paired}`
}

const fieldsOf = (agreements: ByContract, type: string): ReadonlyArray<string> => [
  ...new Set(
    [...CONTRACTS]
      .reverse()
      .flatMap((contract) => of(agreements, contract, type)?.fields.map(({ field }) => field) ?? [])
  )
]

const reasonsFor = (agreements: ByContract, type: string, field: string): string =>
  [
    ...new Set(
      CONTRACTS.flatMap(
        (contract) =>
          of(agreements, contract, type)?.fields.find((one) => one.field === field)?.reasons ?? []
      )
    )
  ].join(' ')

const isWhole = (agreements: ByContract, type: string, field: string): boolean =>
  CONTRACTS.every((contract) => {
    const agreement = of(agreements, contract, type)
    const found = agreement?.fields.find((one) => one.field === field)
    return found === undefined || found.verdicts.equal === agreement?.paired
  })

const alone = (agreement: EventAgreement | undefined, contract: Contract, type: string): string => {
  if (agreement === undefined)
    return keysOf(type as Parameters<typeof keysOf>[0], contract) === null ? 'not posted' : ''
  const { verdicts, paired } = agreement
  const only = verdicts.only_in_capture + verdicts.not_reconstructable
  return `${paired} of both, ${only} only posted, ${verdicts.only_reconstructed} only made`
}

const section = (agreements: ByContract, type: string): ReadonlyArray<string> => {
  const found = CONTRACTS.map((contract) => of(agreements, contract, type))
  if (found.every((one) => one === undefined)) return []
  const fields = fieldsOf(agreements, type)
  const equal = fields.filter((field) => isWhole(agreements, type, field))
  const others = fields.filter((field) => !equal.includes(field))
  const reasons = [...new Set(found.flatMap((one) => one?.reasons ?? []))]
  return [
    `### \`${type}\``,
    '',
    ...CONTRACTS.map(
      (contract, i) => `- ${contract}: ${alone(found[i], contract, type) || 'none posted'}`
    ),
    ...reasons.map((reason) => `- ${reason}`),
    '',
    ...(equal.length === 0
      ? []
      : [
          `Always equal (${equal.length} fields): ${equal.map((field) => `\`${field}\``).join(', ')}.`,
          ''
        ]),
    ...(others.length === 0
      ? []
      : [
          '| field | 0.130 | 0.142 | 0.169 | why not always |',
          '|---|---|---|---|---|',
          ...others.map(
            (field) =>
              `| \`${field}\` | ${found.map((one) => share(one, field)).join(' | ')} | ${reasonsFor(agreements, type, field)} |`
          ),
          ''
        ])
  ]
}

const total = (agreements: ReadonlyArray<EventAgreement>): string => {
  const verdicts = agreements.flatMap(({ fields }) => fields.map((field) => field.verdicts))
  const sum = (name: keyof (typeof verdicts)[number]) =>
    verdicts.reduce((all, one) => all + one[name], 0)
  const all = sum('equal') + sum('differs') + sum('not_reconstructable')
  const pairs = agreements.reduce((n, { paired }) => n + paired, 0)
  return `${pairs} | ${all} | ${sum('equal')} | ${sum('not_reconstructable')} | ${sum('differs')} | ${agreements.reduce((n, { unexplained }) => n + unexplained, 0)}`
}

const missing = (): ReadonlyArray<string> => [
  '## What no rollout tells',
  '',
  'These fields are null in a reconstruction, and these events are not in it.',
  '',
  '| event | contracts | field | why |',
  '|---|---|---|---|',
  ...EVENT_TYPES.flatMap((type) => {
    const seen = new Map<string, { contracts: Array<Contract>; fields: Set<string> }>()
    for (const contract of CONTRACTS) {
      const keys = keysOf(type, contract)
      if (keys === null) continue
      for (const { field, reason } of notReconstructable(type, contract)) {
        if (field !== undefined && !keys.includes(field.split('.')[0] ?? '')) continue
        const row = seen.get(reason) ?? { contracts: [], fields: new Set<string>() }
        if (!row.contracts.includes(contract)) row.contracts.push(contract)
        row.fields.add(field === undefined ? 'whole event' : `\`${field}\``)
        seen.set(reason, row)
      }
    }
    return [...seen].map(
      ([reason, { contracts, fields }]) =>
        `| \`${type}\` | ${contracts.join(', ')} | ${[...fields].join(', ')} | ${reason} |`
    )
  }),
  ''
]

/** How many differences of fields and of whole events each reason covers. */
const coverage = (
  compared: ReadonlyMap<Contract, ReadonlyArray<CaptureComparison>>
): ReadonlyArray<string> => {
  const counts = new Map<string, Map<Contract, number>>()
  for (const [contract, all] of compared)
    for (const { events } of all)
      for (const { fields, ...event } of events)
        for (const { verdict, reason } of fields.length === 0 ? [event] : fields) {
          if (reason === null || verdict === 'equal') continue
          const row = counts.get(reason) ?? new Map<Contract, number>()
          counts.set(reason, row.set(contract, (row.get(contract) ?? 0) + 1))
        }
  return [
    '## How much each reason covers',
    '',
    'Fields and whole events. A reason counts only with its evidence: in the two events, in others of the capture or of the rollouts, or in the',
    'segments of the thread (`domain/ledgers/analytics/known-*.ts`). A value that contradicts its own side (`domain/ledgers/analytics/laws.ts`) has none.',
    '',
    '| reason | 0.130 | 0.142 | 0.169 |',
    '|---|---|---|---|',
    ...[...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([reason, row]) =>
          `| ${reason} | ${CONTRACTS.map((one) => row.get(one) ?? 0).join(' | ')} |`
      ),
    ''
  ]
}

const unseen = (): ReadonlyArray<string> => [
  '## Mistakes that no comparison can see',
  '',
  'Everything else that is changed in a capture or a reconstruction is reported (`test/golden/analytics-corruptions.deep.test.ts`).',
  '',
  '| what | why |',
  '|---|---|',
  ...INHERENT.map(({ what, why }) => `| ${what} | ${why} |`),
  ''
]

const render = (
  compared: ReadonlyMap<Contract, ReadonlyArray<CaptureComparison>>,
  runs: number
): string => {
  const agreements: ByContract = new Map(
    [...compared].map(([contract, all]) => [contract, agreementOf(all)])
  )
  return [
    '# How analytics made from rollouts agree with those Codex posted',
    '',
    `Rendered by \`test/golden/analytics-rollouts.test.ts\` from ${runs} recorded runs of the release binaries: what each posted to a local`,
    'server, beside what unroll makes of the rollouts of the same run. Every difference has a reason; the test fails for one without. How it',
    'is made: [ANALYTICS.md](../../docs/ANALYTICS.md), [decision 0031](../../docs/decisions/0031-analytics-facts.md). Where two versions wrote to one home, each event',
    'is compared under the contract of the version that posted it.',
    '',
    '| contract | events of both | fields | equal | in no rollout | differ for a reason | unexplained |',
    '|---|---|---|---|---|---|---|',
    ...CONTRACTS.map((contract) => `| ${contract} | ${total(agreements.get(contract) ?? [])} |`),
    '',
    'Cells below say in how many of the events that stand on both sides a field is equal.',
    '',
    ...EVENT_TYPES.flatMap((type) => section(agreements, type)),
    ...coverage(compared),
    ...unseen(),
    ...missing()
  ].join('\n')
}

/** Writes the page with `UPDATE_DOCS=1`, else fails when it is not what the comparisons say. */
export const agreementPage = (
  path: string,
  compared: ReadonlyMap<Contract, ReadonlyArray<CaptureComparison>>,
  runs: number
): void => {
  const text = render(compared, runs)
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, text)
  assert.equal(existsSync(path) ? readFileSync(path, 'utf8') : '', text)
}
