/**
 * What a page may ask. A page shows transcripts, which strangers can have written, so it is given what it needs and no more: what is
 * not on these lists is refused to clients that come from a browser.
 */

const READING = [
  'initialize',
  'thread/list',
  'thread/read',
  'thread/search',
  'thread/searchOccurrences',
  'thread/turns/list',
  'thread/turns/items/list',
  'thread/items/list',
  'thread/items/read',
  'unroll/turns/range',
  'unroll/home/read',
  'unroll/home/follow',
  'unroll/threads/facts',
  'unroll/thread/outline',
  'unroll/thread/graph',
  'unroll/events/list',
  'unroll/context/read',
  'unroll/follow/start',
  'unroll/follow/stop',
  'unroll/agents/read',
  'unroll/log/list',
  'unroll/storage/read',
  'unroll/doctor/read',
  'unroll/index/read',
  'unroll/explain/read',
  'unroll/diff/read',
  'unroll/check/start',
  'unroll/job/cancel',
  'unroll/repair/plan',
  'unroll/usage/read',
  'unroll/usage/spends',
  'unroll/tools/list',
  'unroll/tools/summary',
  'unroll/blame/read',
  'unroll/files/list',
  'unroll/audit/list',
  'unroll/audit/verify',
  'unroll/approvals/list',
  'unroll/reviews/list',
  'unroll/analytics/list',
  'unroll/plugins/list',
  'unroll/plugins/history/list',
  'unroll/plugins/usage/list'
]

const CHANGING = [
  'thread/name/set',
  'thread/archive',
  'thread/unarchive',
  'thread/fork',
  'thread/delete',
  'thread/rollback',
  'thread/revert',
  'unroll/rollback',
  'unroll/unrollback',
  'unroll/undo'
]

/** The methods of a page. */
export const pageMethods = (writable: boolean): ReadonlySet<string> =>
  new Set(writable ? [...READING, ...CHANGING] : READING)
