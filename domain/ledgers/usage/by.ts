/**
 * What a usage report adds up by.
 */
export const USAGE_BY = [
  'total',
  'day',
  'week',
  'month',
  'thread',
  'turn',
  'model',
  'provider',
  'agent'
] as const

export type UsageBy = (typeof USAGE_BY)[number]
